//! Writes: each is done once or not at all, and a slow one fails alone.

use taskhive_domain::Timestamp;
use taskhive_domain::ports::Update;
use taskhive_domain::task::{Completion, TaskEdit};

use super::*;
use crate::store::types::{DbId, Uid};

const LOCK_ONE_TASK: &str = "BEGIN; SELECT 1 FROM tasks \
     WHERE (owner_id, id) = (SELECT owner_id, id FROM tasks ORDER BY owner_id, id LIMIT 1) FOR UPDATE";

/// The task that [`LOCK_ONE_TASK`] locks, and one that it does not.
async fn locked_and_free(database: &Database) -> [TaskId; 2] {
    let sql = "SELECT id FROM tasks WHERE owner_id = (SELECT min(owner_id::text)::uuid FROM tasks) \
               ORDER BY id LIMIT 2";
    let ids: Vec<Id> = database
        .read_by_key("find two tasks", diesel::sql_query(sql))
        .await
        .unwrap();
    [ids[0].id, ids[1].id].map(|id| TaskId::from_uuid(id.0))
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = Uid)]
    id: DbId,
}

async fn toggle(database: Database, task: TaskId) -> Result<Update, InfraError> {
    let toggle = TaskEdit::completion(Completion::Toggle);
    let tasks = repositories(database).tasks;
    tasks
        .update(OWNER, task, &toggle, Timestamp::from_millis(1))
        .await
}

async fn until_writers(database: &Database, count: usize) {
    until("so many writers", async || {
        let connections = database.connections().unwrap();
        connections.writing.first.in_flight() == count
    })
    .await;
}

fn is_changed(result: &Result<Update, InfraError>) -> bool {
    matches!(result, Ok(Update::Changed(_)))
}

/// One that waits for a lock, and one behind it on the only line.
async fn stuck_and_behind(
    guard: &PostgresDatabase,
    database: &Database,
) -> [JoinHandle<Result<Update, InfraError>>; 2] {
    let [locked, free] = locked_and_free(database).await;
    let stuck = tokio::spawn(toggle(database.clone(), locked));
    until_waiting_for_a_lock(guard, 1).await;
    let behind = tokio::spawn(toggle(database.clone(), free));
    until_writers(database, 2).await;
    [stuck, behind]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_runs_out_of_time_is_stopped_and_those_behind_it_are_done() {
    let (guard, database) = one_line(SHORT).await;
    let client = guard.client().await;
    client.batch_execute(LOCK_ONE_TASK).await.unwrap();
    let [stuck, behind] = stuck_and_behind(&guard, &database).await;

    assert_eq!(kind(stuck.await.unwrap()), InfraErrorKind::Interrupted);
    assert!(is_changed(&behind.await.unwrap()));

    client.batch_execute(UNLOCK).await.unwrap();
    let [locked, free] = locked_and_free(&database).await;
    let tasks = repositories(database).tasks;
    let versions = async |id| tasks.find(OWNER, id).await.unwrap().unwrap().version;
    assert_eq!((versions(locked).await, versions(free).await), (1, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_on_a_line_that_is_lost_fail_and_are_not_tried_again() {
    let (guard, database) = one_line(LONG).await;
    let client = guard.client().await;
    client.batch_execute(LOCK_ONE_TASK).await.unwrap();
    let [stuck, behind] = stuck_and_behind(&guard, &database).await;

    let writing = "SELECT pg_terminate_backend(pid) FROM store WHERE query LIKE 'WITH tick%'";
    assert_eq!(of_connections(&guard, writing).await, 1);

    for lost in [stuck, behind] {
        assert_eq!(kind(lost.await.unwrap()), InfraErrorKind::Interrupted);
    }
    client.batch_execute(UNLOCK).await.unwrap();
    let [locked, free] = locked_and_free(&database).await;
    for id in [locked, free] {
        assert!(is_changed(&toggle(database.clone(), id).await));
        let task = repositories(database.clone()).tasks.find(OWNER, id).await;
        assert_eq!(task.unwrap().unwrap().version, 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_is_done_though_its_caller_goes_away() {
    let (guard, database) = one_line(LONG).await;
    let client = guard.client().await;
    client.batch_execute(LOCK_ONE_TASK).await.unwrap();
    let [locked, _] = locked_and_free(&database).await;
    let stuck = tokio::spawn(toggle(database.clone(), locked));
    until_waiting_for_a_lock(&guard, 1).await;

    stuck.abort();
    assert!(stuck.await.unwrap_err().is_cancelled());
    client.batch_execute(UNLOCK).await.unwrap();
    until_writers(&database, 0).await;

    let task = repositories(database).tasks.find(OWNER, locked).await;
    assert_eq!(task.unwrap().unwrap().version, 2);
}
