//! The operator's listener: metrics, and health once more.

use serde_json::json;
use tempfile::tempdir;
use testkit::{Process, Socket};

use crate::TASKHIVE;

/// The service, and where its operator's listener is.
fn start(directory: &std::path::Path) -> (Process, String) {
    let mut service = TASKHIVE.start(directory, &[("METRICS_ADDR", "127.0.0.1:0")]);
    let line = service.line_with("metrics are at http://");
    let (_, url) = line.split_once("metrics are at ").unwrap();
    let url = url.trim().strip_suffix("/metrics").unwrap().to_owned();
    (service, url)
}

async fn text(url: &str) -> String {
    let reply = reqwest::get(url).await.unwrap();
    assert_eq!(reply.status(), 200, "{url}");
    reply.text().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn prometheus_reads_what_happened_and_nothing_private() {
    let directory = tempdir().unwrap();
    let (service, operators) = start(directory.path());
    let ada = service.user("ada").await;
    for _ in 0..3 {
        ada.run("query Mine { me { id } }", json!({})).await.data();
    }
    service
        .anonymous()
        .run("query Mine { me { id } }", json!({}))
        .await;
    service
        .anonymous()
        .run("query Canary { nonsense }", json!({}))
        .await;
    let mut socket = Socket::signed_in(service.address, &ada).await;
    socket.subscribe("1", "query Mine { me { id } }").await;
    socket.hear().await;
    let metrics = text(&format!("{operators}/metrics")).await;
    for line in [
        r#"taskhive_operations_total{operation="Mine",code="OK",transport="http"} 3"#,
        r#"taskhive_operations_total{operation="Mine",code="OK",transport="websocket"} 1"#,
        r#"taskhive_operations_total{operation="Mine",code="UNAUTHENTICATED",transport="http"} 1"#,
        r#"taskhive_operations_total{operation="refused",code="GRAPHQL_VALIDATION_FAILED",transport="http"} 1"#,
        r#"taskhive_operation_duration_seconds_count{operation="Mine"} 4"#,
        "taskhive_sockets 1",
        "taskhive_event_streams 0",
        "taskhive_hashing_waiting 0",
        "taskhive_operations_running 0",
        r#"taskhive_pool_connections_max{pool="write"} 1"#,
        r#"taskhive_rate_limited_total{limit="login"} 0"#,
        "taskhive_document_cache_documents 2",
        "taskhive_log_lines_lost_total 0",
    ] {
        assert!(
            metrics.lines().any(|each| each == line),
            "{line}\n{metrics}"
        );
    }
    // Sessions that ended are asked for in the background, so these may be busy.
    for beginning in [
        "taskhive_build_info{version=\"",
        "taskhive_pool_waiting{pool=\"read\"} ",
        "taskhive_pool_connections{pool=\"read\",state=\"in_use\"} ",
    ] {
        assert!(metrics.contains(beginning), "{beginning}\n{metrics}");
    }
    for private in ["Canary", "ada@", &ada.id, "127.0.0.1"] {
        assert!(!metrics.contains(private), "{private}: {metrics}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_are_answered_when_clients_have_taken_all_connections() {
    let directory = tempdir().unwrap();
    let settings = [
        ("METRICS_ADDR", "127.0.0.1:0"),
        ("LIMIT_CONNECTIONS", "1"),
        ("LIMIT_HEADERS_SECONDS", "600"),
    ];
    let mut service = TASKHIVE.start(directory.path(), &settings);
    let line = service.line_with("metrics are at http://");
    let address = line.split("http://").nth(1).unwrap().trim();
    let address = address.strip_suffix("/metrics").unwrap().to_owned();
    let silent = tokio::net::TcpStream::connect(service.address)
        .await
        .unwrap();
    assert_eq!(
        text(&format!("http://{address}/health/live")).await,
        "live\n"
    );
    assert_eq!(
        text(&format!("http://{address}/health/ready")).await,
        "ready\n"
    );
    let port = address.rsplit(':').next().unwrap().to_owned();
    let at = directory.path().to_owned();
    let metrics = format!("127.0.0.1:{port}");
    let asked = tokio::task::spawn_blocking(move || {
        TASKHIVE.outcome(&at, &[("METRICS_ADDR", &metrics)], &["healthcheck"])
    });
    let asked = asked.await.unwrap();
    assert!(asked.status.success(), "{asked:?}");
    drop(silent);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_where_clients_ask() {
    let directory = tempdir().unwrap();
    let service = TASKHIVE.start(directory.path(), &[]);
    let reply = reqwest::get(service.url("/metrics")).await.unwrap();
    assert_eq!(reply.status(), 404);
}

/// The dashboard, the alert rules and their manual name what there is.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_sent_after_a_metric_that_does_not_exist() {
    let directory = tempdir().unwrap();
    let (service, operators) = start(directory.path());
    service.user("ada").await;
    let metrics = text(&format!("{operators}/metrics")).await;
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let file = |name: &str| std::fs::read_to_string(format!("{root}/{name}")).unwrap();
    let manual = file("docs/operations.md");
    let of_metric = |name: &&str| name.starts_with("taskhive_");
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|char: char| !char.is_ascii_alphanumeric() && char != '_');
        words.filter(of_metric).map(str::to_owned).collect()
    };
    for name in [
        "deploy/prometheus/alerts.yaml",
        "deploy/grafana/taskhive.json",
    ] {
        for metric in words(&file(name)) {
            assert!(metrics.contains(&metric), "{name}: {metric}");
        }
    }
    for metric in words(&manual) {
        assert!(metrics.contains(&metric), "{metric}");
    }
    for line in metrics.lines() {
        if let Some(described) = line.strip_prefix("# TYPE ") {
            let metric = described.split(' ').next().unwrap();
            assert!(manual.contains(metric), "not in the manual: {metric}");
        }
    }
    for alert in file("deploy/prometheus/alerts.yaml").lines() {
        if let Some((_, alert)) = alert.split_once("- alert: ") {
            assert!(manual.contains(&format!("`{alert}`")), "{alert}");
        }
    }
}
