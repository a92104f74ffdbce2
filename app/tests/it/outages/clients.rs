//! Clients that leave before the answer, and more of them than the service serves at a time.

use std::sync::Arc;
use std::time::Duration;

use tempfile::tempdir;

use super::{ENOUGH, Figures, Ledger, WRITERS, database, on, rounds, somebody_new, start};

/// Clients who leave at first almost at once, and wait longer with every attempt.
async fn survives_those_who_leave(experiment: &str, settings: &[(&str, &str)]) {
    let directory = tempdir().unwrap();
    let service = start(directory.path(), settings);
    let mut figures = Figures::default();
    for _ in 0..rounds() {
        let user = somebody_new(&service).await;
        let ledger = Ledger::new(vec![user.client]).impatient(Duration::from_millis(2));
        let ledger = Arc::new(ledger);
        let writers = ledger.write(WRITERS);
        ledger.until_unanswered(ENOUGH).await;
        ledger.until_stored(ENOUGH).await;
        ledger.close(writers, &mut figures).await;
    }
    figures.report(experiment);
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_who_leave_and_come_back_make_each_task_once_on_sqlite() {
    survives_those_who_leave("sqlite, clients leave", &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_who_leave_and_come_back_make_each_task_once_on_postgres() {
    let (database, _) = database().await;
    survives_those_who_leave("postgres, clients leave", &on(&database.service_url())).await;
}

/// Far more writers than operations are allowed at the same time.
async fn survives_overload(experiment: &str, settings: &[(&str, &str)]) {
    let directory = tempdir().unwrap();
    let settings = [settings, &[("LIMIT_OPERATIONS", "2")]].concat();
    let service = start(directory.path(), &settings);
    let mut figures = Figures::default();
    for _ in 0..rounds() {
        let user = somebody_new(&service).await;
        let ledger = Arc::new(Ledger::new(vec![user.client]));
        let writers = ledger.write(4 * WRITERS);
        ledger.until_refused(ENOUGH).await;
        ledger.until_stored(ENOUGH).await;
        ledger.close(writers, &mut figures).await;
    }
    figures.report(experiment);
}

#[tokio::test(flavor = "multi_thread")]
async fn overload_costs_no_write_on_sqlite() {
    survives_overload("sqlite, overload", &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn overload_costs_no_write_on_postgres() {
    let (database, _) = database().await;
    survives_overload("postgres, overload", &on(&database.service_url())).await;
}
