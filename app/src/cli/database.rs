//! The database, made ready for a command; and what is said when that is not possible.

use std::time::{Duration, Instant};

use taskhive_adapters::backend::{Backend, Claim};
use taskhive_adapters::error_chain;
use taskhive_adapters::store::Schema;
use taskhive_domain::ports::{InfraError, InfraErrorKind};

use super::StartError;
use crate::config::Config;
use crate::wiring;

/// How often a database that is not there yet is tried.
const AGAIN: Duration = Duration::from_secs(1);

/// A database that can be served.
pub(super) struct Prepared {
    pub(super) backend: Backend,
    /// To be kept for as long as it is served.
    pub(super) claim: Claim,
}

/// Opens the database to serve it, and brings its tables up to date, unless it must not. Waits for it if it is not there yet and
/// the configuration says so.
pub(super) async fn prepare(config: &Config, no_migrate: bool) -> Result<Prepared, StartError> {
    let explained = |error: InfraError| explained(config, &error);
    let backend = wiring::open_backend(config).await.map_err(explained)?;
    let claim = backend.claim().map_err(explained)?;
    let deadline = Instant::now() + config.start_wait;
    let mut told = false;
    loop {
        match make_usable(&backend, no_migrate).await {
            Ok(()) => return Ok(Prepared { backend, claim }),
            Err(error) if may_pass(&error) && Instant::now() < deadline => {
                if !told {
                    let cause = error_chain(&error);
                    let seconds = config.start_wait.as_secs();
                    tracing::warn!(cause, "waiting for the database, {seconds} s at most");
                }
                told = true;
                tokio::time::sleep(AGAIN).await;
            }
            Err(error) => return Err(explained(error)),
        }
    }
}

async fn make_usable(backend: &Backend, no_migrate: bool) -> Result<(), InfraError> {
    // First: where it fails, everything else fails in a way that explains less.
    backend.check_prepared_statements().await?;
    if no_migrate {
        backend.check_schema().await
    } else {
        let applied = backend.migrate().await?;
        if applied > 0 {
            tracing::info!(applied, "the database was brought up to date");
        }
        Ok(())
    }
}

/// Whether another try may go better.
fn may_pass(error: &InfraError) -> bool {
    error.kind != InfraErrorKind::Broken
}

/// Opens the database for a command that does not serve, and brings its tables up to date.
pub(super) async fn open_migrated(config: &Config) -> Result<Backend, StartError> {
    let explained = |error: InfraError| explained(config, &error);
    let backend = wiring::open_backend(config).await.map_err(explained)?;
    make_usable(&backend, false).await.map_err(explained)?;
    Ok(backend)
}

/// Opens the database for a command that must not make one, nor change its tables.
pub(super) async fn open_existing(config: &Config) -> Result<Backend, StartError> {
    must_exist(config)?;
    let opened = wiring::open_backend(config).await;
    opened.map_err(|error| explained(config, &error))
}

/// How the tables stand to this binary. Changes nothing.
pub(super) async fn schema(config: &Config) -> Result<Schema, StartError> {
    let schema = open_existing(config).await?.schema().await;
    schema.map_err(|error| explained(config, &error))
}

/// For commands about what is in a database.
pub(super) fn must_exist(config: &Config) -> Result<(), StartError> {
    if let Some(file) = config.store.url.sqlite_file()
        && !file.exists()
    {
        return Err(StartError(format!(
            "there is no database: DATABASE_URL names {}, which does not exist. Run this where the service runs",
            file.display()
        )));
    }
    Ok(())
}

/// Which settings say where the database is, and where that is: the reason alone does not say what to change.
fn explained(config: &Config, error: &InfraError) -> StartError {
    let store = &config.store;
    let direct = store.direct_url.as_ref();
    let direct = direct.map(|url| format!(", DATABASE_DIRECT_URL ({})", url.place()));
    let places = format!(
        "DATABASE_URL ({}){}",
        store.url.place(),
        direct.unwrap_or_default()
    );
    StartError(format!("{places}: {}", error_chain(error)))
}
