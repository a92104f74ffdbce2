//! What is known of an operation when it is over: one line in the log for each, whatever the transport and however it ended,
//! its share in the metrics, and one span if operations are traced.
//!
//! None of them has anything but names of the schema, codes, ids and times: no text, no address, no variable and no token, and of the
//! document only the name of an operation that passed admission.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use taskhive_adapters::traces::{OperationSpan, TracedOperation, Traces};
use taskhive_domain::UserId;

use super::admission::{OperationKind, OperationName, RootField, ValidOperation};
use super::request_error::RequestError;
use super::response::Response;
use super::transport::Transport;
use crate::accounts::client::Client;
use crate::graphql::ErrorCode;
use crate::metrics::{Metrics, OperationMetrics};

/// Where observations go.
pub(crate) struct Observer {
    /// Whether each operation gets its line in the log.
    log: bool,
    operations: OperationMetrics,
    /// Where spans go. Without it, none is made.
    traces: Option<Arc<Traces>>,
}

impl Observer {
    /// Counts in `metrics`, and logs and traces if it is to.
    pub(crate) fn new(log: bool, metrics: &Metrics, traces: Option<Arc<Traces>>) -> Self {
        let operations = metrics.operations(Outcome::names(), TRANSPORTS.to_vec());
        Self {
            log,
            operations,
            traces,
        }
    }
}

/// How an operation arrived, as it is logged and counted.
const TRANSPORTS: [&str; 3] = ["http", "sse", "websocket"];

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

    /// All of them, in the order of [`index`](Self::index).
    fn names() -> Vec<&'static str> {
        let others = [Self::Ok, Self::Cancelled].map(Self::name);
        others.into_iter().chain(ErrorCode::names()).collect()
    }

    fn index(self) -> usize {
        match self {
            Self::Ok => 0,
            Self::Cancelled => 1,
            Self::Failed(code) => 2 + code as usize,
        }
    }

    /// As clients read it in `extensions.code`, where there is one.
    fn name(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Failed(code) => code.name(),
            Self::Cancelled => "CANCELLED",
        }
    }

    /// Whether whoever keeps the service should look into it.
    const fn is_our_fault(self) -> bool {
        matches!(
            self,
            Self::Failed(ErrorCode::Internal | ErrorCode::Unavailable)
        )
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
    span: Option<OperationSpan>,
    /// What it asks for, if there is a span to say it.
    root_fields: Option<Arc<[RootField]>>,
    /// Whether it may run.
    authorized: bool,
    user: Option<UserId>,
    /// What went wrong in a stream.
    failure: Option<ErrorCode>,
    over: bool,
}

impl Observation {
    /// Of an operation that has arrived.
    pub(crate) fn begin(observer: &Arc<Observer>, client: &Client, transport: Transport) -> Self {
        let traces = observer.traces.as_ref();
        Self {
            observer: Arc::clone(observer),
            began: Instant::now(),
            request_id: client.request_id.clone(),
            transport,
            kind: None,
            name: None,
            span: traces.map(|traces| traces.begin(client.trace.context())),
            root_fields: None,
            authorized: false,
            user: None,
            failure: None,
            over: false,
        }
    }

    /// It is valid, and this is what it is.
    pub(crate) fn admitted(&mut self, operation: &ValidOperation) {
        self.kind = Some(operation.kind);
        self.name = Some(Arc::clone(&operation.name));
        if self.span.is_some() {
            self.root_fields = Some(Arc::clone(&operation.root_fields));
        }
    }

    /// It may run, for this user if it needs one.
    pub(crate) fn authorized(&mut self, user: Option<UserId>) {
        (self.authorized, self.user) = (true, user);
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
        if std::mem::replace(&mut self.over, true) {
            return;
        }
        let took = self.began.elapsed();
        self.count(outcome, took);
        if self.observer.log {
            self.log(outcome, status, took);
        }
        if let Some(span) = self.span.take() {
            self.trace(span, outcome, status);
        }
    }

    fn count(&self, outcome: Outcome, took: Duration) {
        let operations = &self.observer.operations;
        let counted = self.name.as_ref().and_then(|name| {
            // Only what may run gets a series: names that lead nowhere must not take the room of others.
            if self.authorized {
                let named = || operations.named(name.shown(), self.user.is_some());
                return Some(name.counted.get_or_init(named));
            }
            name.counted.get()
        });
        let counted = counted.unwrap_or(operations.refused());
        operations.count(counted, outcome.index(), self.transport_index());
        if self.authorized && self.kind != Some(OperationKind::Subscription) {
            counted.took(took);
        }
    }

    fn log(&self, outcome: Outcome, status: Option<StatusCode>, took: Duration) {
        tracing::info!(
            request_id = self.request_id,
            operation = self.name.as_ref().and_then(|name| name.shown()),
            kind = self.kind.map(OperationKind::name),
            transport = TRANSPORTS[self.transport_index()],
            code = outcome.name(),
            status = status.map(|status| status.as_u16()),
            elapsed_ms = milliseconds(took),
            user = self.user.map(display),
            trace_id = self.span.as_ref().map(OperationSpan::trace_id),
            "operation"
        );
    }

    fn trace(&self, span: OperationSpan, outcome: Outcome, status: Option<StatusCode>) {
        let root_fields = self.root_fields.as_deref().unwrap_or_default();
        span.end(&TracedOperation {
            request_id: &self.request_id,
            kind: self.kind.map(OperationKind::name),
            name: self.name.as_ref().and_then(|name| name.shown()),
            fields: root_fields.iter().map(|field| &*field.name).collect(),
            transport: TRANSPORTS[self.transport_index()],
            code: outcome.name(),
            status: status.map(|status| status.as_u16()),
            our_fault: outcome.is_our_fault(),
        });
    }

    /// In [`TRANSPORTS`]. Every subscription over HTTP is an event stream.
    fn transport_index(&self) -> usize {
        match self.transport {
            Transport::Socket => 2,
            _ if self.kind == Some(OperationKind::Subscription) => 1,
            Transport::Get { .. } | Transport::Post { .. } => 0,
        }
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
fn milliseconds(took: Duration) -> f64 {
    let micros = u32::try_from(took.as_micros()).unwrap_or(u32::MAX);
    f64::from(micros) / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_are_counted_under_their_own_names() {
        let names = Outcome::names();
        let failures = ErrorCode::all().map(Outcome::Failed);
        let outcomes = [Outcome::Ok, Outcome::Cancelled]
            .into_iter()
            .chain(failures);
        let indexed: Vec<&str> = outcomes
            .clone()
            .map(|outcome| names[outcome.index()])
            .collect();
        assert_eq!(indexed, outcomes.map(Outcome::name).collect::<Vec<_>>());
        assert_eq!(indexed.len(), names.len());
    }
}
