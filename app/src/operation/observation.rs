//! What is known of an operation when it is over: one line in the log for each, whatever the transport and however it ended.
//!
//! A line has names of the schema, codes, ids and times. It has no text, no address, no variable and no token, and of the
//! document only the name of an operation that passed admission.

use std::sync::Arc;
use std::time::Instant;

use axum::http::StatusCode;
use taskhive_domain::UserId;

use super::admission::{OperationKind, OperationName};
use super::request_error::RequestError;
use super::response::Response;
use super::transport::Transport;
use crate::graphql::ErrorCode;

/// Where observations go.
#[derive(Debug)]
pub(crate) struct Observer {
    /// Whether each operation gets its line in the log.
    pub(crate) log: bool,
}

/// How an operation came out, as it is logged and counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// Everything that was asked for was done.
    Ok,
    /// The first error.
    Failed(ErrorCode),
    /// Nobody waited for the end: the client left, or the stream was ended from outside. A mutation goes on.
    Cancelled,
}

impl Outcome {
    fn of(code: Option<ErrorCode>) -> Self {
        code.map_or(Self::Ok, Self::Failed)
    }

    /// As clients read it in `extensions.code`, where there is one.
    fn name(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Failed(code) => code.name(),
            Self::Cancelled => "CANCELLED",
        }
    }
}

/// One operation under way. Says what became of it, once: at the latest when it is dropped.
pub(crate) struct Observation {
    observer: Arc<Observer>,
    began: Instant,
    request_id: String,
    transport: Transport,
    kind: Option<OperationKind>,
    name: Option<Arc<OperationName>>,
    user: Option<UserId>,
    /// What went wrong in a stream.
    failure: Option<ErrorCode>,
    over: bool,
}

impl Observation {
    /// Of an operation that has arrived.
    pub(crate) fn begin(observer: &Arc<Observer>, request_id: &str, transport: Transport) -> Self {
        Self {
            observer: Arc::clone(observer),
            began: Instant::now(),
            request_id: request_id.to_owned(),
            transport,
            kind: None,
            name: None,
            user: None,
            failure: None,
            over: false,
        }
    }

    /// It is valid, and this is what it is.
    pub(crate) fn admitted(&mut self, kind: OperationKind, name: &Arc<OperationName>) {
        (self.kind, self.name) = (Some(kind), Some(Arc::clone(name)));
    }

    /// It runs for this user.
    pub(crate) fn identified(&mut self, user: UserId) {
        self.user = Some(user);
    }

    /// It was not executed.
    pub(crate) fn refused(mut self, error: &RequestError) {
        let code = error.errors.first().map(|(error, _)| error.code);
        self.end(Outcome::of(code), Some(error.status));
    }

    /// It was answered.
    pub(crate) fn answered(mut self, response: &Response) {
        self.end(Outcome::of(response.code), Some(response.status));
    }

    /// One of the answers of its stream.
    pub(crate) fn emitted(&mut self, response: &Response) {
        self.failure = response.code.or(self.failure);
    }

    /// Its stream came to its end by itself.
    pub(crate) fn completed(mut self) {
        self.end(Outcome::of(self.failure), Some(StatusCode::OK));
    }

    fn end(&mut self, outcome: Outcome, status: Option<StatusCode>) {
        if std::mem::replace(&mut self.over, true) || !self.observer.log {
            return;
        }
        tracing::info!(
            request_id = self.request_id,
            operation = self.name.as_ref().and_then(|name| name.shown()),
            kind = self.kind.map(OperationKind::name),
            transport = transport_name(self.transport, self.kind),
            code = outcome.name(),
            status = status.map(|status| status.as_u16()),
            elapsed_ms = milliseconds(self.began),
            user = self.user.map(display),
            "operation"
        );
    }
}

impl Drop for Observation {
    fn drop(&mut self) {
        let defect = std::thread::panicking().then_some(ErrorCode::Internal);
        let outcome = self.failure.or(defect).map(Outcome::Failed);
        self.end(outcome.unwrap_or(Outcome::Cancelled), None);
    }
}

/// With three digits after the point: most operations take less than one.
fn milliseconds(began: Instant) -> f64 {
    let micros = u32::try_from(began.elapsed().as_micros()).unwrap_or(u32::MAX);
    f64::from(micros) / 1000.0
}

/// Every subscription over HTTP is an event stream.
fn transport_name(transport: Transport, kind: Option<OperationKind>) -> &'static str {
    match transport {
        Transport::Socket => "websocket",
        _ if kind == Some(OperationKind::Subscription) => "sse",
        Transport::Get { .. } | Transport::Post { .. } => "http",
    }
}
