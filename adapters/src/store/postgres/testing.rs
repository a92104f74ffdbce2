//! A filled PostgreSQL database for tests of plans, and how to read them.

use diesel::connection::Instrumentation;
use diesel::sql_types::Text;
use diesel_async::AsyncConnection;
use testkit::databases::PostgresDatabase;

use super::{Conn, Database};
use crate::store::StoreSettings;
use crate::store::url::Target;

/// What makes a statement tell its plan instead of running.
pub(crate) const EXPLAIN: &str = "EXPLAIN (COSTS OFF) ";
/// One line of a plan.
pub(crate) type PlanLine = Text;
/// One line of a plan, read.
pub(crate) type PlanText = String;
/// What a plan says when rows are sorted, or read that need not be.
pub(crate) const UNWANTED: [&str; 3] = ["Sort", "Seq Scan", "Bitmap"];

pub(crate) fn line(plan: PlanText) -> String {
    plan
}

/// 20 owners with 500 tasks each, every third completed, several at a time, and 500 that were deleted; counters for many
/// more owners; and a session that
/// ended in each of 1,000 seconds.
pub(crate) async fn filled() -> (PostgresDatabase, Database) {
    let database = PostgresDatabase::migrated().await;
    database.client().await.batch_execute(FILL).await.unwrap();
    let opened = prepared(&StoreSettings::for_tests(&database.url));
    (database, opened)
}

pub(crate) fn prepared(settings: &StoreSettings) -> Database {
    let Target::Postgres(target) = &settings.url.0 else {
        panic!("not PostgreSQL");
    };
    let direct = settings.direct_target(target).unwrap();
    Database::prepare(target, &direct, settings).unwrap()
}

/// From now on every statement runs on the same connection.
pub(crate) fn keep_to_one_connection(database: &Database) {
    database.connections().unwrap().pool.resize(1);
}

/// Tells what happens on a connection.
pub(crate) fn instrument(conn: &mut Conn, instrumentation: impl Instrumentation) {
    conn.set_instrumentation(instrumentation);
}

/// Sessions of one user, begun in 1970: binds whose, and how many.
pub(crate) const CROWD: &str = "
    INSERT INTO sessions (id, user_id, generation, user_agent, created_at, last_used_at)
        SELECT gen_random_uuid(), $1, 1, 'cron', to_timestamp(0), to_timestamp(0)
        FROM generate_series(1, $2)";

const FILL: &str = "
    INSERT INTO users SELECT ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, n || '@example.org', 'x', now()
        FROM generate_series(1, 20) n;
    INSERT INTO tasks (owner_id, id, title, title_folded, description, description_folded,
                       created_at, updated_at, completed_at, version, change, created_change,
                       due_on, priority, rank, moved_change)
        SELECT users.id, gen_random_uuid(), 'x', 'x', '', '',
               to_timestamp(n / 3), to_timestamp(n / 2), CASE WHEN n % 3 = 0 THEN now() END, 1, n, n,
               CASE WHEN n % 2 = 0 THEN DATE '1970-01-01' + n / 5 END, n % 4, -n, CASE WHEN n % 10 = 0 THEN 500 + n END
        FROM users, generate_series(1, 500) n;
    UPDATE task_counters SET last_change = 1000;
    INSERT INTO task_counters SELECT gen_random_uuid() FROM generate_series(1, 3000);
    INSERT INTO deleted_tasks (owner_id, id, change, deleted_at, title, description, created_at, updated_at, version)
        SELECT users.id, gen_random_uuid(), 500 + n, to_timestamp(n), CASE WHEN n > 250 THEN 'x' END, '', now(), now(), 1
        FROM users, generate_series(1, 500) n;
    INSERT INTO ended_sessions SELECT gen_random_uuid(), to_timestamp(n) FROM generate_series(1, 1000) n;
    ANALYZE;";
