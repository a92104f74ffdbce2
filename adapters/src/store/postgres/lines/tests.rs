//! What readers on a line are told when something goes wrong, and that nothing of it stays.

use std::time::Duration;

use diesel::QueryableByName;
use diesel::sql_types::BigInt;
use futures_util::future::join_all;
use taskhive_domain::listing::{Page, PageRequest, Take, TaskFilter, TaskOrder};
use taskhive_domain::task::Task;
use taskhive_domain::user::User;
use taskhive_domain::{TaskId, UserId};
use testkit::databases::PostgresDatabase;
use tokio::net::TcpListener;
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

/// A filled database with one line to it.
async fn one_line(statement_timeout: Duration) -> (PostgresDatabase, Database) {
    let (guard, _) = filled().await;
    let database = prepared(&StoreSettings {
        statement_timeout,
        ..StoreSettings::for_tests(&guard.url)
    });
    assert!(database.connections().unwrap().lines.others.is_empty());
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
        database.connections().unwrap().lines.first.readers() == count
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
        let newest = connections.lines.first.newest.lock().unwrap();
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

#[tokio::test(flavor = "multi_thread")]
async fn many_readers_share_one_connection() {
    let (guard, database) = one_line(LONG).await;
    let client = guard.client().await;
    client.batch_execute(LOCK_TASKS).await.unwrap();

    let readers = join_all((0..20).map(|_| find_task(database.clone())));
    let readers = tokio::spawn(readers);
    until_readers(&database, 20).await;
    until_waiting_for_a_lock(&guard, 1).await;
    assert_eq!(connections(&guard, "true").await, 1);

    client.batch_execute(UNLOCK).await.unwrap();
    for found in readers.await.unwrap() {
        assert_eq!(found.unwrap(), None);
    }
}

#[test]
fn lines_are_few_and_never_none() {
    let numbers = [0, 1, 4, 8, 16, 1000].map(number);
    assert_eq!(numbers, [1, 1, 1, 2, 4, 4]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_runs_out_of_time_is_stopped_and_its_line_replaced() {
    let (guard, database) = one_line(SHORT).await;
    let client = guard.client().await;
    client.batch_execute(LOCK_TASKS).await.unwrap();
    let stuck = stuck(&guard, &database).await;
    let its_line = line(&database).await;

    assert_eq!(kind(stuck.await.unwrap()), InfraErrorKind::Interrupted);

    assert!(!its_line.is_open());
    until_waiting_for_a_lock(&guard, 0).await;
    assert!(find_user(&database).await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn all_on_a_line_that_was_given_up_ask_once_more() {
    let (guard, database) = one_line(LONG).await;
    let client = guard.client().await;
    client.batch_execute(LOCK_TASKS).await.unwrap();
    let first = stuck(&guard, &database).await;
    let behind = tokio::spawn({
        let database = database.clone();
        async move { find_user(&database).await }
    });
    until_readers(&database, 2).await;

    let given_up = line(&database).await;
    given_up.give_up(Arc::clone(&database.connector));
    client.batch_execute(UNLOCK).await.unwrap();

    assert_eq!(first.await.unwrap().unwrap(), None);
    assert!(behind.await.unwrap().unwrap().is_some());
    assert!(!Arc::ptr_eq(&given_up, &line(&database).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_asks_a_third_time() {
    let (guard, database) = one_line(LONG).await;
    let client = guard.client().await;
    client.batch_execute(LOCK_TASKS).await.unwrap();
    let stuck = stuck(&guard, &database).await;

    for _ in 0..2 {
        let line = line(&database).await;
        line.give_up(Arc::clone(&database.connector));
    }

    assert_eq!(kind(stuck.await.unwrap()), InfraErrorKind::Unavailable);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_line_is_unavailable_to_its_readers_and_replaced() {
    let (guard, database) = one_line(LONG).await;
    let client = guard.client().await;
    client.batch_execute(LOCK_TASKS).await.unwrap();
    let stuck = stuck(&guard, &database).await;
    let behind = tokio::spawn({
        let database = database.clone();
        async move { find_user(&database).await }
    });
    until_readers(&database, 2).await;

    terminate_connections(&guard).await;

    assert_eq!(kind(stuck.await.unwrap()), InfraErrorKind::Unavailable);
    assert_eq!(kind(behind.await.unwrap()), InfraErrorKind::Unavailable);
    assert!(find_user(&database).await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_was_lost_while_nobody_read_fails_nobody() {
    let (guard, database) = one_line(LONG).await;
    find_user(&database).await.unwrap();
    let lost = line(&database).await;

    terminate_connections(&guard).await;
    until("closed", async || !lost.is_open()).await;

    assert!(find_user(&database).await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn all_who_wait_for_a_line_share_one_attempt_and_its_failure() {
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = server.local_addr().unwrap().port();
    let url = format!("postgres://u@127.0.0.1:{port}/d?sslmode=disable");
    let database = prepared(&StoreSettings::for_tests(&url));
    let readers = join_all((0..20).map(|_| find_task(database.clone())));
    let readers = tokio::spawn(readers);
    until_readers(&database, 20).await;

    drop(server.accept().await.unwrap());

    for found in readers.await.unwrap() {
        assert_eq!(kind(found), InfraErrorKind::Unavailable);
    }
    let another = tokio::time::timeout(Duration::ZERO, server.accept()).await;
    assert!(another.is_err(), "a second attempt");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_who_goes_away_leaves_no_half_prepared_statement() {
    let (guard, database) = one_line(LONG).await;
    let client = guard.client().await;
    client.batch_execute(LOCK_TASKS).await.unwrap();
    let stuck = stuck(&guard, &database).await;

    stuck.abort();
    assert!(stuck.await.unwrap_err().is_cancelled());
    client.batch_execute(UNLOCK).await.unwrap();
    find_task(database.clone()).await.unwrap();

    let sql = "SELECT count(*) FROM pg_prepared_statements \
               WHERE statement LIKE '%tasks%' AND statement NOT LIKE '%pg_prepared%'";
    let query = diesel::sql_query(sql);
    let prepared: Vec<Count> = database.read_by_key("count", query).await.unwrap();
    assert_eq!(prepared[0].count, 1);
    until_readers(&database, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_slow_statement_of_a_reader_who_went_away_is_stopped_in_time() {
    let (guard, database) = one_line(SHORT).await;
    let client = guard.client().await;
    client.batch_execute(LOCK_TASKS).await.unwrap();
    let stuck = stuck(&guard, &database).await;

    stuck.abort();

    until_waiting_for_a_lock(&guard, 0).await;
    until_readers(&database, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_who_does_not_look_holds_up_nobody() {
    let (guard, database) = one_line(LONG).await;
    let client = guard.client().await;
    let long = "UPDATE tasks SET description = repeat('x', 2000)";
    client.batch_execute(long).await.unwrap();
    let request = PageRequest {
        filter: TaskFilter::default(),
        order: TaskOrder::default(),
        take: Take::First(100),
        after: None,
        before: None,
    };
    let tasks = repositories(database.clone()).tasks;
    // Twice, because the first time the statement is prepared, whose answer is short.
    tasks.page(OWNER, &request).await.unwrap();
    let mut unattended = tasks.page(OWNER, &request);
    assert!((&mut unattended).now_or_never().is_none());

    assert!(find_user(&database).await.unwrap().is_some());

    let page: Page = unattended.await.unwrap();
    assert_eq!(page.tasks.len(), 100);
}
