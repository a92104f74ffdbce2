//! What statements on a line are told when something goes wrong, and that nothing of it stays.

mod reading;
mod writing;

use std::time::Duration;

use diesel::QueryableByName;
use diesel::sql_types::BigInt;
use taskhive_domain::ports::InfraErrorKind;
use taskhive_domain::task::Task;
use taskhive_domain::user::User;
use taskhive_domain::{TaskId, UserId};
use testkit::databases::PostgresDatabase;
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::*;
use crate::store::StoreSettings;
use crate::store::postgres::Database;
use crate::store::postgres::queries::repositories;
use crate::store::postgres::testing::{filled, prepared};

/// One of the users that `filled` makes.
const OWNER: UserId = UserId::from_uuid(Uuid::from_u128(0x7000_8000_0000_0000_0001));
const LOCK_TASKS: &str = "BEGIN; LOCK TABLE tasks";
const UNLOCK: &str = "ROLLBACK";

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// A filled database with one line for reads and one for writes.
async fn one_line(statement_timeout: Duration) -> (PostgresDatabase, Database) {
    let (guard, _) = filled().await;
    let database = prepared(&StoreSettings {
        statement_timeout,
        ..StoreSettings::for_tests(&guard.url)
    });
    assert!(database.connections().unwrap().reading.others.is_empty());
    (guard, database)
}

async fn find_task(database: Database) -> Result<Option<Task>, InfraError> {
    let id = TaskId::from_uuid(Uuid::nil());
    repositories(database).tasks.find(OWNER, id).await
}

async fn find_user(database: &Database) -> Result<Option<User>, InfraError> {
    repositories(database.clone()).users.find(OWNER).await
}

fn kind<T>(result: Result<T, InfraError>) -> InfraErrorKind {
    result.err().expect("a failure").kind
}

async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !is_so().await {
            tokio::task::yield_now().await;
        }
    };
    assert!(timeout(LONG, waiting).await.is_ok(), "never {what}");
}

async fn until_readers(database: &Database, count: usize) {
    until("so many readers", async || {
        let connections = database.connections().unwrap();
        connections.reading.first.in_flight() == count
    })
    .await;
}

const WAITING: &str = "wait_event_type = 'Lock'";

/// How many connections of the store there are for which this holds.
async fn connections(guard: &PostgresDatabase, condition: &str) -> usize {
    of_connections(guard, &format!("SELECT pid FROM store WHERE {condition}")).await
}

async fn terminate_connections(guard: &PostgresDatabase) {
    of_connections(guard, "SELECT pg_terminate_backend(pid) FROM store").await;
}

/// How many rows there are, where `store` is the server's list of its connections to the store.
async fn of_connections(guard: &PostgresDatabase, select: &str) -> usize {
    let store = "WITH store AS MATERIALIZED (SELECT * FROM pg_stat_activity \
                 WHERE datname = current_database() AND application_name = 'taskhive')";
    let client = guard.client().await;
    let rows = client.query(&format!("{store} {select}"), &[]).await;
    rows.unwrap().len()
}

async fn until_waiting_for_a_lock(guard: &PostgresDatabase, statements: usize) {
    until("so many statements waiting", async || {
        connections(guard, WAITING).await == statements
    })
    .await;
}

/// A reader whose statement the server has begun, and cannot end until the tasks are unlocked.
async fn stuck(
    guard: &PostgresDatabase,
    database: &Database,
) -> JoinHandle<Result<Option<Task>, InfraError>> {
    let stuck = tokio::spawn(find_task(database.clone()));
    until_waiting_for_a_lock(guard, 1).await;
    stuck
}

/// The line, once it is open.
async fn line(database: &Database) -> Arc<Line> {
    let mut open = None;
    until("an open line", async || {
        let connections = database.connections().unwrap();
        let newest = connections.reading.first.newest.lock().unwrap();
        let opened = newest.as_ref().and_then(|opening| opening.peek().cloned());
        open = opened.and_then(Result::ok).filter(|line| line.is_open());
        open.is_some()
    })
    .await;
    open.unwrap()
}

const LONG: Duration = Duration::from_mins(1);
/// Much longer than the first statement takes to get stuck.
const SHORT: Duration = Duration::from_secs(2);
