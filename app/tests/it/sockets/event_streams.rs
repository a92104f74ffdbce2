//! Server-sent events, as graphql-sse's distinct connections mode has them.

use std::time::Duration;

use reqwest::Response;
use serde_json::{Value, json};
use testkit::{Client, LOGOUT, PATIENCE, TASK_EVENTS, TestApp};
use tokio::time::timeout;

/// Sends an operation, and takes events for an answer.
pub(crate) async fn event_stream(client: &Client, query: &str) -> Response {
    let request = client.post().header("accept", "text/event-stream");
    let request = request.json(&json!({ "query": query }));
    request.send().await.expect("an answer")
}

/// Reads events.
pub(crate) struct Events {
    response: Response,
    text: String,
}

pub(crate) struct Event {
    name: String,
    /// Empty if it has none.
    id: String,
    pub(crate) data: Value,
}

impl Events {
    pub(crate) fn of(response: Response) -> Self {
        Self {
            response,
            text: String::new(),
        }
    }

    /// The next event; `None` at the end of the stream.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    let lines = event.lines().filter_map(|line| line.split_once(':'));
                    let value = lines
                        .filter(|(field, _)| *field == name)
                        .map(|(_, value)| value.trim());
                    value.collect::<String>()
                };
                let event = Event {
                    name: field("event"),
                    id: field("id"),
                    data: serde_json::from_str(&field("data")).unwrap_or(Value::Null),
                };
                self.text = String::from(rest);
                return Some(event);
            }
            let chunk = timeout(PATIENCE, self.response.chunk())
                .await
                .expect("an event in time");
            self.text
                .push_str(&String::from_utf8_lossy(&chunk.expect("a stream")?));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_broke_off_goes_on_after_its_last_event() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let mut events = Events::of(event_stream(&ada.client, TASK_EVENTS).await);
    let mut ids = Vec::new();
    for title in ["one", "two"] {
        ada.create(title).await;
        ids.push(events.next().await.expect("an event").id);
    }
    drop(events);
    let three = ada.create_id("three").await;
    let old = format!(
        "subscription {{ taskEvents(after: \"{}\") {{ taskId cursor }} }}",
        ids[0]
    );
    let come_back = async |id: &str| {
        let request = ada.client.post().header("accept", "text/event-stream");
        let request = request.header("last-event-id", id);
        let response = request.json(&json!({ "query": old })).send().await;
        Events::of(response.expect("an answer"))
            .next()
            .await
            .expect("an event")
    };
    let missed = come_back(&ids[1]).await;
    let event = &missed.data["data"]["taskEvents"];
    assert_eq!(
        event["taskId"],
        json!(three),
        "what it read last counts, not what it came with"
    );
    assert_eq!(event["cursor"], json!(missed.id));
    assert_ne!(
        come_back("").await.data["data"]["taskEvents"]["taskId"],
        json!(three)
    );
    let refused = come_back("nonsense").await;
    assert_eq!(refused.id, "");
    let extensions = &refused.data["errors"][0]["extensions"];
    assert_eq!(extensions["issues"][0]["path"], json!(["after"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn events_arrive_until_the_session_ends() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    let response = event_stream(&ada.client, TASK_EVENTS).await;
    assert_eq!(response.status(), 200);
    let header = |name: &str| response.headers()[name].to_str().expect("text").to_owned();
    assert_eq!(header("content-type"), "text/event-stream");
    assert_eq!(header("cache-control"), "no-store");
    assert_eq!(header("x-accel-buffering"), "no");
    assert!(!header("x-request-id").is_empty());
    let mut events = Events::of(response);
    bob.create_id("his").await;
    let id = ada.create_id("mine").await;
    let Event { name, data, .. } = events.next().await.expect("an event");
    assert_eq!(name, "next");
    assert_eq!(data["data"]["taskEvents"]["taskId"], json!(id));
    ada.run(LOGOUT, json!({})).await.data();
    // Broken off and not completed: public clients come back then, and find out that they are signed out.
    assert!(events.next().await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_executed_is_an_http_error() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let (nobody, nonsense) = (app.anonymous(), app.anonymous().with_token("nonsense"));
    for (client, query, status) in [
        (&nobody, TASK_EVENTS, 401),
        (&nonsense, TASK_EVENTS, 401),
        (&ada.client, "subscription { nothing }", 422),
        (&ada.client, "subscription {", 400),
        (&nobody, "{ me { id } }", 401),
    ] {
        let response = event_stream(client, query).await;
        assert_eq!(response.status(), status, "{query}");
        let body: Value = response.json().await.expect("JSON");
        assert!(
            body["errors"].is_array() && body.get("data").is_none(),
            "{body}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_answer_is_one_event_and_keeps_its_cookie() {
    let app = TestApp::new().await;
    let query = "mutation { register(input: { email: \"ada@example.org\", password: \"correct horse\", delivery: COOKIE }) { user { email } refreshToken } }";
    let response = event_stream(&app.anonymous(), query).await;
    let cookie = response.headers()["set-cookie"].to_str().expect("text");
    assert!(cookie.starts_with("taskhive_refresh="));
    let mut events = Events::of(response);
    let Event { name, data, .. } = events.next().await.expect("an event");
    assert_eq!(name, "next");
    assert_eq!(
        data["data"]["register"],
        json!({ "user": { "email": "ada@example.org" }, "refreshToken": null })
    );
    assert_eq!(
        events.next().await.map(|event| event.name).as_deref(),
        Some("complete")
    );
    assert!(events.next().await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_with_its_token_and_with_the_service() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let token = ada.token_good_for(Duration::from_secs(2)).await;
    let mut brief =
        Events::of(event_stream(&app.anonymous().with_token(&token), TASK_EVENTS).await);
    let mut long = Events::of(event_stream(&ada.client, TASK_EVENTS).await);
    assert!(brief.next().await.is_none());
    let stopped = tokio::spawn(app.stop());
    assert!(long.next().await.is_none());
    stopped.await.expect("a service that stops");
}
