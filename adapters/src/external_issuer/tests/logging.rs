//! What the log is told of the keys: every change once, however often they are fetched.

use serde_json::json;
use testkit::Log;
use tracing_subscriber::fmt;

use super::server::Answer;
use super::*;

/// The lines since the last look, each with its level first.
fn lines(log: &Log) -> Vec<String> {
    log.take()
        .lines()
        .map(|line| line.trim().to_owned())
        .collect()
}

/// One thread, so that everything is logged where this test listens.
#[tokio::test]
async fn a_change_is_logged_once() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = fmt().without_time().with_ansi(false).with_target(false);
    let subscriber = subscriber.with_writer(move || writer.clone()).finish();
    let _listening = testkit::listen(subscriber);

    let key = KeyPair::ed25519("k");
    let empty = || Answer::json(&json!({"keys": []}));
    let server = JwksServer::new(empty()).await;
    let issuer = issuer(&server.url, &ALL, ALWAYS);
    let token = Draft::good(&key).signed_by(&key);
    let unknown = Draft::good(&key).header("kid", json!("unknown"));
    let unknown = unknown.signed_by(&key);
    for (answer, level, part) in [
        (empty(), "ERROR", "none of its 0 keys can be used"),
        (Answer::text("500 Oops", ""), "ERROR", "500"),
        (Answer::keys(&[&key]), "INFO", "keys=1"),
        (empty(), "WARN", "none of its 0 keys can be used"),
        (Answer::keys(&[&key]), "INFO", "keys=1"),
    ] {
        server.answer(answer);
        for _ in 0..3 {
            verdict(&issuer, &unknown).await;
        }
        let logged = lines(&log);
        assert!(
            logged.len() == 1 && logged[0].starts_with(level) && logged[0].contains(part),
            "{logged:?}"
        );
    }
    assert_eq!(verdict(&issuer, &token).await, Verdict::Good);
}
