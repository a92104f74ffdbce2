//! Server-sent events: the "distinct connections" mode of the GraphQL over SSE protocol.
//!
//! Whatever keeps an operation from running was answered before, as an HTTP error with its status; here are only
//! operations that run. A stream ends with `complete`, also when its session ends, its token expires or the service stops.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, SET_COOKIE};
use axum::http::{HeaderName, HeaderValue, Response};
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{Stream, StreamExt, stream};

use super::executed::Executed;
use super::failure::Failure;
use super::gateway::{Approved, Gateway};
use crate::graphql::ApiError;

/// Keeps proxies from closing a stream on which nothing happens.
const COMMENT_EVERY: Duration = Duration::from_secs(15);

/// Every answer of a subscription, for as long as its user is signed in.
pub(crate) fn of_subscription(
    gateway: &Gateway,
    approved: Approved,
) -> Result<Response<Body>, Failure> {
    let authenticated = approved
        .authenticated
        .ok_or_else(|| Failure::unauthenticated(ApiError::token_missing()))?;
    let mut live = gateway.open(authenticated)?;
    let answers = gateway.subscribe(approved);
    Ok(respond(
        answers.take_until(async move { live.over().await }),
    ))
}

/// The answer of a query or a mutation, for clients that take nothing but event streams.
pub(crate) fn of_one(executed: Executed, cookie: Option<HeaderValue>) -> Response<Body> {
    let mut response = respond(stream::once(std::future::ready(executed)));
    if let Some(cookie) = cookie {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}

fn respond(answers: impl Stream<Item = Executed> + Send + 'static) -> Response<Body> {
    let mut response = Sse::new(events(answers))
        .keep_alive(KeepAlive::new().interval(COMMENT_EVERY))
        .into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // nginx and its kin hold back what comes in small pieces, unless they are told not to.
    headers.insert(
        HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    );
    response
}

/// `next` for each answer, then `complete`.
fn events(answers: impl Stream<Item = Executed>) -> impl Stream<Item = Result<Event, Infallible>> {
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
