//! The data set. Every id and text follows from the numbers of a user and a task, here and in SQL alike, so that an answer can
//! be checked without asking the database.
//!
//! Tasks are stored in the order in which they would have been made, everybody's first one first: a page of one user lies
//! scattered over the table, as it does in life.

use chrono::{DateTime, SecondsFormat};
use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use std::path::Path;
use taskhive_bench::Failure;
use uuid::Uuid;

/// 2026-01-01, when everybody makes the first task; then one a minute.
const START_MILLIS: u64 = 1_767_225_600_000;
/// The id of user 0: version 7, long ago.
const USERS: u128 = 0x0192_0000_0000_7000_8000_0000_0000_0000;
/// What everybody signs in with.
pub(crate) const PASSWORD: &str = "measured with love 27";
/// Whose password hash all others get.
pub(crate) const FIRST_EMAIL: &str = "first@bench.example";
pub(crate) const DESCRIPTION: &str = "Before the end of the week, and not without asking those who have done it before; see the list on the wall.";

/// How much there is.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    pub(crate) users: u32,
    pub(crate) tasks: u32,
    /// Tasks of user 0.
    pub(crate) largest: u32,
}

impl Size {
    /// Users whose tasks are only read and toggled. The others are for making new tasks, so that what is read stays known.
    pub(crate) fn readers(self) -> u32 {
        self.users * 9 / 10
    }
}

pub(crate) fn user_id(user: u32) -> Uuid {
    Uuid::from_u128(USERS | u128::from(user))
}

pub(crate) fn email(user: u32) -> String {
    format!("user{user}@bench.example")
}

/// Version 7: the time, then the owner.
pub(crate) fn task_id(user: u32, task: u32) -> Uuid {
    let millis = START_MILLIS + u64::from(task) * 60_000;
    Uuid::from_u128((u128::from(millis) << 80) | 0x7000_8000_0000_0000_0000 | u128::from(user))
}

/// The number of the task with this id, if the user has it.
pub(crate) fn task_number(user: u32, text: &str) -> Option<u32> {
    let id = taskhive_bench::parse_id(text, "task_")?;
    let millis = u64::try_from(id.as_u128() >> 80)
        .ok()?
        .checked_sub(START_MILLIS)?;
    let task = u32::try_from(millis / 60_000).ok()?;
    (task_id(user, task) == id).then_some(task)
}

pub(crate) fn title(user: u32, task: u32) -> String {
    format!("Task {task} of user {user}")
}

/// As the API shows it; the plain idiom leaves out milliseconds that are zero.
pub(crate) fn created_at(task: u32) -> String {
    let millis = START_MILLIS + u64::from(task) * 60_000;
    DateTime::from_timestamp_millis(i64::try_from(millis).unwrap_or(0))
        .unwrap_or_default()
        .to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Fills the product's tables.
pub(crate) async fn fill_postgres(
    client: &tokio_postgres::Client,
    size: Size,
) -> Result<(), Failure> {
    let Size {
        users,
        tasks,
        largest,
    } = size;
    let numbered: bool = client
        .query_one("SELECT to_regclass('task_counters') IS NOT NULL", &[])
        .await?
        .get(0);
    // A build from before changes had numbers has its tables without them.
    let (columns, numbers) = if numbered {
        ("change, created_change", "k + 1, k + 1")
    } else {
        ("last_change", "0")
    };
    let mut statements = vec![
        format!(
            "INSERT INTO users (id, email, password_hash, created_at)
             SELECT ('01920000-0000-7000-8000-' || lpad(to_hex(u), 12, '0'))::uuid, 'user' || u || '@bench.example',
                    (SELECT password_hash FROM users WHERE email = '{FIRST_EMAIL}'), timestamptz '2026-01-01Z'
             FROM generate_series(0, {users} - 1) u"
        ),
        format!(
            "INSERT INTO tasks (owner_id, id, title, title_folded, description, description_folded, created_at,
                                updated_at, completed_at, version, {columns})
             SELECT ('01920000-0000-7000-8000-' || lpad(to_hex(u), 12, '0'))::uuid,
                    (lpad(to_hex({START_MILLIS} + k * 60000::bigint), 12, '0') || '70008000' || lpad(to_hex(u), 12, '0'))::uuid,
                    'Task ' || k || ' of user ' || u, 'task ' || k || ' of user ' || u,
                    '{DESCRIPTION}', lower('{DESCRIPTION}'), at, COALESCE(at + done, at), at + done,
                    CASE WHEN done IS NULL THEN 1 ELSE 2 END, {numbers}
             FROM (SELECT k, u, timestamptz '2026-01-01Z' + k * interval '1 minute' AS at,
                          CASE WHEN k % 3 = 0 THEN interval '30 seconds' END AS done
                   FROM (SELECT k, u FROM generate_series(0, {tasks} - 1) k, generate_series(0, {users} - 1) u
                         UNION ALL SELECT k, 0 FROM generate_series({tasks}, {largest} - 1) k) numbers
                   ORDER BY k, u) made"
        ),
    ];
    if numbered {
        statements.push(format!("UPDATE task_counters SET last_change = {largest}"));
    }
    for statement in statements {
        client.batch_execute(&statement).await?;
    }
    tidy(client).await
}

