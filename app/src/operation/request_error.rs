//! A request error: the operation was not executed. Every transport shows it in its own way: a status, an `error`
//! message of a socket, an event.

use async_graphql::Pos;
use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::result::chain_of;
use crate::graphql::{ApiError, ErrorCode};

/// Why an operation was not executed.
pub(crate) struct RequestError {
    /// The HTTP status. Depends on the outcome only, never on the media type.
    pub(crate) status: StatusCode,
    /// What to tell: at least one.
    pub(crate) errors: Vec<(ApiError, Vec<Pos>)>,
    /// For 405: the methods that would do.
    pub(crate) allow: Option<&'static str>,
}

impl RequestError {
    pub(crate) fn new(status: StatusCode, error: ApiError) -> Self {
        Self {
            status,
            errors: vec![(error, Vec::new())],
            allow: None,
        }
    }

    /// The HTTP request is not a well-formed GraphQL request.
    pub(crate) fn bad_request(status: StatusCode, message: impl AsRef<str>) -> Self {
        Self::new(
            status,
            ApiError::new(ErrorCode::BadRequest, None, message.as_ref()),
        )
    }

    /// Another method is needed.
    pub(crate) fn method_not_allowed(allow: &'static str, message: &str) -> Self {
        Self {
            allow: Some(allow),
            ..Self::bad_request(StatusCode::METHOD_NOT_ALLOWED, message)
        }
    }

    /// A valid token is needed: the error says which kind of invalid this one is.
    pub(crate) fn unauthenticated(error: ApiError) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, error)
    }

    /// No capacity, the database away, too slow.
    pub(crate) fn unavailable(error: ApiError) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, error)
    }

    /// A defect of ours.
    pub(crate) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, ApiError::internal())
    }

    /// The first error: there always is one.
    pub(crate) fn main(&self) -> Option<&ApiError> {
        self.errors.first().map(|(error, _)| error)
    }

    /// Writes what happened behind it into the log, if anything did.
    pub(crate) fn log(&self, request_id: &str) {
        for cause in self.errors.iter().filter_map(|(error, _)| error.cause()) {
            tracing::warn!(
                request_id,
                cause = chain_of(cause),
                "a request could not be served"
            );
        }
    }

    /// The list under `errors`.
    pub(crate) fn to_json(&self, request_id: &str) -> Value {
        let one = |(error, locations): &(ApiError, Vec<Pos>)| {
            let mut shown = Map::new();
            shown.insert("message".to_owned(), json!(error.message));
            if !locations.is_empty() {
                shown.insert("locations".to_owned(), json!(locations));
            }
            let mut extensions = error.extensions();
            extensions.set("requestId", request_id);
            shown.insert("extensions".to_owned(), json!(extensions));
            Value::Object(shown)
        };
        self.errors.iter().map(one).collect()
    }
}
