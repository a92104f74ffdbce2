//! Failures and executed operations as HTTP responses: status, media type and headers of the contract's table.

use axum::body::Body;
use axum::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, SET_COOKIE, WWW_AUTHENTICATE,
};
use axum::http::{HeaderValue, Response, StatusCode};
use serde_json::{Map, Value};

use super::negotiation::GRAPHQL_RESPONSE;
use crate::graphql::ErrorReason;
use crate::operation::request_error::RequestError;
use crate::operation::result::ExecutionResult;

/// A request error. It has no `data` key, and always the media type that says so.
pub(crate) fn failure(failure: &RequestError, request_id: &str) -> Response<Body> {
    let mut body = Map::new();
    body.insert("errors".to_owned(), failure.to_json(request_id));
    let mut response = json(failure.status, GRAPHQL_RESPONSE, &Value::Object(body));
    let headers = response.headers_mut();
    if let Some(allow) = failure.allow {
        headers.insert(ALLOW, HeaderValue::from_static(allow));
    }
    let main = failure.main();
    if failure.status == StatusCode::UNAUTHORIZED {
        let missing = main.is_some_and(|error| error.reason == Some(ErrorReason::TokenMissing));
        headers.insert(WWW_AUTHENTICATE, challenge(missing));
    }
    if let Some(seconds) = main.and_then(|error| error.retry_after) {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// RFC 6750, 3: no error code for a request that brought no credential at all.
fn challenge(missing: bool) -> HeaderValue {
    HeaderValue::from_static(if missing {
        r#"Bearer realm="taskhive""#
    } else {
        r#"Bearer realm="taskhive", error="invalid_token""#
    })
}

/// An executed operation, in the representation the client prefers.
pub(crate) fn executed(
    executed: &ExecutionResult,
    representation: &'static str,
    cookie: Option<HeaderValue>,
) -> Response<Body> {
    let ok = executed.status().is_success();
    let mut response = json(
        executed.status(),
        if ok { representation } else { GRAPHQL_RESPONSE },
        executed,
    );
    if let Some(seconds) = executed.retry_after() {
        let headers = response.headers_mut();
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    if let Some(cookie) = cookie {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}

fn json(
    status: StatusCode,
    media_type: &'static str,
    body: &impl serde::Serialize,
) -> Response<Body> {
    let bytes = serde_json::to_vec(body).unwrap_or_default();
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
