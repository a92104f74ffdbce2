//! What migrating has in common on both databases. All in one transaction, all or nothing, so a migration cannot hold what
//! refuses to run in one (`CREATE INDEX CONCURRENTLY`).

use std::error::Error;

use diesel::ConnectionError;
use diesel::backend::Backend;
use diesel::migration::MigrationSource;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness};
use taskhive_domain::ports::{InfraError, InfraErrorKind};

use super::errors::{self, Cause};
use crate::error_chain;

/// What is being done, for the log.
pub(crate) const DOING: &str = "migrate the database";

/// Why a transaction of migrations was rolled back.
pub(crate) enum Failure {
    /// A statement around the migrations failed.
    Database(diesel::result::Error),
    /// There was no connection.
    Connection(ConnectionError),
    /// A migration failed, or its bookkeeping.
    Migration(String),
}

impl From<diesel::result::Error> for Failure {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error)
    }
}

impl From<Box<dyn Error + Send + Sync>> for Failure {
    fn from(error: Box<dyn Error + Send + Sync>) -> Self {
        Self::Migration(error_chain(error.as_ref()))
    }
}

impl From<Failure> for InfraError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Database(error) => errors::failed(DOING, &error),
            Failure::Connection(error) => errors::unavailable(error_chain(&error)),
            Failure::Migration(message) => Self::new(InfraErrorKind::Broken, DOING, Cause(message)),
        }
    }
}

/// The versions of all migrations that are built in.
pub(crate) fn versions<DB: Backend>(migrations: &EmbeddedMigrations) -> Result<Vec<String>, Failure>
where
    EmbeddedMigrations: diesel::migration::MigrationSource<DB>,
{
    let migrations = MigrationSource::<DB>::migrations(migrations)?;
    let versions = migrations
        .iter()
        .map(|each| each.name().version().to_string());
    Ok(versions.collect())
}

/// Runs what is pending.
pub(crate) fn run<DB: Backend, C: MigrationHarness<DB>>(
    conn: &mut C,
    migrations: EmbeddedMigrations,
) -> Result<usize, Failure>
where
    EmbeddedMigrations: diesel::migration::MigrationSource<DB>,
{
    Ok(conn.run_pending_migrations(migrations)?.len())
}
