//! Who may open a socket, and who is let in.

use serde_json::json;
use testkit::{LOGOUT, Socket, TestApp, handshake};
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::http::HeaderValue;

/// An origin that the configuration allows.
const ALLOWED_ORIGIN: &str = "https://app.example.org";

fn with(mut request: Request, name: &'static str, value: &str) -> Request {
    let value = HeaderValue::from_str(value).expect("a header");
    request.headers_mut().insert(name, value);
    request
}

async fn refusal(app: &TestApp, request: Request) -> u16 {
    match Socket::open_with(request, app.address, None).await {
        Err(Error::Http(response)) => response.status().as_u16(),
        Err(other) => panic!("{other}"),
        Ok(_) => 101,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_needs_a_known_origin_and_our_subprotocol() {
    let app = TestApp::with(&[("CORS_ORIGINS", ALLOWED_ORIGIN)]).await;
    let protocol = "sec-websocket-protocol";
    let own = app.url("");
    for (name, value, status) in [
        ("origin", ALLOWED_ORIGIN, 101),
        ("origin", own.as_str(), 101),
        ("origin", "https://evil.example", 403),
        ("origin", "null", 403),
        (protocol, "graphql-ws", 400),
        (protocol, "Graphql-Transport-WS", 400),
        (protocol, "graphql-ws, graphql-transport-ws", 101),
    ] {
        let request = with(handshake(app.address), name, value);
        assert_eq!(refusal(&app, request).await, status, "{name}: {value}");
    }
    let response = reqwest::get(app.url("/graphql/ws"))
        .await
        .expect("an answer");
    assert_eq!(response.status(), 400);
    let body: serde_json::Value = response.json().await.expect("JSON");
    assert_eq!(body["errors"][0]["extensions"]["code"], "BAD_REQUEST");
    let posted = reqwest::Client::new().post(app.url("/graphql/ws"));
    let response = posted.send().await.expect("an answer");
    assert_eq!(response.status(), 405);
    assert_eq!(response.headers()["allow"], "GET");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_handshake_without_a_subprotocol_is_refused() {
    let app = TestApp::new().await;
    let mut request = handshake(app.address);
    request.headers_mut().remove("sec-websocket-protocol");
    assert_eq!(refusal(&app, request).await, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_may_come_with_the_greeting_or_with_the_handshake() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let bearer = format!("Bearer {}", ada.access_token);
    for payload in [
        json!({ "Authorization": bearer }),
        json!({ "authorization": bearer }),
    ] {
        let mut client = Socket::open(app.address).await;
        client
            .say(&json!({ "type": "connection_init", "payload": payload }))
            .await;
        assert_eq!(client.hear().await, json!({ "type": "connection_ack" }));
    }
    let request = with(handshake(app.address), "authorization", &bearer);
    let mut client = Socket::open_with(request, app.address, None)
        .await
        .expect("a handshake");
    client.say(&json!({ "type": "connection_init" })).await;
    assert_eq!(client.hear().await, json!({ "type": "connection_ack" }));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_let_in_without_a_good_token() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let expired = ada.token_good_for(std::time::Duration::ZERO).await;
    for payload in [
        json!(null),
        json!({}),
        json!({ "Authorization": null }),
        json!({ "Authorization": 7 }),
        json!({ "Authorization": "Bearer nonsense" }),
        json!({ "Authorization": ada.access_token }),
        json!({ "Authorization": format!("Bearer {}", ada.refresh_token) }),
        json!({ "Authorization": format!("Bearer {expired}") }),
    ] {
        let mut client = Socket::open(app.address).await;
        client
            .say(&json!({ "type": "connection_init", "payload": payload }))
            .await;
        assert_eq!(client.closed().await.0, 4403, "{payload}");
    }
    ada.run(LOGOUT, json!({})).await.data();
    let mut client = Socket::open(app.address).await;
    client.init(&ada.access_token).await;
    assert_eq!(client.closed().await.0, 4403, "a token of an ended session");
}
