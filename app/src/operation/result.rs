//! What an execution answers: repaired, masked and logged once, ready for any transport.

use std::collections::BTreeSet;

use async_graphql::indexmap::IndexMap;
use async_graphql::{PathSegment, Response, ServerError, Value};
use axum::http::StatusCode;
use serde::Serialize;
use taskhive_domain::event::Lagged;
use taskhive_domain::ports::InfraErrorKind;

use crate::graphql::{ApiError, Cause, ErrorCode, name_of};

/// The answer of an executed operation.
#[derive(Debug, Serialize)]
pub(crate) struct ExecutionResult {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ServerError>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Value>,
    #[serde(skip)]
    status: StatusCode,
    #[serde(skip)]
    retry_after: Option<u64>,
    #[serde(skip)]
    lagged: bool,
}

impl ExecutionResult {
    /// Takes over what the library answers.
    pub(crate) fn new(response: Response, request_id: &str) -> Self {
        let Response { data, errors, .. } = response;
        let lagged = errors
            .iter()
            .any(|error| error.source::<Lagged>().is_some());
        let errors: Vec<ServerError> = errors
            .into_iter()
            .map(|error| presentable(error, request_id))
            .collect();
        let status = status_of(&data, &errors);
        let data = match status {
            StatusCode::OK if lacks_a_failed_field(&data, &errors) => Some(Value::Null),
            // All fields were skipped: an object without keys, not nothing.
            StatusCode::OK if errors.is_empty() && data == Value::Null => {
                Some(Value::Object(IndexMap::new()))
            }
            StatusCode::OK => Some(data),
            _ => None,
        };
        let retry_after = match status {
            StatusCode::OK => None,
            _ => errors.iter().filter_map(retry_after_of).max(),
        };
        Self {
            errors,
            data,
            status,
            retry_after,
            lagged,
        }
    }

    /// The answer when the execution as a whole came to nothing.
    pub(crate) fn failed(error: &ApiError, request_id: &str) -> Self {
        let mut failed = ServerError::new(error.message.clone(), None);
        failed.extensions = Some(error.extensions());
        Self::new(Response::from_errors(vec![failed]), request_id)
    }

    /// 200, unless nothing was done for lack of capacity.
    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    /// If nothing was done: the seconds after which all of it may be tried again.
    pub(crate) fn retry_after(&self) -> Option<u64> {
        self.retry_after
    }

    /// Whether the subscription that answers this has lost events. It ends here.
    pub(crate) fn is_lagged(&self) -> bool {
        self.lagged
    }

    /// The errors alone, for when nothing was done.
    pub(crate) fn errors(&self) -> &[ServerError] {
        &self.errors
    }
}

/// Masks what was never meant for clients, and writes the cause into the log: here, once, with the request id.
fn presentable(mut error: ServerError, request_id: &str) -> ServerError {
    let path = shown_path(&error.path);
    if let Some(Cause(cause)) = error.source::<Cause>() {
        let chain = chain_of(cause);
        if cause.kind == InfraErrorKind::Broken {
            tracing::error!(request_id, path, cause = chain, "an operation failed");
        } else {
            tracing::warn!(
                request_id,
                path,
                cause = chain,
                "an operation could not be served"
            );
        }
    }
    let mut extensions = error.extensions.take().unwrap_or_default();
    if extensions.get("code").is_none() {
        tracing::error!(
            request_id,
            path,
            cause = error.message,
            "an error without a code was masked"
        );
        error = ServerError {
            message: ApiError::internal().message,
            ..error
        };
        extensions = ApiError::internal().extensions();
    }
    extensions.set("requestId", request_id);
    error.extensions = Some(extensions);
    error.source = None;
    error
}

fn shown_path(path: &[PathSegment]) -> String {
    let shown: Vec<String> = path
        .iter()
        .map(|segment| match segment {
            PathSegment::Field(name) => name.clone(),
            PathSegment::Index(index) => index.to_string(),
        })
        .collect();
    shown.join(".")
}

/// An error and all its sources on one line.
pub(crate) fn chain_of(error: &dyn std::error::Error) -> String {
    let mut chain = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        chain = format!("{chain}: {cause}");
        source = cause.source();
    }
    chain
}

/// 200, or 429 and 503 if every root field was refused before anything was done.
fn status_of(data: &Value, errors: &[ServerError]) -> StatusCode {
    let something_done =
        matches!(data, Value::Object(fields) if fields.values().any(|field| *field != Value::Null));
    let codes: BTreeSet<String> = errors.iter().filter_map(code_of).collect();
    let only = |allowed: &[ErrorCode]| {
        let allowed: Vec<String> = allowed.iter().map(|code| text_of(*code)).collect();
        !codes.is_empty() && codes.iter().all(|code| allowed.contains(code))
    };
    if something_done {
        StatusCode::OK
    } else if only(&[ErrorCode::RateLimited]) {
        StatusCode::TOO_MANY_REQUESTS
    } else if only(&[ErrorCode::RateLimited, ErrorCode::Unavailable]) {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        StatusCode::OK
    }
}

fn code_of(error: &ServerError) -> Option<String> {
    match error.extensions.as_ref()?.get("code")? {
        Value::Enum(name) => Some(name.to_string()),
        Value::String(name) => Some(name.clone()),
        _ => None,
    }
}

fn retry_after_of(error: &ServerError) -> Option<u64> {
    match error.extensions.as_ref()?.get("retryAfter")? {
        Value::Number(seconds) => seconds.as_u64(),
        _ => None,
    }
}

fn text_of(code: ErrorCode) -> String {
    match name_of(code) {
        Value::Enum(name) => name.to_string(),
        other => other.to_string(),
    }
}

/// async-graphql 7.2 leaves a failed non-null field out of its object. By the specification the failure moves up to the
/// nearest nullable parent, and all our non-null fields hang on the root.
fn lacks_a_failed_field(data: &Value, errors: &[ServerError]) -> bool {
    let Value::Object(fields) = data else {
        return false;
    };
    errors.iter().any(|error| match error.path.first() {
        Some(PathSegment::Field(name)) => !fields.contains_key(name.as_str()),
        _ => false,
    })
}