/// Makes the tables of L from those of the product.
pub(crate) async fn fill_limit(client: &tokio_postgres::Client) -> Result<(), Failure> {
    let statements = [
        "CREATE SCHEMA bench_limit",
        "CREATE TABLE bench_limit.users AS SELECT id, email, created_at FROM users",
        "ALTER TABLE bench_limit.users ADD PRIMARY KEY (id)",
        "CREATE TABLE bench_limit.tasks (
             owner_id uuid NOT NULL, id uuid NOT NULL, title text NOT NULL, description text NOT NULL,
             created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL, completed_at timestamptz NULL,
             is_open boolean NOT NULL GENERATED ALWAYS AS (completed_at IS NULL) STORED, version integer NOT NULL)",
        "INSERT INTO bench_limit.tasks
             (owner_id, id, title, description, created_at, updated_at, completed_at, version)
         SELECT owner_id, id, title, description, created_at, updated_at, completed_at, version FROM tasks
         ORDER BY created_at, owner_id",
        "ALTER TABLE bench_limit.tasks ADD PRIMARY KEY (owner_id, id)",
        "CREATE INDEX ON bench_limit.tasks (owner_id, is_open, created_at, id)",
    ];
    for statement in statements {
        client.batch_execute(statement).await?;
    }
    tidy(client).await
}

/// What autovacuum would do some time; it is off, so that it does not come into the middle of a measurement.
pub(crate) async fn tidy(client: &tokio_postgres::Client) -> Result<(), Failure> {
    for statement in ["VACUUM (ANALYZE)", "CHECKPOINT"] {
        client.batch_execute(statement).await?;
    }
    Ok(())
}

/// Fills the product's tables.
pub(crate) fn fill_sqlite(file: &Path, size: Size) -> Result<(), Failure> {
    let Size {
        users,
        tasks,
        largest,
    } = size;
    let mut connection = SqliteConnection::establish(&file.display().to_string())?;
    // A build from before changes had numbers has its tables without them.
    let numbered = connection
        .batch_execute("SELECT 1 FROM task_counters")
        .is_ok();
    let (columns, numbers) = if numbered {
        ("change, created_change", "k + 1, k + 1")
    } else {
        ("last_change", "0")
    };
    connection.batch_execute(&format!(
        "BEGIN;
         CREATE TEMP TABLE numbers (n INTEGER PRIMARY KEY);
         WITH RECURSIVE r(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM r WHERE n < {most})
         INSERT INTO numbers SELECT n FROM r;
         INSERT INTO users (id, email, password_hash, created_at)
         SELECT unhex('01920000000070008000' || printf('%012x', n)), 'user' || n || '@bench.example',
                (SELECT password_hash FROM users WHERE email = '{FIRST_EMAIL}'), {START_MILLIS}
         FROM numbers WHERE n < {users};
         INSERT INTO tasks (owner_id, id, title, title_folded, description, description_folded, created_at, updated_at,
                            completed_at, version, {columns})
         SELECT unhex('01920000000070008000' || printf('%012x', u)),
                unhex(printf('%012x', at) || '70008000' || printf('%012x', u)),
                'Task ' || k || ' of user ' || u, 'task ' || k || ' of user ' || u, '{DESCRIPTION}', lower('{DESCRIPTION}'),
                at, CASE WHEN k % 3 = 0 THEN at + 30000 ELSE at END, CASE WHEN k % 3 = 0 THEN at + 30000 END,
                CASE WHEN k % 3 = 0 THEN 2 ELSE 1 END, {numbers}
         FROM (SELECT k.n AS k, u.n AS u, {START_MILLIS} + k.n * 60000 AS at FROM numbers k, numbers u
               WHERE u.n < {users} AND k.n < CASE WHEN u.n = 0 THEN {largest} ELSE {tasks} END
               ORDER BY k.n, u.n);
         DROP TABLE numbers;
         COMMIT;
         ANALYZE;",
        most = users.max(largest),
    ))?;
    if numbered {
        let counters = format!("UPDATE task_counters SET last_change = {largest}");
        connection.batch_execute(&counters)?;
    }
    Ok(())
}
