//! Server-sent events: the "distinct connections" mode of the GraphQL over SSE protocol.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::http::Response;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{Stream, StreamExt, stream};

use super::admission::OperationKind;
use super::executed::Executed;
use super::gateway::{Approved, Gateway, ResponseStream};

/// Keeps proxies from closing a stream on which nothing happens.
const COMMENT_EVERY: Duration = Duration::from_secs(15);

/// The operation's answers as events: `next` for each, then `complete`.
pub(crate) async fn respond(gateway: &Gateway, approved: Approved) -> Response<Body> {
    let answers: ResponseStream = if approved.kind == OperationKind::Subscription {
        gateway.subscribe(approved)
    } else {
        let executed = gateway.execute(approved).await;
        Box::pin(stream::once(std::future::ready(executed)))
    };
    Sse::new(events(answers))
        .keep_alive(KeepAlive::new().interval(COMMENT_EVERY))
        .into_response()
}

fn events(answers: ResponseStream) -> impl Stream<Item = Result<Event, Infallible>> {
    let next = |executed: Executed| {
        let data = serde_json::to_string(&executed).unwrap_or_default();
        Event::default().event("next").data(data)
    };
    let complete = Event::default().event("complete").data("");
    answers
        .map(next)
        .chain(stream::once(std::future::ready(complete)))
        .map(Ok)
}
