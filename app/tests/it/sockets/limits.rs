//! How much a socket, and a user, may ask for.

use std::time::Duration;

use serde_json::json;
use testkit::{PATIENCE, Socket, TASK_EVENTS, TestApp, handshake};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::http::HeaderValue;

use super::event_streams::event_stream;

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_greet_in_time_is_sent_away() {
    let app = TestApp::configured(&[], |config| {
        config.sockets.init = Duration::from_millis(50);
    })
    .await;
    let mut client = Socket::open(app.address).await;
    assert_eq!(client.closed().await.0, 4408);
}

#[tokio::test(flavor = "multi_thread")]
async fn operations_beyond_the_limit_are_refused_until_one_completes() {
    let app = TestApp::configured(&[], |config| config.sockets.operations = 2).await;
    let ada = app.user("ada").await;
    let mut client = Socket::signed_in(app.address, &ada).await;
    client.watch("1").await;
    client.watch("2").await;
    client.subscribe("3", TASK_EVENTS).await;
    let refused = client.hear().await;
    assert_eq!(
        (&refused["type"], &refused["id"]),
        (&json!("error"), &json!("3"))
    );
    assert_eq!(refused["payload"][0]["extensions"]["code"], "RATE_LIMITED");
    client.say(&json!({ "type": "complete", "id": "1" })).await;
    client.watch("3").await;
}

/// A socket belongs to the client that opened it, not to the proxy, and its operations count like requests.
#[tokio::test(flavor = "multi_thread")]
async fn operations_count_for_the_address_of_who_opened_the_socket() {
    let settings = [
        ("TRUSTED_PROXIES", "127.0.0.0/8"),
        ("LIMIT_REQUESTS_PER_MINUTE", "3"),
    ];
    let app = TestApp::with(&settings).await;
    let ada = app.user("ada").await;
    let open = async |client: &'static str| {
        let mut request = handshake(app.address);
        let value = HeaderValue::from_static(client);
        request.headers_mut().insert("x-forwarded-for", value);
        let opened = Socket::open_with(request, app.address, None).await;
        let mut client = opened.expect("a handshake");
        client.sign_in(&ada.access_token).await;
        client
    };
    let (mut first, mut second) = (open("198.51.100.1").await, open("198.51.100.2").await);
    for id in ["1", "2", "3"] {
        first.subscribe(id, "{ __typename }").await;
        assert_eq!(first.hear().await["type"], "next");
        assert_eq!(first.hear().await["type"], "complete");
    }
    first.subscribe("4", "{ __typename }").await;
    let refused = first.hear().await;
    assert_eq!(refused["payload"][0]["extensions"]["code"], "RATE_LIMITED");
    second.subscribe("1", "{ __typename }").await;
    assert_eq!(second.hear().await["type"], "next");
}

#[tokio::test(flavor = "multi_thread")]
async fn sockets_beyond_the_limit_of_a_user_are_closed_until_one_leaves() {
    let app = TestApp::configured(&[], |config| config.live_per_user = 2).await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    let first = Socket::signed_in(app.address, &ada).await;
    let _second = Socket::signed_in(app.address, &ada).await;
    let mut third = Socket::open(app.address).await;
    third.init(&ada.access_token).await;
    assert_eq!(third.closed().await.0, 4529);
    let stream = event_stream(&ada.client, TASK_EVENTS).await;
    assert_eq!(stream.status(), 429);
    Socket::signed_in(app.address, &bob).await;
    drop(first);
    signed_in_at_last(&app, &ada.access_token).await;
}

/// Tries until there is a place: the service notices on its own time that somebody has left.
pub(crate) async fn signed_in_at_last(app: &TestApp, token: &str) -> Socket {
    let tries = async {
        loop {
            let mut client = Socket::open(app.address).await;
            client.init(token).await;
            match client.frame().await {
                Some(Ok(Message::Text(_))) => return client,
                Some(Ok(Message::Close(Some(frame)))) => assert_eq!(u16::from(frame.code), 4529),
                other => panic!("{other:?}"),
            }
        }
    };
    tokio::time::timeout(PATIENCE, tries)
        .await
        .expect("a free place")
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_that_are_too_long_close_the_socket() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let ping = |length: usize| {
        let empty = json!({ "type": "ping", "payload": { "x": "" } })
            .to_string()
            .len();
        let text = json!({ "type": "ping", "payload": { "x": "y".repeat(length - empty) } });
        Message::text(text.to_string())
    };
    let mut client = Socket::signed_in(app.address, &ada).await;
    client.send(ping(64 * 1024)).await;
    assert_eq!(client.hear().await["type"], "pong");
    client.send(ping(64 * 1024 + 1)).await;
    assert_eq!(client.closed().await.0, 1009);

    let mut stranger = Socket::open(app.address).await;
    stranger.send(ping(300 * 1024)).await;
    let frame = stranger.frame().await;
    assert!(
        matches!(&frame, Some(Ok(Message::Close(Some(frame)))) if u16::from(frame.code) == 1009),
        "{frame:?}"
    );
}
