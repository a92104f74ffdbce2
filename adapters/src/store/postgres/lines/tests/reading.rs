//! Reads: all but the slow one are answered.

use futures_util::future::join_all;
use taskhive_domain::listing::{Page, PageRequest, Take, TaskFilter, TaskOrder};
use tokio::net::TcpListener;

use super::*;

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
        as_of: false,
    };
    let tasks = repositories(database.clone()).tasks;
    // Twice, because the first time the statement is prepared, whose answer is short.
    tasks.page(OWNER, &request).await.unwrap();
    client.batch_execute(LOCK_TASKS).await.unwrap();
    let mut unattended = tasks.page(OWNER, &request);
    assert!((&mut unattended).now_or_never().is_none());
    until_waiting_for_a_lock(&guard, 1).await;
    client.batch_execute(UNLOCK).await.unwrap();

    assert!(find_user(&database).await.unwrap().is_some());

    let page: Page = unattended.await.unwrap();
    assert_eq!(page.tasks.len(), 100);
}
