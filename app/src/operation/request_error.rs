//! A request error: the operation was not executed. What goes out of it is a [`Response`](super::response::Response) without
//! data; every transport shows that in its own way: a status, an `error` message of a socket, an event.

use async_graphql::Pos;
use axum::http::StatusCode;

use super::admission::{Refusal, RefusalError, RefusalKind};
use crate::accounts::rate_limit::RateLimited;
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

    /// The credential is good, or none is needed, and still this may not be done.
    pub(crate) fn forbidden(message: &str) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            ApiError::new(ErrorCode::Forbidden, None, message),
        )
    }

    /// There are too many of something already.
    pub(crate) fn too_many(error: ApiError) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, error)
    }

    /// No capacity, the database away, too slow.
    pub(crate) fn unavailable(error: ApiError) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, error)
    }

    /// A defect of ours.
    pub(crate) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, ApiError::internal())
    }
}

impl From<RateLimited> for RequestError {
    fn from(limited: RateLimited) -> Self {
        Self::too_many(limited.into())
    }
}

impl From<Refusal> for RequestError {
    fn from(refusal: Refusal) -> Self {
        let (status, code) = match refusal.kind {
            RefusalKind::TooComplex => {
                (StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::QueryTooComplex)
            }
            RefusalKind::Syntax => (StatusCode::BAD_REQUEST, ErrorCode::ParseFailed),
            RefusalKind::Validation => (
                StatusCode::UNPROCESSABLE_ENTITY,
                ErrorCode::ValidationFailed,
            ),
        };
        let shown = |error: RefusalError| {
            let locations = error
                .locations
                .into_iter()
                .map(|(line, column)| Pos { line, column });
            (
                ApiError::new(code, None, &error.message),
                locations.collect(),
            )
        };
        Self {
            status,
            errors: refusal.errors.into_iter().map(shown).collect(),
            allow: None,
        }
    }
}
