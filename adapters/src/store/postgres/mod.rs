//! PostgreSQL, directly or behind a transaction pooler: nothing here relies on the state of a session, so no statement can meet
//! a server connection that does not know of it. (Prepared statements need PgBouncer 1.21 or later, which carries them along.)

mod changes;
mod connect;
mod examination;
mod lines;
pub(crate) mod migrations;
pub(crate) mod notifications;
mod per_runtime;
mod pooler;
#[cfg(test)]
mod prepared_tests;
#[path = "../queries/mod.rs"]
pub(crate) mod queries;
mod schema;
mod shares;
#[cfg(test)]
pub(crate) mod testing;
mod transactions;

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use deadpool::Runtime;
use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
pub(crate) use diesel_async::RunQueryDsl;
use diesel_async::methods::LoadQuery;
use diesel_async::pooled_connection::deadpool::{Object, Pool};
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use taskhive_domain::listing::TaskFilter;
use taskhive_domain::ports::{InfraError, InfraErrorKind};

pub(crate) use self::changes::{SKIP_LOCKED, TAKEN, TICK, TICK_DELETION, locked_counter};
use self::connect::{CONNECT_TIMEOUT, Connector};
use self::lines::Lines;
use self::per_runtime::PerRuntime;
use self::shares::Shares;
pub(crate) use self::transactions::{
    begin, commit, locked_hash, locked_session, remember_ended, roll_back,
};
use super::errors;
use super::url::PostgresTarget;
use super::{PoolStatus, StoreSettings};
use crate::error_chain;

/// What the queries run on.
pub(crate) type Conn = AsyncPgConnection;
/// What the queries are compiled for.
pub(crate) type Db = diesel::pg::Pg;
/// The function that says where a text contains another, from 1; 0 if it does not.
pub(crate) const CONTAINS: &str = "strpos";
/// A condition for statements that may look at many rows. None: the server is asked to stop them.
pub(crate) const WHILE_IN_TIME: &str = "";

/// A server, and the connections to it.
#[derive(Clone)]
pub(crate) struct Database {
    connections: Arc<PerRuntime<Connections>>,
    connector: Arc<Connector>,
    /// For migrations and for listening: past the pooler.
    direct: Arc<Connector>,
    limits: Limits,
}

/// What requests of one runtime run on.
struct Connections {
    pool: Pool<Conn>,
    /// For reads by a key.
    reading: Lines,
    /// For writes that are one statement.
    writing: Lines,
}

/// How many connections a runtime may have, and how long things may take.
#[derive(Clone, Copy)]
struct Limits {
    shares: Shares,
    wait: Duration,
    statement: Duration,
}

impl Database {
    /// Opens no connection yet: a server that is not there is noticed when something is asked of it.
    pub(crate) fn prepare(
        target: &PostgresTarget,
        direct: &PostgresTarget,
        settings: &StoreSettings,
    ) -> Result<Self, InfraError> {
        // Rounded down, so that all together have no more than they may.
        let share = settings.pool_size / settings.runtimes.max(1);
        let connector = Arc::new(Connector::new(target)?);
        // One for both, so that what it says is said once.
        let direct = match settings.direct_url {
            Some(_) => Arc::new(Connector::new(direct)?),
            None => Arc::clone(&connector),
        };
        Ok(Self {
            connections: Arc::new(PerRuntime::new()),
            connector,
            direct,
            limits: Limits {
                shares: Shares::of(share),
                wait: settings.wait_timeout,
                statement: settings.statement_timeout,
            },
        })
    }

    /// Those of the current runtime.
    fn connections(&self) -> Result<Arc<Connections>, InfraError> {
        self.connections.here(|| {
            let limits = self.limits;
            let lines = |number| Lines::new(number, Arc::clone(&self.connector), limits.statement);
            Ok(Connections {
                pool: pool(&self.connector, limits)?,
                reading: lines(limits.shares.reading),
                writing: lines(limits.shares.writing),
            })
        })
    }

    /// The rows of a query that names its rows by a key, or a range of an index: few, and found at once. It does not wait for
    /// a connection of its own.
    pub(crate) async fn read_by_key<Query, Row>(
        &self,
        doing: &'static str,
        query: Query,
    ) -> Result<Vec<Row>, InfraError>
    where
        Query: for<'line> LoadQuery<'static, &'line Conn, Row> + Clone + Send + 'static,
        Row: Send + 'static,
    {
        self.connections()?.reading.read(doing, query).await
    }

    /// Runs a single statement that writes rows named by their key, and returns them. It does not wait for a connection of its
    /// own.
    pub(crate) async fn write_by_key<Statement, Row>(
        &self,
        doing: &'static str,
        statement: Statement,
    ) -> Result<Vec<Row>, InfraError>
    where
        Statement: for<'line> LoadQuery<'static, &'line Conn, Row> + Send + 'static,
        Row: Send + 'static,
    {
        self.connections()?.writing.write(doing, statement).await
    }

