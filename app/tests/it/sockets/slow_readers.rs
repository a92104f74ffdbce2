//! Who does not read what it asked for is closed, never silently skipped, and takes nobody's memory.

use std::time::Duration;

use serde_json::json;
use testkit::{CREATE, Socket, TASK_EVENTS, TestApp, TestUser};
use tokio_tungstenite::tungstenite::Message;

use super::event_streams::event_stream;
use super::limits::signed_in_at_last;

/// As long as a description may be, in characters of four bytes each: 8 KB.
fn long_text() -> String {
    "𝄞".repeat(2000)
}

/// A new task with such a description.
async fn create(user: &TestUser, title: &str) -> String {
    let input = json!({ "title": title, "description": long_text() });
    let created = user.mutate(CREATE, input).await;
    let id = created.data()["createTask"]["task"]["id"].as_str();
    id.expect("an id").to_owned()
}

/// Toggles a task ten times.
async fn toggle(user: &TestUser, id: &str) {
    let fields: Vec<String> = (0..10)
        .map(|n| format!("t{n}: toggleTask(input: {{ id: $id }}) {{ task {{ id }} }}"))
        .collect();
    let query = format!("mutation ($id: ID!) {{ {} }}", fields.join(" "));
    user.run(&query, json!({ "id": id })).await.data();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscriber_that_lags_behind_is_told_and_closed() {
    let app =
        TestApp::configured(&[], |config| config.sockets.send = Duration::from_hours(1)).await;
    let ada = app.user("ada").await;
    let id = create(&ada, "x").await;
    let mut slow = Socket::narrow(app.address, &ada).await;
    slow.watch("1").await;
    // More than the buffers of the system, of the socket and of the subscription hold together.
    for _ in 0..100 {
        toggle(&ada, &id).await;
    }
    let mut seen = 0;
    let end = loop {
        match slow.frame().await {
            Some(Ok(Message::Text(_))) => seen += 1,
            Some(Ok(Message::Close(Some(frame)))) => {
                break (u16::from(frame.code), frame.reason.to_string());
            }
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(end, (4500, "lagged".to_owned()));
    assert!((1..1000).contains(&seen), "{seen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_stream_that_lags_behind_is_told_and_completed() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let id = create(&ada, "x").await;
    let mut stream = event_stream(&ada.client, TASK_EVENTS).await;
    // The client reads ahead, too.
    for _ in 0..150 {
        toggle(&ada, &id).await;
    }
    let mut text = String::new();
    while let Some(chunk) = stream.chunk().await.expect("a stream that ends properly") {
        text.push_str(&String::from_utf8_lossy(&chunk));
    }
    let events: Vec<&str> = text.trim_end().split("\n\n").collect();
    let (last, before) = (events[events.len() - 1], events[events.len() - 2]);
    assert_eq!(last.lines().next(), Some("event: complete"));
    assert!(
        before.starts_with("event: next\ndata: {\"errors\":["),
        "{}",
        &before[..200.min(before.len())]
    );
    assert!(before.contains("\"UNAVAILABLE\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_reads_nothing_loses_its_socket() {
    let app = TestApp::configured(&[], |config| {
        config.sockets.send = Duration::from_millis(300);
        config.live_per_user = 1;
    })
    .await;
    let ada = app.user("ada").await;
    for n in 0..20 {
        create(&ada, &n.to_string()).await;
    }
    let mut deaf = Socket::narrow(app.address, &ada).await;
    for n in 0..60 {
        let query = "{ tasks(first: 20) { nodes { description } } }";
        deaf.subscribe(&n.to_string(), query).await;
    }
    signed_in_at_last(&app, &ada.access_token).await;
}
