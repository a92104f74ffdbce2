//! Headers that hold for every answer, whatever went wrong: security, CORS, request ids.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use serde_json::json;
use testkit::{Reply, TestApp};

use super::{SOMEBODY, get, post};

const FRIEND: &str = "https://app.example.org";
const CORS: [(&str, &str); 2] = [("CORS_ORIGINS", FRIEND), ("LIMIT_REQUESTS_PER_MINUTE", "2")];

fn request(method: Method, path: &str) -> Request<Body> {
    Request::builder()
        .method(method)
        .uri(path)
        .body(Body::empty())
        .unwrap()
}

fn varies_by_origin(reply: &Reply) -> bool {
    reply
        .headers
        .get_all("vary")
        .iter()
        .any(|line| line.to_str().unwrap().contains("origin"))
}

/// Every line of the headers, but for those that differ from one answer to the next.
fn lines(reply: &Reply) -> Vec<String> {
    let (mut lines, varying) = (Vec::new(), ["x-request-id", "content-length"]);
    for (name, value) in &reply.headers {
        if !varying.contains(&name.as_str()) {
            lines.push(format!("{name}: {}", value.to_str().unwrap()));
        }
    }
    lines.sort();
    lines
}

#[tokio::test(flavor = "multi_thread")]
async fn every_path_has_the_headers_of_security() {
    let app = TestApp::limited(&[]).await;
    // A binary may have been built with the browser client or without it.
    let (home, page) = if taskhive::http::static_files::has_web_client() {
        (200, 200)
    } else {
        (307, 404)
    };
    for (method, path, status) in [
        (Method::GET, "/graphql?query={__typename}", 200),
        (Method::GET, "/graphql?query={me{id}}", 401),
        (Method::GET, "/graphql", 422),
        (Method::PUT, "/graphql", 405),
        (Method::HEAD, "/graphql", 405),
        (Method::OPTIONS, "/graphql", 405),
        (Method::POST, "/graphql", 415),
        (Method::GET, "/health/live", 200),
        (Method::GET, "/health/ready", 200),
        (Method::POST, "/health/live", 405),
        (Method::GET, "/playground", 200),
        (Method::GET, "/playground/react.js", 200),
        (Method::GET, "/", home),
        (Method::GET, "/tasks", page),
        (Method::GET, "/favicon.svg", page),
        (Method::GET, "/nowhere", 404),
        (Method::GET, "/playground/../../etc/passwd", 404),
    ] {
        let reply = app.answer(SOMEBODY, request(method.clone(), path)).await;
        let what = format!("{method} {path}");
        assert_eq!(reply.status.as_u16(), status, "{what}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{what}");
        assert_eq!(reply.header("referrer-policy"), "no-referrer", "{what}");
        let policy = reply.header("content-security-policy");
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{what}"
        );
        assert!(
            !policy.contains("://") && !policy.contains('*'),
            "{what}: {policy}"
        );
        assert_eq!(reply.header("strict-transport-security"), "", "{what}");
        assert!(!reply.header("x-request-id").is_empty(), "{what}");
        if status == 405 {
            assert!(!reply.header("allow").is_empty(), "{what}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hsts_is_for_services_that_are_reached_by_https() {
    let app = TestApp::limited(&[("PUBLIC_URL", "https://tasks.example.org")]).await;
    for path in ["/graphql", "/health/live", "/nowhere"] {
        let reply = app.answer(SOMEBODY, get(path)).await;
        assert_eq!(
            reply.header("strict-transport-security"),
            "max-age=63072000",
            "{path}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_says_so_readably() {
    let app = TestApp::limited(&[]).await;
    let reply = app.answer(SOMEBODY, get("/nowhere")).await;
    assert!(reply.header("content-type").starts_with("text/plain"));
    assert!(reply.text.contains("/graphql"));
    assert_eq!(reply.status.as_u16(), 404);
    let reply = app
        .answer(SOMEBODY, request(Method::OPTIONS, "/graphql"))
        .await;
    assert_eq!(
        (reply.header("allow"), reply.code()),
        ("GET, POST", "BAD_REQUEST")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_finds_the_clients_own_page_under_an_unknown_address() {
    let app = TestApp::limited(&[]).await;
    let look = async |method, path| {
        let accepted = "text/html,application/xhtml+xml,*/*;q=0.8".parse().unwrap();
        let mut request = request(method, path);
        request.headers_mut().insert("accept", accepted);
        app.answer(SOMEBODY, request).await
    };
    let page = look(Method::GET, "/nowhere").await;
    assert_eq!(page.status.as_u16(), 404);
    let is_built = taskhive::http::static_files::has_web_client();
    assert_eq!(page.text.contains("<div id=\"root\">"), is_built);
    let written = look(Method::POST, "/nowhere").await;
    assert!(written.text.starts_with("Nothing is here."));
    for (path, meant) in [
        ("/tasks/", "/tasks"),
        ("/account/?from=mail", "/account"),
        ("//", "/"),
        ("//tasks/", ""),
        ("//evil.example/", ""),
        ("/nowhere/", ""),
    ] {
        let reply = look(Method::GET, path).await;
        let expected = if is_built { meant } else { "" };
        assert_eq!(reply.header("location"), expected, "{path}");
        let status = if expected.is_empty() { 404 } else { 308 };
        assert_eq!(reply.status.as_u16(), status, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn browsers_of_friends_can_read_errors_too() {
    let app = TestApp::limited(&CORS).await;
    let ask = async |mut request: Request<Body>| {
        request
            .headers_mut()
            .insert("origin", FRIEND.parse().unwrap());
        app.answer(SOMEBODY, request).await
    };
    let too_long = || {
        let mut request = post("{ __typename }", &json!({}));
        *request.body_mut() = vec![b' '; 300_000].into();
        request
    };
    for (request, status) in [
        (post("{ __typename }", &json!({})), 200),
        (post("{ me { id } }", &json!({})), 401),
        (post("{ __typename }", &json!({})), 429),
        (too_long(), 413),
        (request(Method::POST, "/graphql"), 415),
        (request(Method::PUT, "/graphql"), 405),
        (get("/nowhere"), 404),
    ] {
        let reply = ask(request).await;
        assert_eq!(reply.status.as_u16(), status);
        assert_eq!(
            reply.header("access-control-allow-origin"),
            FRIEND,
            "{status}"
        );
        assert_eq!(
            reply.header("access-control-allow-credentials"),
            "",
            "{status}"
        );
        let exposed = reply.header("access-control-expose-headers");
        for name in ["x-request-id", "retry-after", "www-authenticate"] {
            assert!(exposed.contains(name), "{status}: {exposed}");
        }
        assert!(varies_by_origin(&reply), "{status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_origins_are_allowed_nothing() {
    let app = TestApp::limited(&CORS).await;
    for origin in [
        "https://evil.example",
        "https://app.example.org.evil.example",
        "http://app.example.org",
        "null",
    ] {
        let mut request = get("/health/live");
        request
            .headers_mut()
            .insert("origin", origin.parse().unwrap());
        let reply = app.answer(SOMEBODY, request).await;
        assert_eq!(reply.header("access-control-allow-origin"), "", "{origin}");
        assert!(varies_by_origin(&reply), "a cache must not mix up origins");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn preflights_are_answered_for_friends_only() {
    let app = TestApp::limited(&CORS).await;
    for (origin, allowed) in [(FRIEND, FRIEND), ("https://evil.example", "")] {
        let mut request = request(Method::OPTIONS, "/graphql");
        let headers = request.headers_mut();
        headers.insert("origin", origin.parse().unwrap());
        headers.insert("access-control-request-method", "POST".parse().unwrap());
        headers.insert(
            "access-control-request-headers",
            "authorization,content-type".parse().unwrap(),
        );
        let reply = app.answer(SOMEBODY, request).await;
        assert_eq!(reply.status, StatusCode::OK);
        assert_eq!(reply.header("access-control-allow-origin"), allowed);
        let headers = reply.header("access-control-allow-headers");
        assert!(headers.contains("authorization") && headers.contains("content-type"));
        assert_eq!(reply.header("access-control-max-age"), "86400");
        assert!(varies_by_origin(&reply));
    }
}

/// The same for everybody who names no origin, so that a cache does not hand it to a page of another one.
#[tokio::test(flavor = "multi_thread")]
async fn answers_have_these_headers_and_no_others() {
    const EVERYWHERE: [&str; 5] = [
        "access-control-expose-headers: x-request-id,retry-after,www-authenticate",
        "content-security-policy: default-src 'none'; frame-ancestors 'none'",
        "referrer-policy: no-referrer",
        "vary: origin",
        "x-content-type-options: nosniff",
    ];
    const OPERATION: [&str; 2] = [
        "cache-control: no-store",
        "content-type: application/json; charset=utf-8",
    ];
    const REFUSAL: [&str; 2] = [
        "cache-control: no-store",
        "content-type: application/graphql-response+json; charset=utf-8",
    ];
    let text = "content-type: text/plain; charset=utf-8";
    let app = TestApp::limited(&[("CORS_ORIGINS", FRIEND)]).await;
    let allowed = format!("access-control-allow-origin: {FRIEND}");
    let cases = [
        (post("{ __typename }", &json!({})), OPERATION.to_vec()),
        (get("/graphql?query={__typename}"), OPERATION.to_vec()),
        (get("/graphql"), REFUSAL.to_vec()),
        (
            post("{ me { id } }", &json!({})),
            [
                &REFUSAL[..],
                &["www-authenticate: Bearer realm=\"taskhive\""],
            ]
            .concat(),
        ),
        (
            request(Method::HEAD, "/graphql"),
            [&REFUSAL[..], &["allow: GET, POST"]].concat(),
        ),
        (get("/health/live"), vec![text]),
        (get("/nowhere"), vec![text]),
    ];
    for (request, own) in cases {
        let what = format!("{} {}", request.method(), request.uri());
        let (parts, body) = request.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        for origin in [None, Some(FRIEND), Some("https://evil.example")] {
            let mut request = Request::from_parts(parts.clone(), Body::from(body.clone()));
            if let Some(origin) = origin {
                let origin = origin.parse().unwrap();
                request.headers_mut().insert("origin", origin);
            }
            let mut expected = [&EVERYWHERE[..], &own].concat();
            if origin == Some(FRIEND) {
                expected.push(&allowed);
            }
            expected.sort_unstable();
            let reply = app.answer(SOMEBODY, request).await;
            assert_eq!(lines(&reply), expected, "{what} from {origin:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_options_that_asks_nothing_is_a_method_like_any_other() {
    let app = TestApp::limited(&CORS).await;
    let ask = async |path: &str, headers: &[(&'static str, &str)]| {
        let mut request = request(Method::OPTIONS, path);
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        app.answer(SOMEBODY, request).await
    };
    let (origin, asks) = (
        ("origin", FRIEND),
        ("access-control-request-method", "POST"),
    );
    for headers in [&[][..], &[origin]] {
        let reply = ask("/graphql", headers).await;
        assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(reply.header("allow"), "GET, POST");
        assert_eq!(reply.header("access-control-allow-origin"), "");
    }
    // Without an origin the question is answered, and nobody is allowed anything.
    let reply = ask("/graphql", &[asks]).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(reply.header("access-control-allow-methods"), "GET,POST");
    assert_eq!(reply.header("access-control-allow-origin"), "");
    // No other path has a rule of its own for OPTIONS.
    for headers in [&[][..], &[origin], &[origin, asks]] {
        let reply = ask("/health/live", headers).await;
        assert_eq!((reply.status, reply.text.as_str()), (StatusCode::OK, ""));
        assert_eq!(reply.header("access-control-max-age"), "86400");
    }
}

/// Over the network, where HTTP itself takes the body away.
#[tokio::test(flavor = "multi_thread")]
async fn the_answer_to_a_head_is_the_head_of_the_answer() {
    let app = TestApp::limited(&[]).await;
    for (path, status) in [
        ("/graphql", 405),
        ("/health/live", 200),
        ("/playground", 200),
        ("/nowhere", 404),
    ] {
        let ask = async |method| {
            let request = app.anonymous().at(method, path);
            Reply::of(request.send().await.unwrap()).await
        };
        let head = ask("HEAD").await;
        assert_eq!(head.status.as_u16(), status, "{path}");
        assert!(head.body.is_empty(), "{path}");
        let length: usize = head.header("content-length").parse().unwrap();
        assert!(length > 0, "{path}");
        if path != "/graphql" {
            assert_eq!(ask("GET").await.body.len(), length, "{path}");
        }
    }
}