    /// Runs `work` on a connection. PostgreSQL makes no difference between reading and writing here.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, QueryResult<T>> + Send + 'static,
    ) -> Result<T, InfraError> {
        self.run(doing, work).await
    }

    /// Runs `work`, which looks for the tasks that match `filter`, on a connection.
    pub(crate) async fn read_matching<T: Send + 'static>(
        &self,
        _filter: &TaskFilter,
        doing: &'static str,
        work: impl for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, QueryResult<T>> + Send + 'static,
    ) -> Result<T, InfraError> {
        self.run(doing, work).await
    }

    /// Runs `work`, which may have to look at all tasks of an account, on a connection.
    pub(crate) async fn read_scanning<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, QueryResult<T>> + Send + 'static,
    ) -> Result<T, InfraError> {
        self.run(doing, work).await
    }

    /// Runs `work` on a connection.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, QueryResult<T>> + Send + 'static,
    ) -> Result<T, InfraError> {
        self.run(doing, work).await
    }

    /// A server is for any number of processes.
    #[expect(
        clippy::unused_self,
        clippy::unnecessary_wraps,
        reason = "SQLite has a file to lock"
    )]
    pub(crate) fn claim_file(&self) -> Result<Option<File>, InfraError> {
        Ok(None)
    }

    pub(crate) fn pool_status(&self) -> Vec<PoolStatus> {
        let connections = self.connections.all();
        let status = |each: &Arc<Connections>| {
            [
                PoolStatus::new("own", &each.pool.status()),
                each.reading.status("shared_read"),
                each.writing.status("shared_write"),
            ]
        };
        PoolStatus::sums(connections.iter().flat_map(status))
    }

    #[expect(clippy::unused_async, reason = "on SQLite it takes a while")]
    pub(crate) async fn write_backup(&self, _target: &Path) -> Result<(), InfraError> {
        Err(InfraError::bare(
            InfraErrorKind::Broken,
            "PostgreSQL is backed up with tools of its own, such as pg_dump",
        ))
    }

    /// Nothing is known here that an answer of the server does not say.
    #[expect(clippy::unused_async, reason = "SQLite has to ask")]
    pub(crate) async fn is_sound(&self) -> Result<(), InfraError> {
        Ok(())
    }

    /// A connection past the pooler, and not of the pool.
    async fn connect_directly(&self) -> Result<Conn, InfraError> {
        let late = || errors::unavailable("the server did not answer in time".to_owned());
        let connected = tokio::time::timeout(CONNECT_TIMEOUT, self.direct.connect()).await;
        connected
            .map_err(|_elapsed| late())?
            .map_err(|error| errors::unavailable(error_chain(&error)))
    }

    /// In a task of its own: a caller who goes away must leave no transaction half done, and no connection behind with an
    /// answer still on its way.
    ///
    /// The deadline is ours and not the server's `statement_timeout`, because a pooler loses what `SET` says and refuses it
    /// at start-up, and `SET LOCAL` would make three statements out of one. When time is up, the connection is closed,
    /// which rolls back, and the server is asked to stop working.
    async fn run<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, QueryResult<T>> + Send + 'static,
    ) -> Result<T, InfraError> {
        let mut conn: Object<Conn> = self
            .connections()?
            .pool
            .get()
            .await
            .map_err(|error| errors::no_connection(&error))?;
        let (connector, limit) = (Arc::clone(&self.connector), self.limits.statement);
        let statement = tokio::spawn(async move {
            let Ok(result) = tokio::time::timeout(limit, work(&mut conn)).await else {
                let running = conn.cancel_token();
                drop(Object::take(conn));
                tokio::spawn(async move { connector.cancel(running).await });
                return Err(errors::out_of_time(doing));
            };
            result.map_err(|error| {
                let error = errors::failed(doing, &error);
                if error.kind == InfraErrorKind::Interrupted {
                    // Dying, but perhaps not closed yet: the next caller must not get it.
                    drop(Object::take(conn));
                }
                error
            })
        });
        statement
            .await
            .unwrap_or_else(|error| Err(errors::abandoned(doing, &error)))
    }
}

fn pool(connector: &Arc<Connector>, limits: Limits) -> Result<Pool<Conn>, InfraError> {
    let connector = Arc::clone(connector);
    let mut config = ManagerConfig::default();
    // No question to the server at each checkout, which would double the round trips: a closed connection is noticed anyway,
    // and keep-alives find the dead ones.
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = Box::new(move |_| {
        let connector = Arc::clone(&connector);
        async move { connector.connect().await }.boxed()
    });
    // The connector knows the URL; this text would only be one more copy of the password.
    Pool::builder(AsyncDieselConnectionManager::new_with_config("", config))
        .max_size(limits.shares.own)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(limits.wait))
        .create_timeout(Some(CONNECT_TIMEOUT))
        .recycle_timeout(Some(limits.wait))
        .build()
        .map_err(|error| InfraError::new(InfraErrorKind::Broken, "make a pool", error))
}
