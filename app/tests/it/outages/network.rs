//! What lies between the service and PostgreSQL fails.

use std::time::Duration;

use tempfile::tempdir;
use testkit::network::{Fault, FaultyLine};

use super::{ENOUGH, Ledger, WRITERS, database, on, start, survives};

/// Writes through a line, which fails until `it_shows`.
async fn survives_a_line_that(experiment: &str, fault: Fault, it_shows: impl AsyncFn(&Ledger)) {
    let (database, _) = database().await;
    let line = FaultyLine::start(&database.url).await;
    let directory = tempdir().unwrap();
    let service = start(directory.path(), &on(&line.url(&database.service_url())));
    survives(experiment, &service, async |ledger| {
        line.fail(fault);
        it_shows(ledger).await;
        line.mend();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_swallows_costs_no_write() {
    let refused = async |ledger: &Ledger| ledger.until_refused(WRITERS).await;
    survives_a_line_that(
        "postgres, black hole of the network",
        Fault::Swallows,
        refused,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_network_costs_no_write() {
    let slow = Fault::Delays(Duration::from_millis(100));
    let stored = async |ledger: &Ledger| ledger.until_stored(ENOUGH).await;
    survives_a_line_that("postgres, latency of 100 ms each way", slow, stored).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_resets_costs_no_write() {
    let refused = async |ledger: &Ledger| ledger.until_refused(WRITERS).await;
    survives_a_line_that("postgres, connections reset", Fault::Resets, refused).await;
}

/// Nothing has to be mended: connections that are silent are given up by themselves.
#[tokio::test(flavor = "multi_thread")]
async fn half_open_connections_cost_no_write() {
    let stored = async |ledger: &Ledger| ledger.until_stored(ENOUGH).await;
    survives_a_line_that("postgres, connections half open", Fault::HalfOpen, stored).await;
}
