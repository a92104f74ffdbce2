//! The access matrix: every root field of the schema, every kind of bad credential, every way to send an operation. It is
//! generated from the schema, so that a new field cannot be forgotten.

mod credentials;
mod fields;
mod signing_out;
mod sockets;

use reqwest::RequestBuilder;
use serde_json::{Value, json};

use self::credentials::{ENDED_SESSION, bad_credentials};
use self::fields::{RootField, root_fields};
use testkit::*;

fn requests(client: &Client, document: &str) -> [(&'static str, RequestBuilder); 4] {
    let post = || client.post().json(&json!({ "query": document }));
    let get = || client.get(&[("query", document)]);
    [
        ("POST", post()),
        ("GET", get()),
        ("POST, SSE", post().header("accept", "text/event-stream")),
        ("GET, SSE", get().header("accept", "text/event-stream")),
    ]
}

/// Everything that a person would notice if something had been done in their name.
async fn state(user: &TestUser) -> Value {
    let query =
        "{ me { id email createdAt } tasks(first: 100, orderBy: OLDEST) { totalCount nodes {
        id title description completed completedAt updatedAt version } } }";
    user.run(query, json!({})).await.data().clone()
}

/// What must come back for a protected field. What a transport cannot carry is refused before anybody is asked who they are.
/// `None`: success, because whoever signs out a second time is signed out.
fn expected(field: &RootField, credential: &str, transport: &str) -> Option<(u16, &'static str)> {
    let signs_out_again = field.name == "logout" && credential == ENDED_SESSION;
    Some(match (field.kind, transport) {
        ("mutation", "GET" | "GET, SSE") => (405, "BAD_REQUEST"),
        ("subscription", "POST" | "GET") => (406, "BAD_REQUEST"),
        _ if signs_out_again => return None,
        _ => (401, "UNAUTHENTICATED"),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_protected_runs_without_a_good_token() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let task = ada.create_id("Untouched").await;
    let credentials = bad_credentials(&ada).await;
    let before = state(&ada).await;
    let fields = root_fields(&ada, &task, "eve@example.org");
    let protected: Vec<&RootField> = fields.iter().filter(|field| !field.public).collect();
    assert!(protected.len() >= 11, "the schema was read");
    for field in protected {
        for (name, header, reason) in &credentials {
            for (transport, request) in requests(&app.anonymous(), &field.document) {
                let what = format!("{} with {name} over {transport}", field.name);
                let request = header.iter().fold(request, |request, header| {
                    request.header("authorization", header)
                });
                let reply = Reply::of(request.send().await.unwrap()).await;
                let Some((status, code)) = expected(field, name, transport) else {
                    reply.data();
                    continue;
                };
                reply.assert_refused(status, code, &what);
                if status == 401 {
                    assert_eq!(reply.reason(), *reason, "{what}");
                    let challenge = reply.header("www-authenticate");
                    assert_eq!(
                        challenge.contains("invalid_token"),
                        *reason != "TOKEN_MISSING",
                        "{what}"
                    );
                    assert!(challenge.starts_with("Bearer "), "{what}");
                }
            }
        }
    }
    assert_eq!(state(&ada).await, before, "something was executed");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_public_runs_with_any_credential() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    for (number, (name, header, _)) in bad_credentials(&ada).await.into_iter().enumerate() {
        let address = format!("new{number}@example.org");
        let fields = root_fields(&ada.sign_in_again().await, "task", &address);
        let public: Vec<RootField> = fields.into_iter().filter(|field| field.public).collect();
        assert!(public.len() >= 3, "the schema was read");
        for field in public {
            for (transport, request) in requests(&app.anonymous(), &field.document) {
                let what = format!("{} with {name} over {transport}", field.name);
                // Mutations over GET are refused for everybody; once is enough for those that cannot be repeated.
                if transport.starts_with("GET") || (field.name == "register" && transport != "POST")
                {
                    continue;
                }
                let request = header.iter().fold(request, |request, header| {
                    request.header("authorization", header)
                });
                let reply = Reply::of(request.send().await.unwrap()).await;
                assert!(
                    reply.status == 200 && !reply.text.contains("\"errors\""),
                    "{what}: {}",
                    reply.text
                );
            }
        }
    }
}

/// The guard looks through fragments and ignores conditions, and one protected field makes the whole request protected.
#[tokio::test(flavor = "multi_thread")]
async fn a_protected_field_cannot_be_hidden() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    for document in [
        "{ __typename me { id } }",
        "{ ...F } fragment F on Query { ... { me { id } } }",
        "{ ... on Query { alias: me { id } } }",
        "query($no: Boolean = false) { __typename me @include(if: $no) { id } }",
        "{ __typename me @skip(if: true) { id } }",
        "query A { __typename } query B { me { id } }",
        "{ login: me { id } }",
    ] {
        let name = document.contains("query B").then_some("B");
        let body = json!({"query": document, "operationName": name});
        let reply = app.anonymous().send(app.anonymous().post(), &body).await;
        reply.assert_refused(401, "UNAUTHENTICATED", document);
    }
    let body =
        json!({"query": "query A { __typename } query B { me { id } }", "operationName": "A"});
    app.anonymous()
        .send(app.anonymous().post(), &body)
        .await
        .data();
    // Two Authorization headers are none.
    let twice = app
        .anonymous()
        .post()
        .header("authorization", format!("Bearer {}", ada.access_token));
    let twice = twice.header("authorization", format!("Bearer {}", ada.access_token));
    app.anonymous()
        .send(twice, &json!({"query": ME}))
        .await
        .assert_refused(401, "UNAUTHENTICATED", "twice");
    let lower = app
        .anonymous()
        .post()
        .header("authorization", format!("bearer {}", ada.access_token));
    app.anonymous()
        .send(lower, &json!({"query": ME}))
        .await
        .data();
}
