//! What goes out, whatever the transport: the result of an execution, repaired, masked and logged once, or a request error,
//! which is a response without `data`.

use async_graphql::indexmap::IndexMap;
use async_graphql::{PathSegment, Pos, ServerError, Value};
use axum::http::{HeaderMap, StatusCode};
use serde::Serialize;
use taskhive_domain::ports::InfraErrorKind;

use super::request_error::RequestError;
use crate::graphql::{ApiError, Cause, ErrorCode, ErrorReason};
use taskhive_adapters::error_chain;

/// The answer to one operation. As JSON it is what the specification calls a response.
#[derive(Debug, Serialize)]
pub(crate) struct Response {
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ServerError>,
    /// The HTTP status. Depends on the outcome only, never on the media type.
    #[serde(skip)]
    pub(crate) status: StatusCode,
    /// Headers that resolvers have set, for transports that have headers.
    #[serde(skip)]
    pub(crate) headers: HeaderMap,
    /// If nothing was done: the seconds after which all of it may be tried again.
    #[serde(skip)]
    pub(crate) retry_after: Option<u64>,
    /// For 405: the methods that would do.
    #[serde(skip)]
    pub(crate) allow: Option<&'static str>,
    /// Why the first error happened, as far as a header repeats it.
    #[serde(skip)]
    pub(crate) reason: Option<ErrorReason>,
    #[serde(skip)]
    lagged: bool,
}

impl Response {
    /// Takes over what the library answers.
    pub(crate) fn executed(response: async_graphql::Response, request_id: &str) -> Self {
        let async_graphql::Response {
            data,
            errors,
            http_headers,
            ..
        } = response;
        let (errors, known) = presentable(errors, request_id);
        let status = status_of(&data, &known);
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
            _ => known.iter().filter_map(|error| error.retry_after).max(),
        };
        Self {
            headers: http_headers,
            data,
            retry_after,
            ..Self::without_data(status, errors, &known)
        }
    }

    /// The answer when the execution as a whole came to nothing.
    pub(crate) fn failed(error: ApiError, request_id: &str) -> Self {
        let errors = vec![server_error(error, Vec::new())];
        Self::executed(async_graphql::Response::from_errors(errors), request_id)
    }

    /// The operation was not executed.
    pub(crate) fn refused(error: RequestError, request_id: &str) -> Self {
        let RequestError {
            status,
            errors,
            allow,
        } = error;
        let errors = errors
            .into_iter()
            .map(|(error, locations)| server_error(error, locations));
        let (errors, known) = presentable(errors.collect(), request_id);
        Self {
            retry_after: known.first().and_then(|error| error.retry_after),
            allow,
            ..Self::without_data(status, errors, &known)
        }
    }

    fn without_data(status: StatusCode, errors: Vec<ServerError>, known: &[ApiError]) -> Self {
        Self {
            errors,
            data: None,
            status,
            headers: HeaderMap::new(),
            retry_after: None,
            allow: None,
            reason: known.first().and_then(|error| error.reason),
            lagged: known.iter().any(ApiError::is_lagged),
        }
    }

    /// As the library knows it, if there is `data`; otherwise back as it is.
    pub(crate) fn into_executed(self) -> Result<async_graphql::Response, Self> {
        let Self {
            data: Some(data),
            errors,
            headers,
            ..
        } = self
        else {
            return Err(self);
        };
        let mut executed = async_graphql::Response::new(data).http_headers(headers);
        executed.errors = errors;
        Ok(executed)
    }

    /// The response as JSON, on one line.
    pub(crate) fn to_json(&self) -> String {
        #[expect(
            clippy::expect_used,
            reason = "values, texts and numbers, with texts as keys: nothing that JSON cannot hold"
        )]
        serde_json::to_string(self).expect("a response is JSON")
    }

    /// Whether the subscription that answers this has lost events. It ends here.
    pub(crate) fn is_lagged(&self) -> bool {
        self.lagged
    }

    /// What is under `errors`.
    pub(crate) fn errors(&self) -> &[ServerError] {
        &self.errors
    }
}

fn server_error(error: ApiError, locations: Vec<Pos>) -> ServerError {
    let error = async_graphql::Error::from(error).into_server_error(Pos::default());
    ServerError { locations, ..error }
}

/// The errors as clients may see them, and what is known of each. What has no [`ApiError`] inside was never meant for
/// clients and is masked. Causes go into the log: here, once, with the request id.
fn presentable(errors: Vec<ServerError>, request_id: &str) -> (Vec<ServerError>, Vec<ApiError>) {
    let presentable = errors.into_iter().map(|mut error| {
        let path = shown_path(&error.path);
        let known = error.source::<ApiError>().cloned().unwrap_or_else(|| {
            let cause = &error.message;
            tracing::error!(
                request_id,
                path,
                cause,
                "an error without a code was masked"
            );
            ApiError::internal()
        });
        if let Some(Cause::Infra(cause)) = known.cause() {
            let chain = error_chain(cause);
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
        let mut extensions = known.extensions();
        extensions.set("requestId", request_id);
        error.message.clone_from(&known.message);
        error.extensions = Some(extensions);
        error.source = None;
        (error, known)
    });
    presentable.unzip()
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

/// 200, or 429 and 503 if every root field was refused before anything was done.
fn status_of(data: &Value, errors: &[ApiError]) -> StatusCode {
    let something_done =
        matches!(data, Value::Object(fields) if fields.values().any(|field| *field != Value::Null));
    let only = |allowed: &[ErrorCode]| {
        !errors.is_empty() && errors.iter().all(|error| allowed.contains(&error.code))
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
