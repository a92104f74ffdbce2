//! What migrating has in common on both databases. All in one transaction, all or nothing, so a migration cannot hold what
//! refuses to run in one (`CREATE INDEX CONCURRENTLY`).

use std::error::Error;

use diesel::backend::Backend;
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
    /// A migration failed, or its bookkeeping.
    Migration(String),
    /// Nothing failed: these are the pending migrations. Looking makes the table of applied ones if it is missing, and the
    /// roll-back takes it away again.
    OnlyLooking(Vec<String>),
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
            Failure::Migration(message) => Self::new(InfraErrorKind::Broken, DOING, Cause(message)),
            Failure::OnlyLooking(_) => Self::bare(InfraErrorKind::Broken, DOING),
        }
    }
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

/// Finds what is pending; to be unpacked by [`looked`] once the transaction is rolled back.
pub(crate) fn look<DB: Backend, C: MigrationHarness<DB>>(
    conn: &mut C,
    migrations: EmbeddedMigrations,
) -> Result<Vec<String>, Failure>
where
    EmbeddedMigrations: diesel::migration::MigrationSource<DB>,
{
    let pending = conn.pending_migrations(migrations)?;
    Err(Failure::OnlyLooking(
        pending.iter().map(|m| m.name().to_string()).collect(),
    ))
}

/// What [`look`] found.
pub(crate) fn looked(outcome: Result<Vec<String>, Failure>) -> Result<Vec<String>, Failure> {
    match outcome {
        Err(Failure::OnlyLooking(names)) => Ok(names),
        other => other,
    }
}
