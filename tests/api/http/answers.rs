//! The form of answers: media types, request ids, errors.

use serde_json::json;

use super::{BAD, JSON, MODERN, send};
use testkit::*;

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
    assert_eq!(invalid.json["errors"][0].get("path"), None);
}
