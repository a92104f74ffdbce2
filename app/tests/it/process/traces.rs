//! Spans, as a collector of OpenTelemetry gets them.

use std::fmt::Write;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode as SpanStatus;
use prost::Message;
use serde_json::{Map, Value, json};
use tempfile::tempdir;
use testkit::{Signal, Socket};

use crate::TASKHIVE;

/// What came, and with which key.
type Batches = Arc<Mutex<Vec<(Option<String>, ExportTraceServiceRequest)>>>;

/// Takes spans as a collector does.
struct Collector {
    address: SocketAddr,
    batches: Batches,
}

impl Collector {
    /// Answers with this status.
    async fn answering(status: StatusCode) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let batches = Batches::default();
        let router = Router::new()
            .route("/v1/traces", post(take))
            .with_state((status, Arc::clone(&batches)));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, batches }
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All spans that have come.
    fn spans(&self) -> Vec<Span> {
        let batches = self.batches.lock().unwrap();
        let scopes = batches
            .iter()
            .flat_map(|(_, batch)| batch.resource_spans.clone())
            .flat_map(|resource| resource.scope_spans);
        scopes.flat_map(|scope| scope.spans).collect()
    }

    /// The only span of this name.
    fn span(&self, name: &str) -> Span {
        let mut spans = self.spans();
        spans.retain(|span| span.name == name);
        let [span] = spans.try_into().unwrap();
        span
    }
}

async fn take(
    State((status, batches)): State<(StatusCode, Batches)>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, Bytes) {
    assert_eq!(headers["content-type"], "application/x-protobuf");
    let key = headers.get("api-key");
    let key = key.map(|key| key.to_str().unwrap().to_owned());
    let batch = ExportTraceServiceRequest::decode(body).unwrap();
    batches.lock().unwrap().push((key, batch));
    (status, Bytes::new())
}

fn attributes(span: &Span) -> Value {
    plain(&span.attributes)
}

fn plain(attributes: &[KeyValue]) -> Value {
    let pairs = attributes.iter();
    Value::Object(
        pairs
            .map(|pair| (pair.key.clone(), value(pair.value.as_ref())))
            .collect::<Map<_, _>>(),
    )
}

