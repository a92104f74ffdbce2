//! What goes out, whatever the transport: the result of an execution, repaired, masked and logged once, or a request error,
//! which is a response without `data`.

use async_graphql::indexmap::IndexMap;
use async_graphql::{PathSegment, Pos, ServerError, ServerResult, Value};
use axum::http::StatusCode;
use serde::ser::{Error, Serialize, Serializer};
use serde_json::value::RawValue;
use taskhive_adapters::error_chain;
use taskhive_domain::ports::InfraErrorKind;

use super::outage;
use super::request_error::RequestError;
use crate::graphql::object::{into_text, write_leaf, write_value};
use crate::graphql::{ApiError, ErrorCode, ErrorReason};

/// The answer to one operation. As JSON it is what the specification calls a response.
#[derive(Debug)]
pub(crate) struct Response {
    /// `data` and `errors`, and the headers that resolvers have set, for transports that have headers.
    pub(crate) content: async_graphql::Response,
    /// Whether there is `data`: a request error has none, not even null.
    pub(crate) has_data: bool,
    /// The HTTP status. Depends on the outcome only, never on the media type.
    pub(crate) status: StatusCode,
    /// If nothing was done: the seconds after which all of it may be tried again.
    pub(crate) retry_after: Option<u64>,
    /// For 405: the methods that would do.
    pub(crate) allow: Option<&'static str>,
    /// What went wrong first.
    pub(crate) code: Option<ErrorCode>,
    /// Why the first error happened, as far as a header repeats it.
    pub(crate) reason: Option<ErrorReason>,
    /// For an event of a subscription: the point right after it.
    pub(crate) cursor: Option<String>,
}

impl Response {
    /// Takes over what the library answers.
    pub(crate) fn executed(mut content: async_graphql::Response, request_id: &str) -> Self {
        let known = make_presentable(&mut content.errors, request_id);
        let status = status_of(&content.data, &known);
        if lacks_a_failed_field(&content.data, &content.errors) {
            content.data = Value::Null;
        } else if content.errors.is_empty() && content.data == Value::Null {
            // All fields were skipped: an object without keys, not nothing.
            content.data = Value::Object(IndexMap::new());
        }
        let retry_after = known.iter().filter_map(|error| error.retry_after).max();
        let has_data = status == StatusCode::OK;
        Self {
            has_data,
            retry_after: retry_after.filter(|_| !has_data),
            ..Self::of(content, status, &known)
        }
    }

    /// Whether nothing went wrong.
    pub(super) fn is_whole(&self) -> bool {
        self.status == StatusCode::OK && self.content.errors.is_empty()
    }

    /// The answer when the execution as a whole came to nothing.
    pub(crate) fn failed(error: ApiError, request_id: &str) -> Self {
        let errors = vec![server_error(error, Vec::new())];
        Self::executed(async_graphql::Response::from_errors(errors), request_id)
    }

    /// The operation was not executed.
    pub(crate) fn refused(error: RequestError, request_id: &str) -> Self {
        let errors = error.errors.into_iter();
        let errors = errors.map(|(error, locations)| server_error(error, locations));
        let mut content = async_graphql::Response::from_errors(errors.collect());
        let known = make_presentable(&mut content.errors, request_id);
        Self {
            retry_after: known.first().and_then(|error| error.retry_after),
            allow: error.allow,
            ..Self::of(content, error.status, &known)
        }
    }

    fn of(content: async_graphql::Response, status: StatusCode, known: &[ApiError]) -> Self {
        Self {
            content,
            has_data: false,
            status,
            retry_after: None,
            allow: None,
            code: known.first().map(|error| error.code),
            reason: known.first().and_then(|error| error.reason),
            cursor: None,
        }
    }

    /// The response as JSON, on one line.
    pub(crate) fn to_json(&self) -> String {
        #[expect(
            clippy::expect_used,
            reason = "values, texts and numbers, with texts as keys: nothing that JSON cannot hold"
        )]
        let json = self.written().expect("a response is JSON");
        json
    }

    /// Most of it is JSON already; the library's own way would read that once more.
    fn written(&self) -> ServerResult<String> {
        let mut json = b"{".to_vec();
        if self.has_data {
            json.extend_from_slice(b"\"data\":");
            write_value(&self.content.data, &mut json)?;
        }
        if !self.has_data || !self.content.errors.is_empty() {
            if self.has_data {
                json.push(b',');
            }
            json.extend_from_slice(b"\"errors\":");
            write_leaf(&self.content.errors, &mut json)?;
        }
        json.push(b'}');
        into_text(json)
    }
}

impl Serialize for Response {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let json = RawValue::from_string(self.to_json()).map_err(S::Error::custom)?;
        json.serialize(serializer)
    }
}

fn server_error(error: ApiError, locations: Vec<Pos>) -> ServerError {
    let error = async_graphql::Error::from(error).into_server_error(Pos::default());
    ServerError { locations, ..error }
}

/// Makes of the errors what clients may see, and returns what is known of each. What has no [`ApiError`] inside was never
/// meant for clients and is masked. Causes go into the log: here, once, with the request id.
fn make_presentable(errors: &mut [ServerError], request_id: &str) -> Vec<ApiError> {
    let present = |error: &mut ServerError| {
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
        if let Some(cause) = known.cause() {
            let chain = error_chain(cause);
            if cause.kind == InfraErrorKind::Broken {
                tracing::error!(request_id, path, cause = chain, "an operation failed");
            } else {
                outage::refused(request_id, &path, &chain);
            }
        }
        let mut extensions = known.extensions();
        extensions.set("requestId", request_id);
        error.message.clone_from(&known.message);
        error.extensions = Some(extensions);
        error.source = None;
        known
    };
    errors.iter_mut().map(present).collect()
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
