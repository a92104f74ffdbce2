//! What differs between installations, and what is served beside the API.

use serde_json::json;

use super::send;
use testkit::*;

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
