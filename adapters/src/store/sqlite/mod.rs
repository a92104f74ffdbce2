//! SQLite: one connection writes, several read, and every write is on the disk before it is acknowledged.

mod backup;
mod call;
mod changes;
mod claim;
mod connection;
mod examination;
pub(crate) mod migrations;
mod open_file;
#[path = "../queries/mod.rs"]
pub(crate) mod queries;
mod run_query;
mod schema;
#[cfg(test)]
mod testing;
mod workers;
#[cfg(test)]
mod workers_tests;

use std::fs::OpenOptions;
use std::future::{Ready, ready};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use diesel::QueryResult;
use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::prelude::*;
use diesel::query_dsl::methods::LoadQuery;
use diesel::sql_types::{BigInt, Text};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use taskhive_domain::listing::TaskFilter;
use taskhive_domain::ports::{InfraError, InfraErrorKind};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use self::call::{Patience, call};
pub(crate) use self::changes::{SKIP_LOCKED, TAKEN, TICK, TICK_DELETION, locked_counter};
use self::connection::Opener;
use self::open_file::OpenFile;
pub(crate) use self::run_query::RunQueryDsl;
use self::workers::{Role, Workers};
use super::errors::{self, Cause};
use super::rows::SessionRow;
use super::schema::{sessions, users};
use super::types::{DbId, DbTime, Millis};
use super::{PoolStatus, StoreSettings};

/// What the queries run on.
pub(crate) type Conn = SqliteConnection;
/// What the queries are compiled for.
pub(crate) type Db = diesel::sqlite::Sqlite;
/// The function that says where a text contains another, from 1; 0 if it does not.
pub(crate) const CONTAINS: &str = "instr";
/// A condition for statements that may look at many rows: they end when their time is up.
pub(crate) const WHILE_IN_TIME: &str = " AND in_time()";

/// Within the transaction of a group of writers (see `workers`): a savepoint.
pub(crate) fn begin(conn: &mut Conn) -> Ready<QueryResult<()>> {
    ready(AnsiTransactionManager::begin_transaction(conn))
}

/// Ends what [`begin`] began.
pub(crate) fn commit(conn: &mut Conn) -> Ready<QueryResult<()>> {
    ready(AnsiTransactionManager::commit_transaction(conn))
}

/// Takes back what was done since [`begin`].
pub(crate) fn roll_back(conn: &mut Conn) -> Ready<QueryResult<()>> {
    ready(AnsiTransactionManager::rollback_transaction(conn))
}

/// The session, which nobody else can change before the transaction ends: there is one writer.
pub(crate) async fn locked_session(conn: &mut Conn, id: DbId) -> QueryResult<Option<SessionRow>> {
    sessions::table
        .find(id)
        .select(SessionRow::as_select())
        .get_result(conn)
        .await
        .optional()
}

/// The stored hash of a user, which nobody else can change before the transaction ends.
pub(crate) async fn locked_hash(conn: &mut Conn, user: DbId) -> QueryResult<Option<String>> {
    users::table
        .find(user)
        .select(users::password_hash)
        .get_result(conn)
        .await
        .optional()
}

/// Remembers that these sessions ended, however many they are: their ids are one text of JSON, because SQLite has no arrays
/// and binds 32,766 values at most.
pub(crate) async fn remember_ended(
    conn: &mut Conn,
    sessions: Vec<DbId>,
    now: DbTime,
) -> QueryResult<()> {
    let ids = sessions.iter().map(|id| format!("\"{}\"", id.0.simple()));
    let ids = format!("[{}]", ids.collect::<Vec<_>>().join(","));
    let sql = "INSERT INTO ended_sessions (session_id, ended_at) \
               SELECT unhex(value), ? FROM json_each(?)";
    diesel::sql_query(sql)
        .bind::<Millis, _>(now)
        .bind::<Text, _>(ids)
        .execute(conn)
        .await?;
    Ok(())
}

/// An open database file.
#[derive(Clone)]
pub(crate) struct Database {
    path: String,
    /// One thread: writers queue here, where waiting is fair and cheap, and not in SQLite's busy handler, where it is neither.
    writer: Arc<Workers>,
    readers: Arc<Workers>,
    file: Arc<OpenFile>,
    /// One for each connection that may search: half of the readers, so that others get one however many search.
    searches: Arc<Semaphore>,
    patience: Patience,
    opener: Arc<Opener>,
}

impl Database {
    pub(crate) async fn open(path: PathBuf, settings: &StoreSettings) -> Result<Self, InfraError> {
        let created = path.clone();
        let file = tokio::task::spawn_blocking(move || create(&created))
            .await
            .map_err(|error| errors::abandoned("open the database file", &error))??;
        let Some(path) = path.to_str() else {
            return Err(InfraError::bare(
                InfraErrorKind::Broken,
                "the path of the database file is not UTF-8",
            ));
        };
        let readers = settings.pool_size.clamp(1, Semaphore::MAX_PERMITS);
        let opener = |pragmas| {
            Arc::new(Opener {
                path: path.to_owned(),
                pragmas,
                busy_timeout: settings.wait_timeout,
            })
        };
        let (writing, reading) = (opener(WRITER), opener(READER));
        let limit = settings.statement_timeout;
        Ok(Self {
            path: path.to_owned(),
            writer: Arc::new(Workers::start(Role::Write, 1, &writing, limit)?),
            readers: Arc::new(Workers::start(Role::Read, readers, &reading, limit)?),
            file: Arc::new(file),
            searches: Arc::new(Semaphore::new(readers.div_ceil(2))),
            patience: Patience {
                beginning: settings.wait_timeout,
                statement: limit,
            },
            opener: writing,
        })
    }

