//! The program and its PostgreSQL server: what the role may do, what lies in between, and a server that comes later.

use std::process::Output;

use serde_json::json;
use tempfile::{TempDir, tempdir};
use testkit::databases::PostgresDatabase;
use testkit::network::Forwarder;
use testkit::{CREATE, Process, SECRET, Signal};

use crate::TASKHIVE;

/// Runs a command that ends by itself.
pub(super) fn outcome(url: &str, arguments: &[&str]) -> Output {
    let directory = tempdir().unwrap();
    let settings = [("DATABASE_URL", url), ("JWT_SECRET", SECRET), ("PORT", "0")];
    TASKHIVE.outcome(directory.path(), &settings, arguments)
}

/// What it says when it ends with code 2.
pub(super) fn refusal(url: &str, arguments: &[&str]) -> String {
    let output = outcome(url, arguments);
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{message}");
    message
}

fn start(url: &str) -> (Process, TempDir) {
    let directory = tempdir().unwrap();
    let settings = [("DATABASE_URL", url), ("JWT_SECRET", SECRET)];
    (TASKHIVE.start(directory.path(), &settings), directory)
}

fn log_of(service: Process) -> String {
    service.signal(Signal::TERM);
    service.wait().1
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_may_change_rows_only_is_enough_to_serve() {
    let database = PostgresDatabase::migrated().await;
    let (service, _directory) = start(&database.service_url());
    service.user("ada").await.create("x").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_run_pending_migrations_is_told_who_may() {
    let database = PostgresDatabase::empty().await;
    database.make_service_role().await;
    let message = refusal(&database.service_url(), &["serve"]);
    assert!(
        message.contains(
            "migrations are pending and this role may not run them: run `taskhive migrate` as the owner"
        ),
        "{message}"
    );

    let message = refusal(&database.url, &["serve", "--no-migrate"]);
    assert!(
        message.contains("migrations are pending, and --no-migrate was given"),
        "{message}"
    );

    assert!(outcome(&database.url, &["migrate"]).status.success());
    database.grant_service_role().await;
    start(&database.service_url());
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_of_the_next_release_are_served_and_later_ones_refused() {
    let database = PostgresDatabase::migrated().await;
    let client = database.client().await;
    let insert = "INSERT INTO __diesel_schema_migrations (version) VALUES ($1)";
    client.execute(insert, &[&"20990101000002"]).await.unwrap();
    let (service, _directory) = start(&database.url);
    service.user("ada").await;
    let log = log_of(service);
    assert!(
        log.contains("WARN") && log.contains("20990101000002"),
        "{log}"
    );

    client.execute(insert, &[&"20990101000003"]).await.unwrap();
    let message = refusal(&database.url, &["serve"]);
    assert!(
        message.contains("20990101000003") && message.contains("newer taskhive"),
        "{message}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_text_off_the_machine_is_said_once_with_the_reason() {
    let database = PostgresDatabase::migrated().await;
    let forwarder = Forwarder::start(&database.url).await;
    // An address that is not of the loopback and leads there all the same.
    let url = forwarder.url(&database.url).replace("127.0.0.1", "0.0.0.0");
    let (service, _directory) = start(&url);
    let ada = service.user("ada").await;
    let tasks = (0..8).map(|_| ada.create("x"));
    futures_util::future::join_all(tasks).await;
    let log = log_of(service);
    let lines: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("not encrypted"))
        .collect();
    assert_eq!(lines.len(), 1, "{log}");
    assert!(
        lines[0].contains("WARN") && lines[0].contains("TLS"),
        "{log}"
    );

    let (service, _directory) = start(&forwarder.url(&database.url));
    let log = log_of(service);
    assert!(!log.contains("not encrypted"), "on the loopback: {log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_comes_later_is_waited_for() {
    let database = PostgresDatabase::migrated().await;
    let probe = Forwarder::start(&database.url).await;
    let (url, port) = (probe.url(&database.url), probe.address.port());
    drop(probe);
    let directory = tempdir().unwrap();
    let settings = [
        ("DATABASE_URL", url.as_str()),
        ("JWT_SECRET", SECRET),
        ("START_WAIT_SECONDS", "60"),
    ];
    let mut service = TASKHIVE.launch(directory.path(), &settings);
    service.line_with("waiting for the database");
    for (path, expected) in [
        ("/health/live", 200),
        ("/health/ready", 503),
        ("/graphql", 503),
    ] {
        let reply = service.anonymous().at("GET", path).send().await.unwrap();
        assert_eq!(reply.status().as_u16(), expected, "{path}");
    }

    let _server = Forwarder::listen(&database.url, port).await;

    service.line_with("listening on http://");
    let ada = service.user("ada").await;
    ada.mutate(CREATE, json!({"title": "x"})).await.data();
}

#[test]
fn whoever_waits_for_a_server_can_be_stopped() {
    let directory = tempdir().unwrap();
    let settings = [
        ("DATABASE_URL", "postgres://app@127.0.0.1:1/tasks"),
        ("JWT_SECRET", SECRET),
        ("START_WAIT_SECONDS", "60"),
    ];
    let mut service = TASKHIVE.launch(directory.path(), &settings);
    service.line_with("waiting for the database");
    service.signal(Signal::TERM);
    let (status, log) = service.wait();
    assert_eq!(status.code(), Some(0), "{log}");
}
