//! The previous release beside this one, on one PostgreSQL, or before and after it, on SQLite: its statements, as it sent them, get
//! their numbers all the same.
//!
//! Goes with the triggers that make it so.

use std::fmt::Display;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use taskhive_adapters::backend::Backend;
use taskhive_domain::change::{ChangeNumber, ChangedTo, Position};
use taskhive_domain::ports::{ChangesSince, Insertion, Restoration};
use taskhive_domain::task::Task;
use taskhive_domain::{TaskId, UserId};
use testkit::databases::{PostgresDatabase, SqliteFile};
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;
use uuid::Uuid;

use super::{changes, numbers, task};
use crate::failures::{NOW, register};

const INSERT_USER: &str = "INSERT INTO \"users\" (\"id\", \"email\", \"password_hash\", \"created_at\") \
    VALUES ($1, 'old@example.org', 'hash', now()) ON CONFLICT (\"email\") DO NOTHING";
const DELETE_USER: &str = "DELETE  FROM \"users\" WHERE (\"users\".\"id\" = $1)";
const INSERT: &str = "INSERT INTO tasks (owner_id, id, title, title_folded, description, description_folded, \
    created_at, updated_at, completed_at, version, last_change) VALUES \
    ($1, $2, 'Old', 'old', '', '', now(), now(), NULL, 1, $3) \
    ON CONFLICT (owner_id, id) DO UPDATE SET last_change = tasks.last_change RETURNING \
    tasks.id, tasks.title, tasks.description, tasks.created_at, tasks.updated_at, tasks.completed_at, \
    tasks.version, tasks.last_change";
const DELETE: &str =
    "DELETE  FROM \"tasks\" WHERE ((\"tasks\".\"owner_id\" = $1) AND (\"tasks\".\"id\" = $2))";

/// `$1` is the completion of the edit, which has no texts and expects no version; the conditions are those that it has.
const UPDATE: &str = "UPDATE tasks SET \
    title = CASE WHEN (edit.expected_version IS NULL OR edit.expected_version = tasks.version) THEN COALESCE(edit.title, tasks.title) ELSE tasks.title END, \
    completed_at = CASE WHEN NOT (edit.expected_version IS NULL OR edit.expected_version = tasks.version) THEN tasks.completed_at WHEN edit.completion = 1 THEN COALESCE(tasks.completed_at, edit.happened_at) WHEN edit.completion = 2 THEN NULL WHEN edit.completion = 3 AND tasks.completed_at IS NULL THEN edit.happened_at WHEN edit.completion = 3 THEN NULL ELSE tasks.completed_at END, \
    version = CASE WHEN ((edit.expected_version IS NULL OR edit.expected_version = tasks.version) AND (COALESCE(edit.title, tasks.title) <> tasks.title OR edit.completion = 3 OR (edit.completion = 1 AND tasks.completed_at IS NULL) OR (edit.completion = 2 AND tasks.completed_at IS NOT NULL))) THEN tasks.version + 1 ELSE tasks.version END, \
    updated_at = CASE WHEN ((edit.expected_version IS NULL OR edit.expected_version = tasks.version) AND (COALESCE(edit.title, tasks.title) <> tasks.title OR edit.completion = 3 OR (edit.completion = 1 AND tasks.completed_at IS NULL) OR (edit.completion = 2 AND tasks.completed_at IS NOT NULL))) THEN edit.happened_at ELSE tasks.updated_at END, \
    last_change = CASE WHEN ((edit.expected_version IS NULL OR edit.expected_version = tasks.version) AND (COALESCE(edit.title, tasks.title) <> tasks.title OR edit.completion = 3 OR (edit.completion = 1 AND tasks.completed_at IS NULL) OR (edit.completion = 2 AND tasks.completed_at IS NOT NULL))) THEN edit.mark ELSE tasks.last_change END \
    FROM (SELECT NULL::text AS title, $1::int4 AS completion, now() AS happened_at, NULL::int4 AS expected_version, $2::int8 AS mark) AS edit \
    WHERE tasks.owner_id = $3 AND tasks.id = $4 RETURNING tasks.version, tasks.last_change";

const COMPLETE: i32 = 1;
const TOGGLE: i32 = 3;

/// The statement with its values in place.
fn with(statement: &str, values: &[&dyn Display]) -> String {
    let mut sql = statement.to_owned();
    for (n, value) in values.iter().enumerate().rev() {
        sql = sql.replace(&format!("${}", n + 1), &format!("'{value}'"));
    }
    sql
}

/// The previous release, as far as the database can tell.
struct Previous {
    client: Client,
    mark: i64,
}

impl Previous {
    fn new_mark(&mut self) -> i64 {
        self.mark += 1;
        self.mark
    }

