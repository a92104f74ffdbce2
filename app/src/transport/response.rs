//! Responses over HTTP: status, media type and headers of the contract's table.

use axum::body::Body;
use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, Response as HttpResponse, StatusCode};

use super::negotiation::GRAPHQL_RESPONSE;
use crate::graphql::ErrorReason;
use crate::operation::request_error::RequestError;
use crate::operation::response::Response;

/// A response in the representation the client prefers. One that is no success has always the media type that says so.
pub(super) fn write(mut response: Response, representation: &'static str) -> HttpResponse<Body> {
    let (status, retry_after) = (response.status, response.retry_after);
    let (allow, reason) = (response.allow, response.reason);
    let media_type = if status.is_success() {
        representation
    } else {
        GRAPHQL_RESPONSE
    };
    let mut written = HttpResponse::new(Body::from(response.to_json()));
    *written.status_mut() = status;
    let headers = written.headers_mut();
    // For what is set here and in `every_request`, at once.
    headers.reserve(12);
    // What resolvers have set: the cookie of the refresh token.
    headers.extend(std::mem::take(&mut response.content.http_headers));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(allow) = allow {
        headers.insert(ALLOW, HeaderValue::from_static(allow));
    }
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, challenge(reason));
    }
    if let Some(seconds) = retry_after {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    written
}

/// A request error, which all clients are told in the same media type.
pub(super) fn request_error(error: RequestError, request_id: &str) -> HttpResponse<Body> {
    write(Response::refused(error, request_id), GRAPHQL_RESPONSE)
}

/// RFC 6750, 3: no error code for a request that brought no credential at all.
fn challenge(reason: Option<ErrorReason>) -> HeaderValue {
    HeaderValue::from_static(if reason == Some(ErrorReason::TokenMissing) {
        r#"Bearer realm="taskhive""#
    } else {
        r#"Bearer realm="taskhive", error="invalid_token""#
    })
}