fn value(any: Option<&AnyValue>) -> Value {
    match any.and_then(|any| any.value.as_ref()) {
        Some(Any::StringValue(text)) => json!(text),
        Some(Any::IntValue(number)) => json!(number),
        Some(Any::ArrayValue(array)) => array.values.iter().map(|each| value(Some(each))).collect(),
        other => panic!("{other:?}"),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// Without what says nothing of the operation.
fn told(span: &Span) -> Value {
    let mut told = attributes(span);
    let id = told.as_object_mut().unwrap().remove("taskhive.request_id");
    assert!(id.is_some_and(|id| !id.as_str().unwrap().is_empty()));
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_is_a_span_and_the_last_ones_arrive_before_the_end() {
    let collector = Collector::answering(StatusCode::OK).await;
    let directory = tempdir().unwrap();
    let settings = [
        ("LOG_FORMAT", "json"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &*collector.url()),
        ("OTEL_EXPORTER_OTLP_HEADERS", "api-key=canary-key"),
        ("OTEL_SERVICE_NAME", "tasks-of-ada"),
    ];
    let mut service = TASKHIVE.start(directory.path(), &settings);
    let ada = service.user("ada").await;
    let create =
        "mutation Note($title: String!) { createTask(input: {title: $title}) { task { id } } }";
    ada.run(create, json!({"title": "a canary of a title"}))
        .await
        .data();
    service
        .anonymous()
        .run("query Whose { viewer: me { id } }", json!({}))
        .await;
    ada.run("query Canary { nonsense }", json!({})).await;
    let mut socket = Socket::signed_in(service.address, &ada).await;
    socket
        .subscribe("1", "query { tasks { nodes { id } } server { version } }")
        .await;
    socket.hear().await;
    let line = service.line_with("\"operation\":\"Note\"");
    service.signal(Signal::TERM);
    let (status, log) = service.wait();
    assert!(status.success(), "{log}");

    let created = collector.span("mutation createTask");
    assert_eq!(
        told(&created),
        json!({
            "taskhive.transport": "http", "taskhive.code": "OK", "graphql.operation.type": "mutation",
            "taskhive.fields": ["createTask"], "graphql.operation.name": "Note", "http.response.status_code": 200,
        })
    );
    assert!(created.end_time_unix_nano > created.start_time_unix_nano);
    let line: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(line["trace_id"], hex(&created.trace_id));
    assert_eq!(
        line["request_id"],
        attributes(&created)["taskhive.request_id"]
    );
    assert_eq!(
        told(&collector.span("query me")),
        json!({
            "taskhive.transport": "http", "taskhive.code": "UNAUTHENTICATED", "graphql.operation.type": "query",
            "taskhive.fields": ["me"], "graphql.operation.name": "Whose", "http.response.status_code": 401,
        })
    );
    assert_eq!(
        told(&collector.span("GraphQL Operation")),
        json!({
            "taskhive.transport": "http", "taskhive.code": "GRAPHQL_VALIDATION_FAILED", "http.response.status_code": 422,
        })
    );
    assert_eq!(
        told(&collector.span("query tasks")),
        json!({
            "taskhive.transport": "websocket", "taskhive.code": "OK", "graphql.operation.type": "query",
            "taskhive.fields": ["tasks", "server"], "http.response.status_code": 200,
        })
    );
    assert!(collector.spans().iter().all(|span| {
        let status = span.status.as_ref();
        status.is_none_or(|status| status.code() != SpanStatus::Error)
    }));
    let batches = collector.batches.lock().unwrap();
    for (key, batch) in batches.iter() {
        assert_eq!(key.as_deref(), Some("canary-key"));
        let resource = batch.resource_spans[0].resource.as_ref().unwrap();
        let resource = plain(&resource.attributes);
        assert_eq!(resource["service.name"], "tasks-of-ada");
        let all = format!("{batch:?}");
        for private in [
            "canary",
            "Canary",
            "ada@",
            &ada.id,
            &ada.access_token,
            "127.0.0.1",
        ] {
            assert!(!all.contains(private), "{private}: {all}");
        }
    }
    assert!(!log.contains("canary-key"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trace_of_a_client_goes_on_and_the_client_decides_whether_it_is_told() {
    let collector = Collector::answering(StatusCode::OK).await;
    let directory = tempdir().unwrap();
    let settings = [("OTEL_EXPORTER_OTLP_ENDPOINT", &*collector.url())];
    let service = TASKHIVE.start(directory.path(), &settings);
    let (trace, parent) = ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331");
    let ask = async |operation: &str, traceparent: &str| {
        let query = format!("query {operation} {{ {operation}: server {{ version }} }}");
        let request = reqwest::Client::new()
            .post(service.url("/graphql"))
            .header("traceparent", traceparent)
            .header("tracestate", "vendor=opaque")
            .json(&json!({ "query": query }));
        assert_eq!(request.send().await.unwrap().status(), 200);
    };
    ask("told", &format!("00-{trace}-{parent}-01")).await;
    ask("untold", &format!("00-{trace}-{parent}-00")).await;
    ask("alone", "00-nonsense-01").await;
    service.signal(Signal::TERM);
    service.wait();
    let mut spans = collector.spans();
    let name = |span: &Span| {
        attributes(span)["graphql.operation.name"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    spans.sort_by_key(name);
    assert_eq!(
        spans.iter().map(name).collect::<Vec<_>>(),
        ["alone", "told"]
    );
    assert_eq!(hex(&spans[1].trace_id), trace);
    assert_eq!(hex(&spans[1].parent_span_id), parent);
    assert_eq!(spans[1].trace_state, "vendor=opaque");
    assert!(spans[0].parent_span_id.is_empty() && hex(&spans[0].trace_id) != trace);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_refuses_costs_a_line_and_no_request() {
    let collector = Collector::answering(StatusCode::FORBIDDEN).await;
    let directory = tempdir().unwrap();
    let url = collector.url();
    let settings = [("OTEL_EXPORTER_OTLP_ENDPOINT", &*url)];
    let service = TASKHIVE.start(directory.path(), &settings);
    service.user("ada").await;
    service.signal(Signal::TERM);
    let (status, log) = service.wait();
    assert!(status.success(), "{log}");
    let lines = log.matches("traces do not reach the collector").count();
    assert_eq!(lines, 1, "{log}");
    assert!(log.contains("403"), "{log}");

    let at = directory.path().to_owned();
    let examined = tokio::task::spawn_blocking(move || {
        let settings = [("OTEL_EXPORTER_OTLP_ENDPOINT", &*url)];
        TASKHIVE.outcome(&at, &settings, &["doctor"])
    });
    let examined = examined.await.unwrap();
    let said = String::from_utf8(examined.stdout).unwrap();
    assert_eq!(examined.status.code(), Some(1), "{said}");
    assert!(said.contains("WRONG  traces: http://127.0.0.1:"), "{said}");
}