    /// Whether it is the one that created the task.
    async fn insert(&mut self, owner: Uuid, id: Uuid) -> Result<bool, tokio_postgres::Error> {
        let mark = self.new_mark();
        let sql = with(INSERT, &[&owner, &id, &mark]);
        let row = self.client.query_one(&sql, &[]).await?;
        Ok(row.get::<_, i64>(7) == mark)
    }

    /// Whether it changed something.
    async fn update(&mut self, owner: Uuid, id: Uuid, completion: i32) -> bool {
        let mark = self.new_mark();
        let sql = with(UPDATE, &[&completion, &mark, &owner, &id]);
        let row = self.client.query_one(&sql, &[]).await.unwrap();
        row.get::<_, i64>(1) == mark
    }

    async fn delete(&self, owner: Uuid, id: Uuid) -> u64 {
        let sql = with(DELETE, &[&owner, &id]);
        self.client.execute(&sql, &[]).await.unwrap()
    }

    /// Adds or deletes a user.
    async fn user(&self, statement: &str, id: UserId) {
        let sql = with(statement, &[&id.uuid()]);
        assert_eq!(self.client.execute(&sql, &[]).await.unwrap(), 1);
    }
}

async fn scene() -> (PostgresDatabase, Backend, UserId, Previous) {
    let database = PostgresDatabase::migrated().await;
    let backend = Backend::open(database.settings()).await.unwrap();
    let (user, _) = register(&backend, "ada@example.org").await.unwrap();
    let previous = Previous {
        client: database.client().await,
        mark: 0,
    };
    (database, backend, user.id, previous)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_previous_release_writes_is_not_missed() {
    let (_database, backend, owner, mut previous) = scene().await;
    let (one, other) = (TaskId::new(NOW), TaskId::new(NOW));
    let (key, id) = (owner.uuid(), one.uuid());
    assert!(previous.insert(key, id).await.unwrap());
    assert!(previous.insert(key, other.uuid()).await.unwrap());
    let all = changes(&backend, owner, None).await;
    assert_eq!(numbers(&all), [(1, one), (2, other)]);

    assert!(previous.update(key, id, TOGGLE).await);
    let toggled = changes(&backend, owner, Some(all.end)).await;
    assert_eq!(numbers(&toggled), [(3, one)]);
    let ChangedTo::Stored(stored) = &toggled.changes[0].outcome else {
        panic!("it is there");
    };
    assert_eq!(stored.created_change, ChangeNumber::new(1));
    assert_eq!((stored.task.version, stored.task.is_open()), (2, false));

    // What changes nothing is nothing to tell.
    assert!(!previous.update(key, id, COMPLETE).await);
    assert!(!previous.insert(key, id).await.unwrap());
    assert_eq!(previous.delete(key, Uuid::nil()).await, 0);
    let nothing = changes(&backend, owner, Some(toggled.end)).await;
    assert_eq!(numbers(&nothing), []);

    assert_eq!(previous.delete(key, id).await, 1);
    let deleted = changes(&backend, owner, Some(toggled.end)).await;
    assert_eq!(numbers(&deleted).len(), 1);
    assert!(matches!(
        deleted.changes[0].outcome,
        ChangedTo::Deleted { .. }
    ));
    let again = backend.tasks.insert(owner, &stored.task).await.unwrap();
    assert_eq!(again, Insertion::Deleted);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_previous_release_deletes_can_be_restored() {
    let (_database, backend, owner, mut previous) = scene().await;
    let (key, one) = (owner.uuid(), TaskId::new(NOW));
    assert!(previous.insert(key, one.uuid()).await.unwrap());
    let before = backend.tasks.find(owner, one).await.unwrap().unwrap();
    assert_eq!(previous.delete(key, one.uuid()).await, 1);
    let restored = backend.tasks.restore(owner, &[one], NOW).await.unwrap();
    let Restoration::Done { tasks, change } = restored else {
        panic!("it was deleted a moment ago");
    };
    assert_eq!(Some(tasks[0].change), change);
    let after = Task {
        change: before.change,
        ..tasks[0].clone()
    };
    assert_eq!(after, before);

    // To the previous release, a repeated creation brings a task back.
    assert_eq!(previous.delete(key, one.uuid()).await, 1);
    assert!(previous.insert(key, one.uuid()).await.unwrap());
    let remembered = backend.archive.deleted_tasks(owner, None, 9).await.unwrap();
    assert_eq!(remembered, []);
    assert!(
        backend
            .tasks
            .delete(owner, one, NOW)
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_of_the_previous_release_are_whole() {
    let (_database, backend, owner, mut previous) = scene().await;
    let newcomer = UserId::new(NOW);
    let key = newcomer.uuid();
    previous.user(INSERT_USER, newcomer).await;
    let mine = task("mine");
    let created = backend.tasks.insert(newcomer, &mine).await.unwrap();
    assert!(matches!(created, Insertion::Created(_)));

    previous.user(DELETE_USER, owner).await;
    assert!(
        backend
            .tasks
            .delete(newcomer, mine.id, NOW)
            .await
            .unwrap()
            .is_some()
    );
    previous.user(DELETE_USER, newcomer).await;
    for gone in [owner, newcomer] {
        let since = backend.changes.since(gone, None, 9).await.unwrap();
        assert_eq!(since, ChangesSince::UnknownOwner);
        let insertion = backend.tasks.insert(gone, &task("late")).await.unwrap();
        assert_eq!(insertion, Insertion::UnknownOwner);
        let left = backend.archive.deleted_tasks(gone, None, 9).await.unwrap();
        assert_eq!(left, []);
    }
    // As a foreign key that is broken, which is how it tells that the account is gone.
    let refused = previous.insert(key, Uuid::nil()).await.unwrap_err();
    assert_eq!(refused.code(), Some(&SqlState::FOREIGN_KEY_VIOLATION));
}

/// Both at once, and neither is missed.
#[tokio::test(flavor = "multi_thread")]
async fn both_releases_write_in_one_order() {
    let (_database, backend, owner, mut previous) = scene().await;
    let mut expected = Vec::new();
    for n in 0..10 {
        let id = if n % 2 == 0 {
            let id = TaskId::new(NOW);
            assert!(previous.insert(owner.uuid(), id.uuid()).await.unwrap());
            id
        } else {
            let new = task("new");
            backend.tasks.insert(owner, &new).await.unwrap();
            new.id
        };
        expected.push((n + 1, id));
    }
    let beginning = Some(Position::after(ChangeNumber::NONE));
    let all = changes(&backend, owner, beginning).await;
    assert_eq!(numbers(&all), expected);
}

/// An id as SQLite has it.
struct Blob(Uuid);

impl Display for Blob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "x'{}'", self.0.simple())
    }
}

/// The statement of the previous release with its values in place, and the time as SQLite has it.
fn on_sqlite(statement: &str, values: &[&dyn Display]) -> String {
    let mut sql = statement.to_owned();
    for (n, value) in values.iter().enumerate().rev() {
        sql = sql.replace(&format!("${}", n + 1), &value.to_string());
    }
    let sql = sql.replace("now()", "1700000000000");
    sql.replace("::text", "")
        .replace("::int4", "")
        .replace("::int8", "")
}

/// Whoever goes back to the previous release and comes on again.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_previous_release_wrote_on_sqlite_is_not_missed() {
    let file = SqliteFile::new();
    let backend = Backend::open(file.settings()).await.unwrap();
    backend.migrate().await.unwrap();
    let (user, _) = register(&backend, "ada@example.org").await.unwrap();
    let newcomer = UserId::new(NOW);
    let [owner, new] = [user.id, newcomer].map(|id| Blob(id.uuid()));
    let [one, other] = [TaskId::new(NOW), TaskId::new(NOW)];
    let [first, second] = [one, other].map(|id| Blob(id.uuid()));
    let mut conn = SqliteConnection::establish(&file.path()).unwrap();
    let mut run = |statement, values: &[&dyn Display]| {
        let sql = on_sqlite(statement, values);
        conn.batch_execute(&format!("PRAGMA foreign_keys = ON; {sql}"))
            .unwrap();
    };
    run(INSERT, &[&owner, &first, &1]);
    run(INSERT, &[&owner, &second, &2]);
    run(UPDATE, &[&TOGGLE, &3, &owner, &first]);
    run(UPDATE, &[&COMPLETE, &4, &owner, &first]);
    let beginning = Some(Position::after(ChangeNumber::NONE));
    let all = changes(&backend, user.id, beginning).await;
    assert_eq!(numbers(&all), [(2, other), (3, one)]);

    run(DELETE, &[&owner, &first]);
    let deleted = changes(&backend, user.id, Some(all.end)).await;
    assert_eq!(numbers(&deleted), [(4, one)]);
    let repeated = Task {
        id: one,
        ..task("x")
    };
    let again = backend.tasks.insert(user.id, &repeated).await.unwrap();
    assert_eq!(again, Insertion::Deleted);
    run(INSERT, &[&owner, &first, &5]);
    let back = changes(&backend, user.id, Some(deleted.end)).await;
    // What was refused has used a number up.
    assert_eq!(numbers(&back), [(6, one)]);

    run(INSERT_USER, &[&new]);
    let created = backend.tasks.insert(newcomer, &task("mine")).await.unwrap();
    assert!(matches!(created, Insertion::Created(_)));
    run(DELETE_USER, &[&owner]);
    let since = backend.changes.since(user.id, None, 9).await.unwrap();
    assert_eq!(since, ChangesSince::UnknownOwner);
    let left = backend
        .archive
        .deleted_tasks(user.id, None, 9)
        .await
        .unwrap();
    assert_eq!(left, []);
}
