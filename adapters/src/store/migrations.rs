//! What migrating has in common on both databases. All in one transaction, all or nothing, so a migration cannot hold what
//! refuses to run in one (`CREATE INDEX CONCURRENTLY`).
//!
//! A migration is named after the day it was written and the release that brings it: the last six digits of its version are the
//! number of that release. So a binary that finds steps it does not know can tell how far it is behind.

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

/// Which release this is, counted from 0, which was 0.1.
const RELEASE: u32 = 1;

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

/// Runs what is pending.
pub(crate) fn run<DB: Backend, C: MigrationHarness<DB>>(
    conn: &mut C,
    migrations: EmbeddedMigrations,
) -> Result<usize, Failure>
where
    EmbeddedMigrations: MigrationSource<DB>,
{
    Ok(conn.run_pending_migrations(migrations)?.len())
}

/// The versions of all migrations that are built in.
pub(crate) fn versions<DB: Backend>(migrations: &EmbeddedMigrations) -> Result<Vec<String>, Failure>
where
    EmbeddedMigrations: MigrationSource<DB>,
{
    let migrations = MigrationSource::<DB>::migrations(migrations)?;
    Ok(migrations
        .iter()
        .map(|migration| migration.name().version().to_string())
        .collect())
}

/// How the tables that are there stand to those that this binary works with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    /// The versions of the migrations that were not run yet, oldest first.
    pub pending: Vec<String>,
    /// The version of the newest migration that was run and that this binary does not know.
    pub newer: Option<String>,
    /// Whether this role may run migrations.
    pub(crate) may_migrate: bool,
}

impl Schema {
    pub(crate) fn new(known: &[String], applied: &[String], may_migrate: bool) -> Self {
        let unknown = applied.iter().filter(|version| !known.contains(version));
        let pending = known.iter().filter(|version| !applied.contains(version));
        let mut pending: Vec<String> = pending.cloned().collect();
        pending.sort();
        Self {
            pending,
            newer: unknown
                .max_by_key(|version| (release(version), *version))
                .cloned(),
            may_migrate,
        }
    }

    /// Fails if the tables are too new for this binary. Migrations fit the previous release, so one release ahead is
    /// accepted: that is how instances are replaced one after the other, and how a release is taken back.
    pub(crate) fn accept(&self) -> Result<(), InfraError> {
        match &self.newer {
            Some(newest) if release(newest) > RELEASE + 1 => Err(refusal(format!(
                "the tables are more than one release newer than this binary (the newest migration is {newest}): run a newer taskhive"
            ))),
            _ => Ok(()),
        }
    }

    /// Whoever serves on tables of the next release should not go on for long.
    pub(crate) fn warn_if_newer(&self) {
        if let Some(newest) = &self.newer {
            tracing::warn!(
                newest,
                "the tables are newer than this binary; it works with them, and should be replaced soon"
            );
        }
    }

    /// Fails if something is pending.
    pub(crate) fn nothing_pending(&self) -> Result<(), InfraError> {
        match self.pending.len() {
            0 => Ok(()),
            pending => Err(refusal(format!(
                "{} pending, and --no-migrate was given: run `taskhive migrate` as the owner of the tables",
                migrations_are(pending)
            ))),
        }
    }

    /// Fails if something is pending that this role may not do.
    pub(crate) fn may_be_migrated(&self) -> Result<(), InfraError> {
        if self.may_migrate {
            return Ok(());
        }
        Err(refusal(format!(
            "{} pending and this role may not run them: run `taskhive migrate` as the owner of the tables",
            migrations_are(self.pending.len())
        )))
    }
}

fn refusal(sentence: String) -> InfraError {
    InfraError::bare(InfraErrorKind::Broken, sentence)
}

fn migrations_are(count: usize) -> String {
    match count {
        1 => "1 migration is".to_owned(),
        count => format!("{count} migrations are"),
    }
}

/// Which release brought a migration. One that is not named by our rule is nothing that we could know of.
fn release(version: &str) -> u32 {
    let digits = version.get(8..).and_then(|digits| digits.parse().ok());
    digits.unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 2] = ["20261123000000", "20270102000001"];

    fn schema(applied: &[&str], may_migrate: bool) -> Schema {
        let owned = |versions: &[&str]| versions.iter().map(|&v| v.to_owned()).collect::<Vec<_>>();
        Schema::new(&owned(&KNOWN), &owned(applied), may_migrate)
    }

    fn refused(outcome: Result<(), InfraError>) -> String {
        outcome.unwrap_err().to_string()
    }

    #[test]
    fn what_was_run_is_not_pending() {
        assert_eq!(schema(&KNOWN, false).pending, Vec::<String>::new());
        assert_eq!(schema(&KNOWN[..1], false).pending, [KNOWN[1]]);
        schema(&KNOWN, false).nothing_pending().unwrap();
    }

    #[test]
    fn what_is_pending_and_must_not_be_run_says_what_to_do() {
        let sentence = refused(schema(&[], false).may_be_migrated());
        assert!(
            sentence.starts_with(
                "2 migrations are pending and this role may not run them: run `taskhive migrate`"
            ),
            "{sentence}"
        );
        let sentence = refused(schema(&KNOWN[..1], true).nothing_pending());
        assert!(
            sentence.starts_with("1 migration is pending, and --no-migrate"),
            "{sentence}"
        );
        schema(&[], true).may_be_migrated().unwrap();
    }

    #[test]
    fn migrations_are_named_after_a_release_that_is_not_later_than_this_one() {
        use crate::store::{postgres, sqlite};
        let on_sqlite = versions::<diesel::sqlite::Sqlite>(&sqlite::migrations::MIGRATIONS);
        let on_postgres = versions::<diesel::pg::Pg>(&postgres::migrations::MIGRATIONS);
        for version in on_sqlite
            .ok()
            .unwrap()
            .iter()
            .chain(&on_postgres.ok().unwrap())
        {
            assert!(release(version) <= RELEASE, "{version}");
        }
    }

    #[test]
    fn one_release_ahead_is_served_and_two_are_not() {
        let ahead = |version| schema(&[KNOWN[0], KNOWN[1], version], true);
        ahead("20280101000001").accept().unwrap();
        ahead("20280101000002").accept().unwrap();
        for version in ["20280101000003", "20280101000100", "not-one-of-ours"] {
            let sentence = refused(ahead(version).accept());
            assert!(
                sentence.contains("newer taskhive") && sentence.contains(version),
                "{sentence}"
            );
        }
    }
}
