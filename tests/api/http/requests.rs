//! Requests that are refused before anything is executed, in the order in which it is found out.

use reqwest::RequestBuilder;
use serde_json::json;

use super::{BAD, COMPLEX, INVALID, send};
use testkit::*;

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
    for (encoding, status) in [
        ("br", 415),
        ("deflate", 415),
        ("gzip, gzip", 415),
        ("gzip", 400),
    ] {
        let request = raw(&anonymous, body).header("content-encoding", encoding);
        send(request).await.assert_refused(status, BAD, encoding);
    }
}

/// A request in JSON text, for what `json!` cannot say.
fn raw(client: &Client, body: impl Into<reqwest::Body>) -> RequestBuilder {
    client
        .post()
        .header("content-type", "application/json")
        .body(body)
}

fn query(text: &str) -> String {
    json!({ "query": text }).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_request_is_refused() {
    let app = TestApp::new().await;
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
async fn what_asks_for_too_much_is_refused() {
    let app = TestApp::new().await;
    let nested = format!("{{ task(id: {}1{}) }}", "[".repeat(70), "]".repeat(70));
    let many =
        |count: usize, one: fn(usize) -> String| (0..count).map(one).collect::<Vec<_>>().join(" ");
    let bomb = many(20, |n| {
        format!("fragment F{n} on Task {{ ...F{m} ...F{m} }}", m = n + 1)
    });
    let aliases = many(31, |n| format!("a{n}: me {{ id }}"));
    let mutations = many(11, |n| {
        format!("a{n}: toggleTask(input: {{id: \"{n}\"}}) {{ task {{ id }} }}")
    });
    for (name, body, status, code) in [
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
async fn what_does_not_fit_the_schema_is_refused() {
    let app = TestApp::new().await;
    for (name, body, status, code) in [
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