    pub(crate) fn pool_status(&self) -> Vec<PoolStatus> {
        vec![self.readers.status("read"), self.writer.status("write")]
    }

    /// Runs `work` on a connection that cannot write.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, QueryResult<T>> + Send + 'static,
    ) -> Result<T, InfraError> {
        self.file.is_there()?;
        let outcome = self.run(&self.readers, None, doing, work).await;
        self.file.note(outcome)
    }

    /// The rows of a query that names its rows by a key, or a range of an index.
    pub(crate) async fn read_by_key<Query, Row>(
        &self,
        doing: &'static str,
        query: Query,
    ) -> Result<Vec<Row>, InfraError>
    where
        Query: LoadQuery<'static, Conn, Row> + Send + 'static,
        Row: Send + 'static,
    {
        self.read(doing, |conn| RunQueryDsl::load(query, conn).boxed())
            .await
    }

    /// Runs `work`, which looks for the tasks that match `filter`, on a connection that cannot write.
    pub(crate) async fn read_matching<T: Send + 'static>(
        &self,
        filter: &TaskFilter,
        doing: &'static str,
        work: impl for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, QueryResult<T>> + Send + 'static,
    ) -> Result<T, InfraError> {
        if filter.is_plain() {
            return self.read(doing, work).await;
        }
        self.read_scanning(doing, work).await
    }

    /// Runs `work` on a connection that cannot write. It may have to look at all texts of an account, so not every connection
    /// is for that.
    pub(crate) async fn read_scanning<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, QueryResult<T>> + Send + 'static,
    ) -> Result<T, InfraError> {
        let permit = timeout(
            self.patience.beginning,
            Arc::clone(&self.searches).acquire_owned(),
        )
        .await
        .map_err(|_| errors::too_many_searches())?
        .map_err(|_| errors::too_many_searches())?;
        self.file.is_there()?;
        let outcome = self.run(&self.readers, Some(permit), doing, work).await;
        self.file.note(outcome)
    }

    /// Runs `work` on the connection that writes. What was written into a file that has gone meanwhile is not acknowledged.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, QueryResult<T>> + Send + 'static,
    ) -> Result<T, InfraError> {
        self.file.is_there()?;
        let outcome = self.run(&self.writer, None, doing, work).await;
        self.file.is_there()?;
        self.file.note(outcome)
    }

    /// Nothing is between this process and its file.
    #[expect(clippy::unused_async, reason = "PostgreSQL has to ask")]
    pub(crate) async fn check_pooler(&self) -> Result<(), InfraError> {
        Ok(())
    }

    /// Fails if calls are likely to fail, though a read went well: the file was cut, or the disk failed a moment ago.
    pub(crate) async fn is_sound(&self) -> Result<(), InfraError> {
        let bytes = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
        let expected: i64 = self
            .read("ask for the size of the database", move |conn| {
                async move { diesel::dsl::sql::<BigInt>(bytes).get_result(conn).await }.boxed()
            })
            .await?;
        self.file.is_whole(expected.unsigned_abs())?;
        self.file.is_sound_at(Instant::now())
    }

    /// On a thread that has a connection. A call that was begun is never dropped, so a caller who goes away leaves no
    /// transaction half done; when time is up, the waiting ends, and so does the statement if it asks for that
    /// ([`WHILE_IN_TIME`]). `permit` is given back with the connection.
    async fn run<T: Send + 'static>(
        &self,
        workers: &Workers,
        permit: Option<OwnedSemaphorePermit>,
        doing: &'static str,
        work: impl for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, QueryResult<T>> + Send + 'static,
    ) -> Result<T, InfraError> {
        let (pending, waiting) = call(doing, permit, work);
        workers.send(pending);
        waiting.outcome(self.patience).await
    }
}

/// `synchronous=FULL`: an acknowledged write survives a power cut, as promised. NORMAL would be three times as fast and
/// could lose the last writes.
const WRITER: &str =
    "PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL;";
/// The same, and a guard against writing where nobody queues.
const READER: &str = "PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; \
    PRAGMA query_only = ON;";

/// Makes the file if it is missing, for its owner's eyes only; SQLite gives its side files (`-wal`, `-shm`) the same mode.
fn create(path: &Path) -> Result<OpenFile, InfraError> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let opened = options.open(path).map(drop);
    opened.and_then(|()| OpenFile::at(path)).map_err(|error| {
        let context = format!("open the database file {}", path.display());
        let hint = "the directory must exist, and both must be writable";
        InfraError::new(
            InfraErrorKind::Broken,
            context,
            Cause(format!("{error} ({hint})")),
        )
    })
}
