//! PostgreSQL itself fails.

use tempfile::tempdir;
use testkit::network::FaultyLine;
use testkit::server::PostgresServer;

use super::{WRITERS, database, on, start, survives};

/// Ends all other connections to the database where it is said.
const CUT: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_an_administrator_ends_cost_no_write() {
    let (database, operator) = database().await;
    let directory = tempdir().unwrap();
    let service = start(directory.path(), &on(&database.service_url()));
    survives("postgres, connections ended", &service, async |_| {
        operator.execute(CUT, &[]).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn locks_of_others_cost_no_write() {
    let (database, operator) = database().await;
    let directory = tempdir().unwrap();
    let service = start(directory.path(), &on(&database.service_url()));
    survives("postgres, tables locked", &service, async |ledger| {
        let lock = "BEGIN; LOCK TABLE tasks, task_counters IN ACCESS EXCLUSIVE MODE";
        operator.batch_execute(lock).await.unwrap();
        ledger.until_refused(WRITERS).await;
        operator.batch_execute("ROLLBACK").await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_connections_left_costs_no_write() {
    let (database, operator) = database().await;
    // Databases have a limit of their own, which this role has to keep to.
    let limit = |limit: i32| format!("ALTER DATABASE {} CONNECTION LIMIT {limit}", database.name);
    let directory = tempdir().unwrap();
    let service = start(directory.path(), &on(&database.service_url()));
    survives("postgres, no connections left", &service, async |ledger| {
        operator.batch_execute(&limit(0)).await.unwrap();
        operator.execute(CUT, &[]).await.unwrap();
        ledger.until_refused(WRITERS).await;
        operator.batch_execute(&limit(-1)).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_only_reads_costs_no_write() {
    let (database, operator) = database().await;
    let name = &database.name;
    let only_read = format!("ALTER DATABASE {name} SET default_transaction_read_only = on");
    let write_again = format!("ALTER DATABASE {name} RESET default_transaction_read_only");
    let directory = tempdir().unwrap();
    let service = start(directory.path(), &on(&database.service_url()));
    survives("postgres, read-only", &service, async |ledger| {
        operator.batch_execute(&only_read).await.unwrap();
        operator.execute(CUT, &[]).await.unwrap();
        ledger.until_refused(3 * WRITERS).await;
        operator.batch_execute(&write_again).await.unwrap();
        operator.execute(CUT, &[]).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_freezes_costs_no_write() {
    let server = PostgresServer::start("");
    // It has sockets of its own, and the line gives the service TCP, as it has in production.
    let line = FaultyLine::start(&server.url).await;
    let directory = tempdir().unwrap();
    let service = start(directory.path(), &on(&line.url(&server.url)));

    survives("postgres, frozen", &service, async |ledger| {
        let frozen = server.freeze().await;
        ledger.until_refused(WRITERS).await;
        server.thaw(&frozen);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_crashes_costs_no_write() {
    let server = PostgresServer::start("");
    let directory = tempdir().unwrap();
    let service = start(directory.path(), &on(&server.url));
    survives("postgres, crashed", &service, async |_| {
        server.crash().await;
    })
    .await;
    survives("postgres, restarted", &service, async |_| server.restart()).await;
}
