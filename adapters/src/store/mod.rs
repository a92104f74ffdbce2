//! Users, sessions and tasks, stored with Diesel on SQLite or PostgreSQL: one text of queries (`queries/`), compiled once for
//! each database, on native types.
//!
//! Reading order: `schema` and `rows`, `queries/`, then `sqlite/` and `postgres/`, which supply the connections and the few
//! true differences. The tables themselves are explained in `migrations/`.

#![expect(
    clippy::duplicate_mod,
    reason = "queries/ is compiled once for each database, which is the point of it"
)]

mod change_rows;
mod errors;
mod examination;
mod failure;
mod migrations;
pub(crate) mod postgres;
mod rows;
mod schema;
pub(crate) mod sqlite;
mod tags;
mod types;
pub(crate) mod url;

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use taskhive_domain::ports::{
    Archive, ExternalUserRepository, InfraError, InfraErrorKind, SessionRepository, TaskChanges,
    TaskRepository, UserRepository,
};

pub use self::examination::{Finding, Problem};
pub use self::migrations::Schema;
use self::url::{PostgresTarget, Target};
pub use self::url::{StoreUrl, StoreUrlError};

/// Where to store, and how long to wait for it. Defaults are the business of whoever reads the configuration.
#[derive(Debug, Clone)]
pub struct StoreSettings {
    /// The database.
    pub url: StoreUrl,
    /// The same PostgreSQL database without a pooler in between, for migrations and for events from other instances; `None`
    /// uses `url`.
    pub direct_url: Option<StoreUrl>,
    /// Connections to PostgreSQL; on SQLite threads with a connection that reads (one more writes).
    pub pool_size: usize,
    /// Tokio runtimes that ask at the same time. On PostgreSQL each has its share of the connections to itself.
    pub runtimes: usize,
    /// How long a call waits for a free connection.
    pub wait_timeout: Duration,
    /// How long the statements of one call may take together.
    pub statement_timeout: Duration,
}

/// Connections to a database, at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolStatus {
    /// What they are for. On PostgreSQL `shared_read` and `shared_write` ones are for single statements on rows named by a key,
    /// several at a time, and `own` ones for everything else; on SQLite some `read` and one does `write`.
    pub name: &'static str,
    /// As many as there may be.
    pub max: usize,
    /// Those that are open.
    pub open: usize,
    /// Those of them that somebody uses.
    pub in_use: usize,
    /// Callers that wait for one.
    pub waiting: usize,
}

impl PoolStatus {
    /// One for each name.
    pub(crate) fn sums(each: impl Iterator<Item = Self>) -> Vec<Self> {
        let mut sums: Vec<Self> = Vec::new();
        for pool in each {
            match sums.iter_mut().find(|sum| sum.name == pool.name) {
                None => sums.push(pool),
                Some(sum) => {
                    sum.max += pool.max;
                    sum.open += pool.open;
                    sum.in_use += pool.in_use;
                    sum.waiting += pool.waiting;
                }
            }
        }
        sums
    }

    pub(crate) fn new(name: &'static str, status: &deadpool::Status) -> Self {
        Self {
            name,
            max: status.max_size,
            open: status.size,
            in_use: status.size.saturating_sub(status.available),
            waiting: status.waiting,
        }
    }
}

#[cfg(test)]
impl StoreSettings {
    /// Few connections: many tests run at once, and what needs more is a defect.
    pub(crate) fn for_tests(url: &str) -> Self {
        Self {
            url: StoreUrl::parse(url).unwrap(),
            direct_url: None,
            pool_size: 4,
            runtimes: 1,
            wait_timeout: Duration::from_secs(20),
            statement_timeout: Duration::from_secs(5),
        }
    }
}

impl StoreSettings {
    /// Where migrations and events go, if requests go to `target`.
    pub(crate) fn direct_target(
        &self,
        target: &PostgresTarget,
    ) -> Result<PostgresTarget, InfraError> {
        match &self.direct_url {
            None => Ok(target.clone()),
            Some(StoreUrl(Target::Postgres(direct))) => Ok((**direct).clone()),
            Some(StoreUrl(Target::Sqlite(_))) => Err(InfraError::bare(
                InfraErrorKind::Broken,
                "DATABASE_DIRECT_URL names a file, DATABASE_URL a server",
            )),
        }
    }
}

/// What a database is to the rest of the crate. Which one it is, shows nowhere else.
pub(crate) struct Repositories {
    pub(crate) tasks: Arc<dyn TaskRepository>,
    pub(crate) changes: Arc<dyn TaskChanges>,
    pub(crate) users: Arc<dyn UserRepository>,
    pub(crate) external_users: Arc<dyn ExternalUserRepository>,
    pub(crate) sessions: Arc<dyn SessionRepository>,
    pub(crate) archive: Arc<dyn Archive>,
    pub(crate) database: Arc<dyn Maintenance>,
}

/// What can be done to a database as a whole.
#[async_trait]
pub(crate) trait Maintenance: Send + Sync {
    /// How the tables stand to this binary. Fails if they are too new for it.
    async fn schema(&self) -> Result<Schema, InfraError>;

    /// Brings the tables up to date and says how many steps that took. Needs no right to change tables if there is nothing to
    /// do.
    async fn migrate(&self) -> Result<usize, InfraError>;

    /// Makes sure that nobody else serves the database, if that is for one process. Holds for as long as the file is open.
    fn claim(&self) -> Result<Option<File>, InfraError>;

    /// Fails if prepared statements do not live as long as a connection.
    async fn check_prepared_statements(&self) -> Result<(), InfraError>;

    /// Looks at everything that has to be right for the service to work, and changes nothing.
    async fn examine(&self) -> Vec<Finding>;

    /// Writes a copy of the whole database, as it is at one moment, into a file that must be empty.
    async fn backup(&self, target: &Path) -> Result<(), InfraError>;

    /// How busy the connections are.
    fn pools(&self) -> Vec<PoolStatus>;

    /// Returns when the database has answered from one of its tables.
    async fn ping(&self) -> Result<(), InfraError>;
}
