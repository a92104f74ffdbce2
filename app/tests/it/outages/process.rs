//! The service itself is killed, or replaced by its successor.

use std::sync::Arc;

use tempfile::tempdir;
use testkit::Signal;

use super::{ENOUGH, Figures, Ledger, WRITERS, database, on, rounds, somebody_new, start};

/// Kills the service under load, and lets the writers go on with the next one.
async fn survives_kills(experiment: &str, settings: &[(&str, &str)]) {
    let directory = tempdir().unwrap();
    let mut service = start(directory.path(), settings);
    let mut figures = Figures::default();
    for round in 0..rounds() {
        let user = somebody_new(&service).await;
        let ledger = Arc::new(Ledger::new(vec![user.client]));
        let writers = ledger.write(WRITERS);
        // At another moment each time.
        ledger.until_stored(5 + round * 7 % 60).await;
        service.kill();
        service = start(directory.path(), settings);
        ledger.served_by(vec![service.anonymous().with_token(&user.access_token)]);
        ledger.until_stored(ENOUGH).await;
        ledger.close(writers, &mut figures).await;
    }
    figures.report(experiment);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_costs_no_write_on_sqlite() {
    survives_kills("sqlite, service killed", &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_costs_no_write_on_postgres() {
    let (database, _) = database().await;
    survives_kills("postgres, service killed", &on(&database.service_url())).await;
}

/// Two instances, of which one after the other is stopped and replaced, while clients go to the other one.
#[tokio::test(flavor = "multi_thread")]
async fn a_rolling_restart_costs_no_write() {
    let (database, _) = database().await;
    let (directory, url) = (tempdir().unwrap(), database.service_url());
    let begin = || start(directory.path(), &on(&url));
    let mut instances = [begin(), begin()];
    let mut figures = Figures::default();
    for _ in 0..rounds() {
        let user = somebody_new(&instances[0]).await;
        let at_all = |instances: &[testkit::Process; 2]| {
            let at = |one: &testkit::Process| one.anonymous().with_token(&user.access_token);
            instances.iter().map(at).collect()
        };
        let ledger = Arc::new(Ledger::new(at_all(&instances)));
        let writers = ledger.write(WRITERS);
        for which in 0..instances.len() {
            ledger.until_stored(ENOUGH).await;
            let old = std::mem::replace(&mut instances[which], begin());
            old.signal(Signal::TERM);
            let (status, log) = old.wait();
            assert_eq!(status.code(), Some(0), "{log}");
            ledger.served_by(at_all(&instances));
        }
        ledger.until_stored(ENOUGH).await;
        ledger.close(writers, &mut figures).await;
    }
    figures.report("postgres, rolling restart of two");
}
