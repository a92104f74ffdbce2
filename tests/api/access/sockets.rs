//! The WebSocket part of the matrix: who brings a bad credential does not get past the greeting, so nothing runs, whatever
//! is sent along with it.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

use super::credentials::bad_credentials;
use super::fields::root_fields;
use super::state;
use testkit::*;

/// "Forbidden": the one code after which clients come back with a fresh token.
const FORBIDDEN: u16 = 4403;

/// Greets with a credential, sends an operation without waiting, and returns what came back: messages, then the close code.
async fn greet_and_send(
    app: &TestApp,
    credential: Option<&str>,
    document: &str,
) -> (Vec<String>, u16) {
    let (mut socket, _) = connect_async(handshake(app.address)).await.unwrap();
    let payload = credential.map_or(
        Value::Null,
        |credential| json!({ "Authorization": credential }),
    );
    let greeting = json!({ "type": "connection_init", "payload": payload });
    let operation = json!({ "type": "subscribe", "id": "1", "payload": { "query": document } });
    for message in [greeting, operation] {
        // The service may have closed after the greeting: then there is nobody to send to.
        let _ = socket.send(Message::text(message.to_string())).await;
    }
    let mut heard = Vec::new();
    while let Some(Ok(message)) = socket.next().await {
        match message {
            Message::Text(text) => heard.push(text.to_string()),
            Message::Close(Some(close)) => return (heard, close.code.into()),
            _ => {}
        }
    }
    panic!("closed without a code after {heard:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_runs_over_a_socket_without_a_good_token() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let task = ada.create_id("Untouched").await;
    let before = state(&ada).await;
    let fields = root_fields(&ada, &task, "eve@example.org");
    for (name, header, _) in bad_credentials(&ada).await {
        for field in &fields {
            let what = format!("{} with {name}", field.name);
            let (heard, code) = greet_and_send(&app, header.as_deref(), &field.document).await;
            assert_eq!((heard, code), (Vec::new(), FORBIDDEN), "{what}");
        }
    }
    assert_eq!(state(&ada).await, before, "something was executed");
}
