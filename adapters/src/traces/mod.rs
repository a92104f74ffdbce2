//! Traces: what became of each operation, told to a collector of OpenTelemetry (OTLP over HTTP), as part of the trace that the
//! client began, if it did (W3C Trace Context).
//!
//! Reading order: `settings` says where to and how many, `collector` sends, this file makes the spans. They leave in batches,
//! from a thread of the library; when the collector cannot keep up, further ones are dropped and operations go on.

mod collector;
mod settings;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::{Span, SpanKind, Status, Tracer, TracerProvider};
use opentelemetry::{Array, Context, KeyValue, StringValue, Value};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use taskhive_domain::ports::{InfraError, InfraErrorKind};

use self::collector::Collector;
pub use self::collector::{Unreachable, try_out};
pub use self::settings::{CollectorHeaders, CollectorUrl, Sampling, TraceSettings};

/// How long a batch may take on its way, further attempts included.
const BATCH_LIMIT: Duration = Duration::from_secs(10);
/// How long the last spans may take to leave when the service stops.
const LAST_BATCH_LIMIT: Duration = Duration::from_secs(5);
/// What the recommendation says must be passed on. A longer `tracestate` is left out.
const TRACE_STATE_BYTES: usize = 512;

/// Makes spans, and sees to it that they reach the collector.
pub struct Traces {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
}

/// The headers of the W3C recommendation, as a client sent them. They are looked at only if a span is made.
#[derive(Debug, Clone, Copy, Default)]
pub struct TraceContext<'a> {
    /// The trace and the span that asks.
    pub traceparent: Option<&'a str>,
    /// What others who take part want to be passed on.
    pub tracestate: Option<&'a str>,
}

/// An operation under way. Its span ends with [`end`](Self::end), or when it is dropped.
pub struct OperationSpan(opentelemetry_sdk::trace::Span);

/// What is told of an operation: names of the schema and of the document, codes, an id. No text, no variable, no user.
#[derive(Debug)]
pub struct TracedOperation<'a> {
    /// Finds the lines of the log.
    pub request_id: &'a str,
    /// `query`, `mutation` or `subscription`, if it is known.
    pub kind: Option<&'static str>,
    /// The name in the document, if it passed admission.
    pub name: Option<&'a str>,
    /// The fields of the root that it asks for.
    pub fields: Vec<&'a str>,
    /// How it arrived.
    pub transport: &'static str,
    /// What came of it.
    pub code: &'static str,
    /// The status over HTTP, if it was answered.
    pub status: Option<u16>,
    /// Whether it failed through no fault of the client.
    pub our_fault: bool,
}

impl Traces {
    /// Begins to send. There must be a Tokio runtime, and it must run for as long as spans are made.
    pub fn start(settings: &TraceSettings) -> Result<Self, InfraError> {
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Collector::new()?)
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(settings.endpoint.for_traces())
            .with_headers(settings.headers.to_map())
            .with_timeout(BATCH_LIMIT)
            .build()
            .map_err(|error| {
                InfraError::new(InfraErrorKind::Broken, "prepare the traces", error)
            })?;
        let resource = Resource::builder()
            .with_service_name(settings.service_name.clone())
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .build();
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_sampler(settings.sampling.sampler())
            .with_resource(resource)
            .build();
        let tracer = provider.tracer("taskhive");
        Ok(Self { provider, tracer })
    }

    /// An operation begins, in the trace of its client if there is one.
    #[must_use]
    pub fn begin(&self, context: TraceContext<'_>) -> OperationSpan {
        let parent = TraceContextPropagator::new().extract_with_context(&Context::new(), &context);
        // Its name is known when it ends.
        let builder = self.tracer.span_builder("GraphQL Operation");
        let builder = builder.with_kind(SpanKind::Server);
        OperationSpan(self.tracer.build_with_context(builder, &parent))
    }

    /// Sends what is still here, and makes no spans any more. Takes five seconds at most.
    pub async fn finish(self: Arc<Self>) {
        // The library waits on this thread, and its own needs the runtime that this one may be driving.
        let finished = tokio::task::spawn_blocking(move || {
            self.provider.shutdown_with_timeout(LAST_BATCH_LIMIT)
        });
        let failure = match finished.await {
            Ok(Ok(())) => return,
            Ok(Err(failure)) => failure.to_string(),
            Err(panicked) => panicked.to_string(),
        };
        tracing::warn!(
            reason = failure,
            "the last traces did not reach the collector"
        );
    }
}

impl OperationSpan {
    /// The trace that it belongs to, in hexadecimal.
    #[must_use]
    pub fn trace_id(&self) -> String {
        self.0.span_context().trace_id().to_string()
    }

    /// It is over.
    pub fn end(mut self, operation: &TracedOperation<'_>) {
        if !self.0.is_recording() {
            return;
        }
        self.0.update_name(operation.span_name());
        self.0.set_attributes(operation.attributes());
        if operation.our_fault {
            self.0.set_status(Status::error(operation.code));
        }
        self.0.end();
    }
}

impl TracedOperation<'_> {
    /// Of words of the schema alone, so that there are only so many.
    fn span_name(&self) -> Cow<'static, str> {
        match (self.kind, self.fields.first()) {
            (Some(kind), Some(field)) => format!("{kind} {field}").into(),
            (Some(kind), None) => kind.into(),
            (None, _) => "GraphQL Operation".into(),
        }
    }

    /// Under the names of OpenTelemetry's conventions, where they have one.
    fn attributes(&self) -> Vec<KeyValue> {
        let mut attributes = vec![
            KeyValue::new("taskhive.request_id", self.request_id.to_owned()),
            KeyValue::new("taskhive.transport", self.transport),
            KeyValue::new("taskhive.code", self.code),
        ];
        if let Some(kind) = self.kind {
            attributes.push(KeyValue::new("graphql.operation.type", kind));
            let fields = self
                .fields
                .iter()
                .map(|field| StringValue::from((*field).to_owned()));
            let fields = Value::Array(Array::String(fields.collect()));
            attributes.push(KeyValue::new("taskhive.fields", fields));
        }
        if let Some(name) = self.name {
            attributes.push(KeyValue::new("graphql.operation.name", name.to_owned()));
        }
        if let Some(status) = self.status {
            let status = i64::from(status);
            attributes.push(KeyValue::new("http.response.status_code", status));
        }
        if self.our_fault {
            attributes.push(KeyValue::new("error.type", self.code));
        }
        attributes
    }
}

impl Extractor for TraceContext<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        match key {
            "traceparent" => self.traceparent,
            "tracestate" => self
                .tracestate
                .filter(|state| state.len() <= TRACE_STATE_BYTES),
            _ => None,
        }
    }

    fn keys(&self) -> Vec<&str> {
        vec!["traceparent", "tracestate"]
    }
}
