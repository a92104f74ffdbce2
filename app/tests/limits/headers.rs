//! Headers that hold for every answer, whatever went wrong: security, CORS, request ids.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use serde_json::json;

use crate::support::{App, Reply, get, post};

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

#[tokio::test(flavor = "multi_thread")]
async fn every_path_has_the_headers_of_security() {
    let app = App::with(&[]).await;
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
        let reply = app.send(request(method.clone(), path)).await;
        let what = format!("{method} {path}");
        assert_eq!(reply.status.as_u16(), status, "{what}");
        assert_eq!(
            reply.header("x-content-type-options"),
            Some("nosniff"),
            "{what}"
        );
        assert_eq!(
            reply.header("referrer-policy"),
            Some("no-referrer"),
            "{what}"
        );
        let policy = reply.header("content-security-policy").unwrap();
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{what}"
        );
        assert!(
            !policy.contains("://") && !policy.contains('*'),
            "{what}: {policy}"
        );
        assert_eq!(reply.header("strict-transport-security"), None, "{what}");
        assert!(reply.header("x-request-id").is_some(), "{what}");
        if status == 405 {
            assert!(reply.header("allow").is_some(), "{what}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hsts_is_for_services_that_are_reached_by_https() {
    let app = App::with(&[("PUBLIC_URL", "https://tasks.example.org")]).await;
    for path in ["/graphql", "/health/live", "/nowhere"] {
        let reply = app.send(get(path)).await;
        assert_eq!(
            reply.header("strict-transport-security"),
            Some("max-age=63072000"),
            "{path}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_says_so_readably() {
    let app = App::with(&[]).await;
    let reply = app.send(get("/nowhere")).await;
    assert!(
        reply
            .header("content-type")
            .unwrap()
            .starts_with("text/plain")
    );
    assert!(String::from_utf8(reply.body).unwrap().contains("/graphql"));
    let reply = app.send(request(Method::OPTIONS, "/graphql")).await;
    assert_eq!(
        (reply.header("allow"), reply.code()),
        (Some("GET, POST"), json!("BAD_REQUEST"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn browsers_of_friends_can_read_errors_too() {
    let app = App::with(&CORS).await;
    let ask = async |mut request: Request<Body>| {
        request
            .headers_mut()
            .insert("origin", FRIEND.parse().unwrap());
        app.send(request).await
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
            Some(FRIEND),
            "{status}"
        );
        assert_eq!(
            reply.header("access-control-allow-credentials"),
            None,
            "{status}"
        );
        let exposed = reply.header("access-control-expose-headers").unwrap();
        for name in ["x-request-id", "retry-after", "www-authenticate"] {
            assert!(exposed.contains(name), "{status}: {exposed}");
        }
        assert!(varies_by_origin(&reply), "{status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_origins_are_allowed_nothing() {
    let app = App::with(&CORS).await;
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
        let reply = app.send(request).await;
        assert_eq!(
            reply.header("access-control-allow-origin"),
            None,
            "{origin}"
        );
        assert!(varies_by_origin(&reply), "a cache must not mix up origins");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn preflights_are_answered_for_friends_only() {
    let app = App::with(&CORS).await;
    for (origin, allowed) in [(FRIEND, Some(FRIEND)), ("https://evil.example", None)] {
        let mut request = request(Method::OPTIONS, "/graphql");
        let headers = request.headers_mut();
        headers.insert("origin", origin.parse().unwrap());
        headers.insert("access-control-request-method", "POST".parse().unwrap());
        headers.insert(
            "access-control-request-headers",
            "authorization,content-type".parse().unwrap(),
        );
        let reply = app.send(request).await;
        assert_eq!(reply.status, StatusCode::OK);
        assert_eq!(reply.header("access-control-allow-origin"), allowed);
        let headers = reply.header("access-control-allow-headers").unwrap();
        assert!(headers.contains("authorization") && headers.contains("content-type"));
        assert_eq!(reply.header("access-control-max-age"), Some("86400"));
        assert!(varies_by_origin(&reply));
    }
}
