//! Who reads slowly goes on from where it is, who reads nothing is closed, and neither takes anybody's memory.

use std::time::Duration;

use serde_json::json;
use testkit::{CREATE, Socket, TestApp, TestUser};

use super::event_streams::{Events, event_stream};
use super::limits::signed_in_at_last;

const VERSIONS: &str = "subscription { taskEvents { task { version description } } }";

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

/// Changes enough to fill every buffer on the way to a reader, and returns the last version.
async fn change_a_lot(user: &TestUser, id: &str) -> i64 {
    for _ in 0..100 {
        toggle(user, id).await;
    }
    let last = user.run(
        "query ($id: ID!) { task(id: $id) { version } }",
        json!({ "id": id }),
    );
    last.await.data()["task"]["version"]
        .as_i64()
        .expect("a version")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscriber_that_lags_behind_goes_on_and_ends_up_with_everything() {
    let app =
        TestApp::configured(&[], |config| config.sockets.send = Duration::from_hours(1)).await;
    let ada = app.user("ada").await;
    let id = create(&ada, "x").await;
    let mut slow = Socket::narrow(app.address, &ada).await;
    slow.subscribe("1", VERSIONS).await;
    slow.say(&json!({ "type": "ping" })).await;
    assert_eq!(slow.hear().await, json!({ "type": "pong" }));
    let last = change_a_lot(&ada, &id).await;
    let (mut seen, mut version) = (0, 1);
    while version < last {
        let event = slow.hear().await["payload"]["data"]["taskEvents"].take();
        let next = event["task"]["version"].as_i64().expect("a version");
        assert!(next > version, "{next} after {version}");
        version = next;
        seen += 1;
    }
    assert!(seen < 1000, "what was not told was not kept either");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_stream_that_lags_behind_goes_on_and_ends_up_with_everything() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let id = create(&ada, "x").await;
    let mut events = Events::of(event_stream(&ada.client, VERSIONS).await);
    let last = change_a_lot(&ada, &id).await;
    let mut version = 1;
    while version < last {
        let event = events.next().await.expect("an event");
        let next = event.data["data"]["taskEvents"]["task"]["version"].as_i64();
        let next = next.expect("a version");
        assert!(next > version, "{next} after {version}");
        version = next;
    }
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
