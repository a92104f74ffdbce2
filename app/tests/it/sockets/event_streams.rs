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

/// Reads events, each as its name and its data.
struct Events {
    response: Response,
    text: String,
}

impl Events {
    fn of(response: Response) -> Self {
        Self {
            response,
            text: String::new(),
        }
    }

    /// The next event; `None` at the end of the stream.
    async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    let lines = event.lines().filter_map(|line| line.split_once(':'));
                    let value = lines
                        .filter(|(field, _)| *field == name)
                        .map(|(_, value)| value.trim());
                    value.collect::<String>()
                };
                let (name, data) = (field("event"), field("data"));
                self.text = String::from(rest);
                return Some((name, serde_json::from_str(&data).unwrap_or(Value::Null)));
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
    let (name, data) = events.next().await.expect("an event");
    assert_eq!(name, "next");
    assert_eq!(data["data"]["taskEvents"]["taskId"], json!(id));
    ada.run(LOGOUT, json!({})).await.data();
    // Broken off and not completed: public clients come back then, and find out that they are signed out.
    assert_eq!(events.next().await, None);
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
    let (name, data) = events.next().await.expect("an event");
    assert_eq!(name, "next");
    assert_eq!(
        data["data"]["register"],
        json!({ "user": { "email": "ada@example.org" }, "refreshToken": null })
    );
    assert_eq!(
        events.next().await.map(|(name, _)| name).as_deref(),
        Some("complete")
    );
    assert_eq!(events.next().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_with_its_token_and_with_the_service() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let token = ada.token_good_for(Duration::from_secs(2)).await;
    let mut brief =
        Events::of(event_stream(&app.anonymous().with_token(&token), TASK_EVENTS).await);
    let mut long = Events::of(event_stream(&ada.client, TASK_EVENTS).await);
    assert_eq!(brief.next().await, None);
    let stopped = tokio::spawn(app.stop());
    assert_eq!(long.next().await, None);
    stopped.await.expect("a service that stops");
}
