//! A filled SQLite database for tests of plans, and how to read them.

use diesel::connection::{Instrumentation, SimpleConnection};
use diesel::sql_types::{Integer, Text};
use diesel::{Connection, SqliteConnection};
use testkit::databases::SqliteFile;

use super::{Conn, Database};
use crate::store::{Maintenance, StoreSettings};

/// What makes a statement tell its plan instead of running.
pub(crate) const EXPLAIN: &str = "EXPLAIN QUERY PLAN ";
/// One line of a plan.
pub(crate) type PlanLine = (Integer, Integer, Integer, Text);
/// One line of a plan, read.
pub(crate) type PlanText = (i32, i32, i32, String);
/// What a plan says when rows are sorted, or read that need not be.
pub(crate) const UNWANTED: [&str; 2] = ["TEMP B-TREE", "SCAN"];

pub(crate) fn line(plan: PlanText) -> String {
    plan.3
}

/// 20 owners with 500 tasks each, every third completed, several at a time, and 500 that were deleted; and a session that
/// ended in each of 1,000 seconds.
/// Not analysed, as it is with users.
pub(crate) async fn filled() -> (SqliteFile, Database) {
    let file = SqliteFile::new();
    let settings = StoreSettings::for_tests(&file.url());
    let database = Database::open(file.path().into(), &settings).await.unwrap();
    database.migrate().await.unwrap();
    let mut conn = SqliteConnection::establish(&file.path()).unwrap();
    conn.batch_execute(FILL).unwrap();
    (file, database)
}

/// From now on every statement that writes runs on the same connection: there is no other.
pub(crate) fn keep_to_one_connection(_database: &Database) {}

/// Tells what happens on a connection.
pub(crate) fn instrument(conn: &mut Conn, instrumentation: impl Instrumentation) {
    conn.set_instrumentation(instrumentation);
}

/// Sessions of one user, begun in 1970: binds whose, and how many.
pub(crate) const CROWD: &str = "
    INSERT INTO sessions (id, user_id, generation, user_agent, created_at, last_used_at)
        WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?2)
        SELECT randomblob(16), ?1, 1, 'cron', 0, 0 FROM numbers";

const FILL: &str = "
    INSERT INTO users WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 20)
        SELECT unhex(printf('00000000000070008000%012d', n)), n || '@example.org', 'x', 0 FROM numbers;
    INSERT INTO tasks (owner_id, id, title, title_folded, description, description_folded,
                       created_at, updated_at, completed_at, version, change, created_change,
                       due_on, priority, rank, moved_change)
        WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 500)
        SELECT users.id, randomblob(16), 'x', 'x', '', '', n / 3, n / 2, CASE WHEN n % 3 = 0 THEN 1 END, 1, n, n,
               CASE WHEN n % 2 = 0 THEN n / 5 END, n % 4, -n, CASE WHEN n % 10 = 0 THEN 500 + n END
        FROM users, numbers;
    UPDATE task_counters SET last_change = 1000;
    INSERT INTO deleted_tasks (owner_id, id, change, deleted_at, title, description, created_at, updated_at, version)
        WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 500)
        SELECT users.id, randomblob(16), 500 + n, n, CASE WHEN n > 250 THEN 'x' END, '', 0, 0, 1
        FROM users, numbers;
    INSERT INTO ended_sessions
        WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1000)
        SELECT randomblob(16), n * 1000 FROM numbers;";
