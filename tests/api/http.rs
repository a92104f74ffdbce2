//! The way from request to response: the contract's table, row by row.

use reqwest::RequestBuilder;
use serde_json::{Value, json};

use crate::support::*;

const BAD: &str = "BAD_REQUEST";
const COMPLEX: &str = "QUERY_TOO_COMPLEX";
const INVALID: &str = "GRAPHQL_VALIDATION_FAILED";
const MODERN: &str = "application/graphql-response+json; charset=utf-8";
const JSON: &str = "application/json; charset=utf-8";

async fn send(request: RequestBuilder) -> Reply {
    Reply::of(request.send().await.unwrap()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn other_methods_are_refused() {
    let app = TestApp::new().await;
    for method in ["PUT", "PATCH", "DELETE", "TRACE", "FOO"] {
        let reply = send(app.anonymous().at(method, "/graphql")).await;
        reply.assert_refused(405, BAD, method);
        assert_eq!(reply.header("allow"), "GET, POST", "{method}");
    }
    let head = send(
        app.anonymous()
            .at("HEAD", "/graphql?query=%7B__typename%7D"),
    )
    .await;
    assert_eq!((head.status.as_u16(), head.text.as_str()), (405, ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_is_json_in_utf_8() {
    let app = TestApp::new().await;
    let anonymous = app.anonymous();
    let body = r#"{"query":"{__typename}"}"#;
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "application/json; charset=utf-16",
        "application/jsonp",
        "json",
        "",
    ] {
        let request = anonymous
            .post()
            .header("content-type", content_type)
            .body(body);
        send(request).await.assert_refused(415, BAD, content_type);
    }
    send(anonymous.post().body(body))
        .await
        .assert_refused(415, BAD, "no Content-Type");
    for content_type in [
        "application/json",
        "Application/JSON;charset=UTF-8",
        "application/json; charset=\"utf-8\"",
    ] {
        let request = anonymous
            .post()
            .header("content-type", content_type)
            .body(body);
        assert_eq!(
            send(request).await.data()["__typename"],
            "Query",
            "{content_type}"
        );
    }
    let gzip = anonymous
        .post()
        .header("content-type", "application/json")
        .header("content-encoding", "gzip");
    send(gzip.body(body))
        .await
        .assert_refused(415, BAD, "compressed");
}

/// A request in JSON text, for what `json!` cannot say.
fn raw(client: &Client, body: impl Into<reqwest::Body>) -> RequestBuilder {
    client
        .post()
        .header("content-type", "application/json")
        .body(body)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_request_is_told_apart_from_what_is_no_operation() {
    let app = TestApp::new().await;
    let query = |text: &str| json!({ "query": text }).to_string();
    let nested = format!("{{ task(id: {}1{}) }}", "[".repeat(70), "]".repeat(70));
    let bomb = (0..20)
        .map(|n| format!("fragment F{n} on Task {{ ...F{m} ...F{m} }} ", m = n + 1))
        .collect::<String>();
    let aliases = (0..31)
        .map(|n| format!("a{n}: me {{ id }} "))
        .collect::<String>();
    let mutations = (0..11)
        .map(|n| format!("a{n}: toggleTask(input: {{id: \"{n}\"}}) {{ task {{ id }} }} "))
        .collect::<String>();
    for (name, body, status, code) in [
        ("nothing", String::new(), 400, BAD),
        ("half", "{\"query\":".into(), 400, BAD),
        ("text", "{__typename}".into(), 400, BAD),
        ("two values", "{}{}".into(), 400, BAD),
        (
            "infinity",
            r#"{"query":"{__typename}","variables":{"n":1e999}}"#.into(),
            400,
            BAD,
        ),
        (
            "lone surrogate",
            r#"{"query":"{__typename}","variables":{"s":"\ud800"}}"#.into(),
            400,
            BAD,
        ),
        ("deep JSON", "[".repeat(100_000), 400, BAD),
        ("array", "[]".into(), 422, BAD),
        ("batch", r#"[{"query":"{__typename}"}]"#.into(), 422, BAD),
        ("null", "null".into(), 422, BAD),
        ("no query", "{}".into(), 422, BAD),
        ("query is null", r#"{"query":null}"#.into(), 422, BAD),
        ("query is a number", r#"{"query":7}"#.into(), 422, BAD),
        (
            "variables is a list",
            r#"{"query":"{__typename}","variables":[7]}"#.into(),
            422,
            BAD,
        ),
        (
            "variables is a text",
            r#"{"query":"{__typename}","variables":"{}"}"#.into(),
            422,
            BAD,
        ),
        (
            "operationName is a number",
            r#"{"query":"{__typename}","operationName":7}"#.into(),
            422,
            BAD,
        ),
        (
            "extensions is a text",
            r#"{"query":"{__typename}","extensions":"x"}"#.into(),
            422,
            BAD,
        ),
        ("nesting", query(&nested), 422, COMPLEX),
        (
            "length",
            query(&format!("{{__typename}} #{}", "x".repeat(20_000))),
            422,
            COMPLEX,
        ),
        (
            "tokens",
            query(&format!("{{ {} }}", "__typename ".repeat(1001))),
            422,
            COMPLEX,
        ),
        ("aliases", query(&format!("{{ {aliases} }}")), 422, COMPLEX),
        (
            "mutations",
            query(&format!("mutation {{ {mutations} }}")),
            422,
            COMPLEX,
        ),
        (
            "fragments",
            query(&format!(
                "{{ task(id: \"x\") {{ ...F0 }} }} {bomb} fragment F20 on Task {{ id }}"
            )),
            422,
            COMPLEX,
        ),
        ("empty", query(""), 400, "GRAPHQL_PARSE_FAILED"),
        ("comment", query("# nothing"), 400, "GRAPHQL_PARSE_FAILED"),
        ("open brace", query("{"), 400, "GRAPHQL_PARSE_FAILED"),
        ("NUL", query("{\0}"), 400, "GRAPHQL_PARSE_FAILED"),
        ("unknown field", query("{ nothing }"), 422, INVALID),
        (
            "unknown argument",
            query("{ me(x: 1) { id } }"),
            422,
            INVALID,
        ),
        ("no selection", query("{ me }"), 422, INVALID),
        (
            "wrong literal",
            query("{ tasks(first: \"1\") { totalCount } }"),
            422,
            INVALID,
        ),
        (
            "fragments in a circle",
            query("{ ...A } fragment A on Query { ...A }"),
            422,
            INVALID,
        ),
        (
            "no operation",
            query("fragment A on Query { __typename }"),
            422,
            INVALID,
        ),
        (
            "two operations",
            query("query A { __typename } query B { __typename }"),
            422,
            INVALID,
        ),
        (
            "unknown operation",
            json!({"query": "query A { __typename }", "operationName": "B"}).to_string(),
            422,
            INVALID,
        ),
        (
            "two root fields",
            query("subscription { a: taskEvents { kind } b: taskEvents { kind } }"),
            422,
            INVALID,
        ),
    ] {
        let reply = send(raw(&app.anonymous(), body)).await;
        reply.assert_refused(status, code, name);
        assert!(
            reply.text.len() < 4096,
            "{name} echoes: {}",
            reply.text.len()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn variables_have_to_fit() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    for (query, variables) in [
        (TASK, json!({})),
        (TASK, json!({"id": null})),
        (TASK, json!({"id": ["x"]})),
        (TASK, json!({"id": {"x": 1}})),
        (TASK, json!({"id": 1.5})),
        (TASK, json!({"id": true})),
        (TASKS, json!({"first": "1"})),
        (TASKS, json!({"first": 1.5})),
        (TASKS, json!({"first": 2_147_483_648_u64})),
        (TASKS, json!({"first": -2_147_483_649_i64})),
        (TASKS, json!({"after": 1})),
        (TASKS, json!({"orderBy": "newest"})),
        (TASKS, json!({"orderBy": 1})),
        (TASKS, json!({"filter": {"completed": "true"}})),
        (TASKS, json!({"filter": {"unheardOf": 1}})),
        (TASKS, json!({"filter": "x"})),
        (CREATE, json!({"input": {}})),
        (CREATE, json!({"input": null})),
        (CREATE, json!({"input": {"title": null}})),
        (CREATE, json!({"input": {"title": 1}})),
        (CREATE, json!({"input": {"title": "x", "owner": "me"}})),
        (UPDATE, json!({"input": {"title": "x"}})),
        (
            SET_COMPLETED,
            json!({"input": {"id": "x", "completed": null}}),
        ),
        (
            REGISTER,
            json!({"input": {"email": "a@example.org", "password": 12_345_678}}),
        ),
        (
            LOGIN,
            json!({"input": {"email": "a@example.org", "password": "hunter2-hunter2", "delivery": "PIGEON"}}),
        ),
    ] {
        let reply = ada.run(query, variables.clone()).await;
        reply.assert_refused(422, INVALID, &variables.to_string());
        assert!(
            !reply.text.contains("hunter2") && !reply.text.contains("12345678"),
            "{}",
            reply.text
        );
    }
    assert_eq!(ada.page(json!({})).await["totalCount"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_body_has_the_media_type_that_was_asked_for_and_the_status_does_not_depend_on_it() {
    let app = TestApp::new().await;
    let ok = json!({"query": "{__typename}"});
    let (wrong, refused) = (json!({"query": "{"}), json!({"query": "{me{id}}"}));
    for (accept, expected) in [
        (None, Some(JSON)),
        (Some("*/*"), Some(JSON)),
        (Some("application/*"), Some(JSON)),
        (Some("application/json"), Some(JSON)),
        (Some("application/graphql-response+json"), Some(MODERN)),
        (
            Some("application/graphql-response+json, application/json;q=0.9"),
            Some(MODERN),
        ),
        (
            Some("application/json;q=0.9, application/graphql-response+json;q=0.1"),
            Some(JSON),
        ),
        (Some("text/html, */*;q=0.1"), Some(JSON)),
        (Some("text/html"), None),
        (Some("application/xml;q=1"), None),
        (Some("application/json;q=0"), None),
    ] {
        let request = || {
            let post = app.anonymous().post();
            match accept {
                Some(accept) => post.header("accept", accept),
                None => post,
            }
        };
        let reply = app.anonymous().send(request(), &ok).await;
        match expected {
            Some(media_type) => {
                assert_eq!(reply.data(), &json!({"__typename": "Query"}));
                assert_eq!(reply.header("content-type"), media_type, "{accept:?}");
                assert_eq!(reply.header("cache-control"), "no-store");
                app.anonymous()
                    .send(request(), &wrong)
                    .await
                    .assert_refused(400, "GRAPHQL_PARSE_FAILED", "syntax");
                app.anonymous()
                    .send(request(), &refused)
                    .await
                    .assert_refused(401, "UNAUTHENTICATED", "access");
            }
            None => reply.assert_refused(406, BAD, accept.unwrap_or_default()),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn get_runs_queries_and_nothing_else() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let get = async |parameters: &[(&str, &str)]| send(ada.client.get(parameters)).await;
    assert_eq!(
        get(&[("query", "{me{email}}")]).await.data(),
        &json!({"me": {"email": ada.email}})
    );
    let two = "query A { a: __typename } query B($n: Int) { tasks(first: $n) { totalCount } }";
    let with_all = [
        ("query", two),
        ("operationName", "B"),
        ("variables", r#"{"n":0}"#),
        ("extensions", "{}"),
    ];
    assert_eq!(
        get(&with_all).await.data(),
        &json!({"tasks": {"totalCount": 0}})
    );
    let empty = [
        ("query", "{__typename}"),
        ("operationName", ""),
        ("variables", ""),
        ("other", "1"),
    ];
    assert_eq!(get(&empty).await.data(), &json!({"__typename": "Query"}));

    for mutation in [
        "mutation { createTask(input: {title: \"x\"}) { task { id } } }",
        "mutation { logout { success } }",
    ] {
        let reply = get(&[("query", mutation)]).await;
        reply.assert_refused(405, BAD, mutation);
        assert_eq!(reply.header("allow"), "POST");
    }
    assert_eq!(
        ada.page(json!({})).await["totalCount"],
        0,
        "nothing was executed"
    );
    let chosen = "query A { me { id } } mutation B { logout { success } }";
    assert_eq!(
        get(&[("query", chosen), ("operationName", "A")])
            .await
            .data()["me"]["id"],
        json!(ada.id)
    );
    get(&[("query", chosen), ("operationName", "B")])
        .await
        .assert_refused(405, BAD, "the chosen one counts");

    get(&[("query", TASK_EVENTS)]).await.assert_refused(
        406,
        BAD,
        "a subscription without a stream",
    );
    ada.run(TASK_EVENTS, json!({})).await.assert_refused(
        406,
        BAD,
        "a subscription without a stream",
    );
    get(&[]).await.assert_refused(422, BAD, "nothing");
    get(&[("query", "{__typename}"), ("query", "{me{id}}")])
        .await
        .assert_refused(422, BAD, "two queries");
    get(&[("query", "{__typename}"), ("variables", "{")])
        .await
        .assert_refused(400, BAD, "variables are no JSON");
    get(&[("query", "{__typename}"), ("variables", "[]")])
        .await
        .assert_refused(422, BAD, "variables are no object");
    get(&[("query", &"x".repeat(9000))])
        .await
        .assert_refused(414, BAD, "a long query string");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_has_a_request_id() {
    let app = TestApp::new().await;
    let anonymous = app.anonymous();
    let body = json!({"query": "{me{id}}"});
    for (given, kept) in [
        ("abc-123_X.y", true),
        ("x", true),
        (&"x".repeat(64), true),
        (&"x".repeat(65), false),
        ("", false),
        ("a b", false),
        ("{}", false),
    ] {
        let reply = anonymous
            .send(anonymous.post().header("x-request-id", given), &body)
            .await;
        let id = reply.header("x-request-id").to_owned();
        assert_eq!(id == given, kept, "{given}: {id}");
        assert!((1..=64).contains(&id.len()));
        assert_eq!(
            reply.json["errors"][0]["extensions"]["requestId"],
            json!(id)
        );
    }
    for path in ["/health/live", "/health/ready", "/playground", "/nowhere"] {
        assert_ne!(
            send(anonymous.at("GET", path)).await.header("x-request-id"),
            "",
            "{path}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn introspection_is_for_whom_the_operator_says() {
    let schema = "{ __schema { queryType { name } } }";
    let on = TestApp::new().await;
    on.anonymous().run(schema, json!({})).await.data();
    let members = TestApp::with(&[("INTROSPECTION", "authenticated")]).await;
    members
        .anonymous()
        .run(schema, json!({}))
        .await
        .assert_refused(401, "UNAUTHENTICATED", "strangers");
    members
        .user("ada")
        .await
        .run(schema, json!({}))
        .await
        .data();
    let off = TestApp::with(&[("INTROSPECTION", "off")]).await;
    let ada = off.user("ada").await;
    ada.run(schema, json!({}))
        .await
        .assert_refused(403, "FORBIDDEN", "anybody");
    ada.run("{ me { id } __type(name: \"Task\") { name } }", json!({}))
        .await
        .assert_refused(403, "FORBIDDEN", "beside others");
    ada.run("{ __typename me { __typename } }", json!({}))
        .await
        .data();
}

#[tokio::test(flavor = "multi_thread")]
async fn browsers_of_other_origins_are_let_in_by_name() {
    let app = TestApp::with(&[("CORS_ORIGINS", "https://app.example.org")]).await;
    let anonymous = app.anonymous();
    for (origin, allowed) in [
        ("https://app.example.org", true),
        ("https://evil.example", false),
        ("null", false),
    ] {
        let preflight = anonymous
            .at("OPTIONS", "/graphql")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header(
                "access-control-request-headers",
                "content-type,authorization",
            );
        let reply = send(preflight).await;
        assert_eq!(
            reply.header("access-control-allow-origin"),
            if allowed { origin } else { "" }
        );
        assert_eq!(reply.header("access-control-allow-credentials"), "");
        let request = anonymous.post().header("origin", origin);
        let reply = anonymous
            .send(request, &json!({"query": "{__typename}"}))
            .await;
        assert_eq!(
            reply.header("access-control-allow-origin"),
            if allowed { origin } else { "" }
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_see_health_and_strangers_see_nothing_else() {
    let app = TestApp::new().await;
    for (path, status, body) in [
        ("/health/live", 200, "live\n"),
        ("/health/ready", 200, "ready\n"),
    ] {
        let reply = send(app.anonymous().at("GET", path)).await;
        assert_eq!((reply.status.as_u16(), reply.text.as_str()), (status, body));
    }
    for path in [
        "/metrics",
        "/graphql/",
        "/.env",
        "/playground/../Cargo.toml",
    ] {
        assert_eq!(
            send(app.anonymous().at("GET", path)).await.status,
            404,
            "{path}"
        );
    }
    let page = send(app.anonymous().at("GET", "/playground")).await;
    assert!(
        page.status.is_success()
            && page
                .header("content-security-policy")
                .contains("default-src 'none'")
    );
    let closed = TestApp::with(&[("PLAYGROUND", "off")]).await;
    assert_eq!(
        send(closed.anonymous().at("GET", "/playground"))
            .await
            .status,
        404
    );
}

/// What a stranger learns from an error about what stands in the schema only.
#[tokio::test(flavor = "multi_thread")]
async fn errors_have_the_documented_form() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let reply = ada
        .run(
            "{\n  me { id }\n  gone: task(id: \"task_0197c0df1c3d7a42b6e5f4d3c2b1a098\") { id }\n}",
            json!({}),
        )
        .await;
    let error = &reply.json["errors"][0];
    let keys: Vec<&String> = error.as_object().unwrap().keys().collect();
    assert_eq!(error["path"], json!(["gone"]));
    assert_eq!(error["locations"], json!([{"line": 3, "column": 3}]));
    assert_eq!(error["extensions"]["code"], "NOT_FOUND");
    assert_eq!(keys.len(), 4, "{keys:?}");
    assert_eq!(
        reply.json["data"],
        json!({"me": {"id": ada.id}, "gone": null})
    );
    let invalid = ada.run("{\n nothing }", json!({})).await;
    assert_eq!(
        invalid.json["errors"][0]["locations"],
        json!([{"line": 2, "column": 2}])
    );
    assert_eq!(invalid.json["errors"][0].get("path"), None::<&Value>);
}
