//! A database that neither answers nor hangs up: stopped, or behind a network that swallows.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use tempfile::tempdir;
use testkit::databases::PostgresDatabase;
use testkit::network::Forwarder;
use testkit::{CREATE, ME, SECRET, Signal};
use tokio::time::timeout;

use crate::TASKHIVE;

/// Far more than the 10 s of one operation, and far less than it takes if each client in turn waits for the database.
const NOT_IN_TURN: Duration = Duration::from_mins(1);

#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_in_line_for_a_frozen_database() {
    let database = PostgresDatabase::migrated().await;
    let forwarder = Forwarder::start(&database.url).await;
    let url = forwarder.url(&database.url);
    let directory = tempdir().unwrap();
    let settings = [("DATABASE_URL", url.as_str()), ("JWT_SECRET", SECRET)];
    let service = TASKHIVE.start(directory.path(), &settings);
    let ada = service.user("ada").await;
    ada.create("before").await;

    forwarder.freeze();
    // After this one the list of ended sessions is too old for all who come next.
    ada.run(ME, json!({}))
        .await
        .assert_refused(503, "UNAVAILABLE", "the first one");
    let clients = (0..100).map(|_| service.anonymous().with_token(&ada.access_token));
    let clients: Vec<_> = clients.collect();
    let requests = clients.iter().map(|client| client.run(ME, json!({})));
    let answers = timeout(NOT_IN_TURN, join_all(requests)).await.unwrap();
    for answer in answers {
        answer.assert_refused(503, "UNAVAILABLE", "one of a hundred");
        assert!(answer.header("retry-after").parse::<u32>().is_ok());
    }
    let ready = clients[0].at("GET", "/health/ready").send().await.unwrap();
    assert_eq!(ready.status(), 503);

    forwarder.thaw();
    let mut stored = ada.mutate(CREATE, json!({"title": "after"})).await;
    while stored.status == 503 {
        stored = ada.mutate(CREATE, json!({"title": "after"})).await;
    }
    stored.data();
    assert!(ada.titles(json!({})).await.contains(&"before".to_owned()));
    service.signal(Signal::TERM);
    let log = service.wait().1;
    let begun = log.matches("an operation could not be served").count();
    assert_eq!(begun, 1, "{log}");
}
