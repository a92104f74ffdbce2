//! The headers of W3C Trace Context: which trace a request is part of.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use taskhive_adapters::traces::TraceContext;

static TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
static TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// As the client sent them: they are read only when a span is made.
#[derive(Clone, Default)]
pub(crate) struct TraceHeaders {
    traceparent: Option<HeaderValue>,
    tracestate: Option<HeaderValue>,
}

impl TraceHeaders {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let traceparent = headers.get(&TRACEPARENT).cloned();
        // It means nothing without the other.
        let tracestate = traceparent.as_ref().and_then(|_| headers.get(&TRACESTATE));
        Self {
            tracestate: tracestate.cloned(),
            traceparent,
        }
    }

    pub(crate) fn context(&self) -> TraceContext<'_> {
        TraceContext {
            traceparent: text(self.traceparent.as_ref()),
            tracestate: text(self.tracestate.as_ref()),
        }
    }
}

fn text(value: Option<&HeaderValue>) -> Option<&str> {
    value.and_then(|value| value.to_str().ok())
}
