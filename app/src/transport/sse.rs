//! Server-sent events: the "distinct connections" mode of the GraphQL over SSE protocol.
//!
//! Whatever keeps an operation from running was answered before, as an HTTP error with its status; here are only
//! operations that run. A stream ends with `complete` when its operation does. When the service ends it (it stops, the token
//! expires, the session is over), it just breaks off: then clients come back, and learn by the status how things are.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue, Response as HttpResponse};
use futures_util::{Stream, StreamExt, stream};

use crate::operation::pipeline::{AuthorizedOperation, Pipeline};
use crate::operation::request_error::RequestError;
use crate::operation::response::Response;

/// The `id` of the last event that a client has read, when it comes back.
pub(super) static LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// Keeps proxies from closing a stream on which nothing happens.
const COMMENT_EVERY: Duration = Duration::from_secs(15);

/// Every answer of a subscription, for as long as its user is signed in.
pub(super) async fn of_subscription(
    pipeline: &Pipeline,
    operation: AuthorizedOperation,
) -> Result<HttpResponse<Body>, RequestError> {
    let (mut live, responses) = pipeline.open_stream(operation).await?;
    Ok(respond(
        events(responses).take_until(async move { live.over().await }),
    ))
}

/// The answer of a query or a mutation, for clients that take nothing but event streams.
pub(super) fn of_one(mut response: Response) -> HttpResponse<Body> {
    let headers = std::mem::take(&mut response.content.http_headers);
    let mut answer = respond(events(stream::once(std::future::ready(response))));
    answer.headers_mut().extend(headers);
    answer
}

fn respond(events: impl Stream<Item = Bytes> + Send + 'static) -> HttpResponse<Body> {
    let bytes = kept_alive(events).map(Ok::<_, Infallible>);
    let mut response = HttpResponse::new(Body::from_stream(bytes));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // nginx and its kin hold back what comes in small pieces, unless they are told not to.
    headers.insert(
        HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    );
    response
}

/// `next` for each answer, then `complete`. Written by hand because axum leaves out the `data` line of an event without
/// data, and browsers' `EventSource` does not see an event without that line. JSON has no line breaks of its own.
fn events(answers: impl Stream<Item = Response>) -> impl Stream<Item = Bytes> {
    let next = |response: Response| {
        let data = response.to_json();
        let id = response.cursor.map(|cursor| format!("id: {cursor}\n"));
        let id = id.unwrap_or_default();
        Bytes::from(format!("event: next\n{id}data: {data}\n\n"))
    };
    let complete = Bytes::from_static(b"event: complete\ndata:\n\n");
    answers
        .map(next)
        .chain(stream::once(std::future::ready(complete)))
}

/// The same, with a comment whenever there was nothing to say for a while.
fn kept_alive(
    events: impl Stream<Item = Bytes> + Send + 'static,
) -> impl Stream<Item = Bytes> + Send {
    stream::unfold(Box::pin(events), |mut events| async move {
        match tokio::time::timeout(COMMENT_EVERY, events.next()).await {
            Ok(event) => event.map(|event| (event, events)),
            Err(_elapsed) => Some((Bytes::from_static(b":\n\n"), events)),
        }
    })
}
