//! Server-sent events, as graphql-sse's distinct connections mode has them.

use std::time::Duration;

use reqwest::Response;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::client::{PATIENCE, TASK_EVENTS};
use super::service::Service;

async fn ask(service: &Service, token: Option<&str>, query: &str) -> Response {
    let request = reqwest::Client::new()
        .post(service.url("/graphql"))
        .header("accept", "text/event-stream")
        .json(&json!({ "query": query }));
    let request = match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    };
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
    let service = Service::start().await;
    let (ada, bob) = (service.sign_up("ada").await, service.sign_up("bob").await);
    let response = ask(&service, Some(&ada.token), TASK_EVENTS).await;
    assert_eq!(response.status(), 200);
    let header = |name: &str| response.headers()[name].to_str().expect("text").to_owned();
    assert_eq!(header("content-type"), "text/event-stream");
    assert_eq!(header("cache-control"), "no-store");
    assert_eq!(header("x-accel-buffering"), "no");
    assert!(!header("x-request-id").is_empty());
    let mut events = Events::of(response);
    service.create_task(&bob, "his", "").await;
    let id = service.create_task(&ada, "mine", "").await;
    let (name, data) = events.next().await.expect("an event");
    assert_eq!(name, "next");
    assert_eq!(data["data"]["taskEvents"]["taskId"], json!(id));
    service
        .run(&ada, "mutation { logout { success } }", json!({}))
        .await;
    // Broken off and not completed: public clients come back then, and find out that they are signed out.
    assert_eq!(events.next().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_executed_is_an_http_error() {
    let service = Service::start().await;
    let ada = service.sign_up("ada").await;
    for (token, query, status) in [
        (None, TASK_EVENTS, 401),
        (Some("nonsense"), TASK_EVENTS, 401),
        (Some(ada.token.as_str()), "subscription { nothing }", 422),
        (Some(ada.token.as_str()), "subscription {", 400),
        (None, "{ me { id } }", 401),
    ] {
        let response = ask(&service, token, query).await;
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
    let service = Service::start().await;
    let query = "mutation { register(input: { email: \"ada@example.org\", password: \"correct horse\", delivery: COOKIE }) { user { email } refreshToken } }";
    let response = ask(&service, None, query).await;
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
    let service = Service::start().await;
    let ada = service.sign_up("ada").await;
    let token = service.token_good_for(&ada, Duration::from_secs(2)).await;
    let mut brief = Events::of(ask(&service, Some(&token), TASK_EVENTS).await);
    let mut long = Events::of(ask(&service, Some(&ada.token), TASK_EVENTS).await);
    assert_eq!(brief.next().await, None);
    let stopped = tokio::spawn(service.stop());
    assert_eq!(long.next().await, None);
    stopped.await.expect("a service that stops");
}
