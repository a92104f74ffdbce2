//! Each message as the database at hand says it today.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::result::Error as DieselError;
use diesel::sql_types::BigInt;
use diesel::{Connection, SqliteConnection};
use diesel_async::SimpleAsyncConnection;
use futures_util::FutureExt;
use taskhive_domain::ports::InfraErrorKind::{Interrupted, Unavailable};
use testkit::databases::{PostgresDatabase, SqliteFile};

use super::Failure;
use crate::store::postgres;
use crate::store::url::Target;
use crate::store::{StoreSettings, errors};

/// Some pages, so that there is something to spoil.
const FILL: &str = "CREATE TABLE t (x);
    INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 999) SELECT hex(randomblob(50)) FROM n";

fn filled(file: &SqliteFile) -> SqliteConnection {
    let mut conn = SqliteConnection::establish(&file.path()).unwrap();
    conn.batch_execute(FILL).unwrap();
    conn
}

fn count(conn: &mut SqliteConnection) -> Result<Vec<i64>, DieselError> {
    diesel::dsl::sql::<BigInt>("SELECT count(x || 'y') FROM t").load(conn)
}

/// What a new connection finds after the bytes from `start` on were overwritten.
fn spoilt(start: usize) -> Failure {
    let file = SqliteFile::new();
    drop(filled(&file));
    let mut bytes = std::fs::read(file.path()).unwrap();
    bytes[start..].fill(0xA5);
    std::fs::write(file.path(), bytes).unwrap();
    let mut conn = SqliteConnection::establish(&file.path()).unwrap();
    Failure::of(&count(&mut conn).unwrap_err())
}

#[test]
fn a_full_sqlite_database_is_unavailable() {
    let file = SqliteFile::new();
    let mut conn = filled(&file);
    conn.batch_execute("PRAGMA max_page_count = 1").unwrap();
    let error = conn
        .batch_execute("INSERT INTO t SELECT hex(randomblob(9000)) FROM t")
        .unwrap_err();
    assert_eq!(
        Failure::of(&error),
        Failure::Storage(Unavailable),
        "{error}"
    );
}

#[test]
fn a_sqlite_database_that_cannot_be_written_is_unavailable() {
    let file = SqliteFile::new();
    let mut conn = filled(&file);
    conn.batch_execute("PRAGMA query_only = ON").unwrap();
    let error = conn.batch_execute("DELETE FROM t").unwrap_err();
    assert_eq!(
        Failure::of(&error),
        Failure::Storage(Unavailable),
        "{error}"
    );
}

#[test]
fn a_sqlite_database_that_cannot_be_opened_is_unavailable() {
    let file = SqliteFile::new();
    let mut conn = filled(&file);
    let error = conn
        .batch_execute("ATTACH '/nowhere/at/all.db' AS other")
        .unwrap_err();
    assert_eq!(
        Failure::of(&error),
        Failure::Storage(Unavailable),
        "{error}"
    );
}

#[test]
fn a_spoilt_sqlite_database_is_unavailable() {
    assert_eq!(spoilt(0), Failure::Storage(Unavailable), "no header");
    assert_eq!(spoilt(4096), Failure::Storage(Unavailable), "no pages");
    assert_eq!(spoilt(100), Failure::Storage(Unavailable), "no schema");
}

#[test]
fn a_locked_sqlite_database_is_unavailable() {
    let file = SqliteFile::new();
    let (mut conn, mut other) = (
        filled(&file),
        SqliteConnection::establish(&file.path()).unwrap(),
    );
    other.batch_execute("BEGIN EXCLUSIVE").unwrap();
    let error = conn.batch_execute("DELETE FROM t").unwrap_err();
    assert_eq!(Failure::of(&error), Failure::Other(Unavailable), "{error}");
}

/// How a statement fails on a server that was told something about this database.
async fn on_postgres(told: &str, statement: &'static str) -> (Failure, bool) {
    let database = PostgresDatabase::migrated().await;
    let told = told.replace("DB", &database.name);
    database.client().await.batch_execute(&told).await.unwrap();
    let settings = StoreSettings::for_tests(&database.url);
    let Target::Postgres(target) = &settings.url.0 else {
        panic!("not PostgreSQL");
    };
    let opened = postgres::Database::prepare(target, target, &settings).unwrap();
    let told = opened
        .write("fail", move |conn| {
            async move { Ok(conn.batch_execute(statement).await) }.boxed()
        })
        .await
        .unwrap();
    let error = told.unwrap_err();
    let failure = Failure::of(&error);
    (
        failure,
        errors::is_storage_fault(&errors::failed("fail", &error)),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgres_server_that_only_reads_is_unavailable() {
    let told = "ALTER DATABASE DB SET default_transaction_read_only = on";
    let (failure, storage) = on_postgres(told, "DELETE FROM tasks").await;
    assert_eq!(failure, Failure::Other(Unavailable));
    assert!(!storage);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgres_server_without_room_for_a_temporary_file_is_unavailable() {
    let told = "ALTER DATABASE DB SET temp_file_limit = 0; ALTER DATABASE DB SET work_mem = '64kB'";
    let spill =
        "SELECT count(*) FROM (SELECT n FROM generate_series(1, 100000) n ORDER BY n DESC) sorted";
    let (failure, _) = on_postgres(told, spill).await;
    assert_eq!(failure, Failure::Other(Unavailable));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_postgres_cancels_is_interrupted() {
    let told = "ALTER DATABASE DB SET statement_timeout = '1ms'";
    let (failure, _) = on_postgres(told, "SELECT pg_sleep(10)").await;
    assert_eq!(failure, Failure::Other(Interrupted));
}
