//! Brings the tables up to date, under a lock: of many instances one works, the others then find nothing to do.

use diesel::Connection;
use diesel::connection::SimpleConnection;
use diesel_async::AsyncPgConnection;
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use taskhive_domain::ports::InfraError;

use super::Database;
use crate::store::errors;
use crate::store::migrations::{DOING, Failure, run};

pub(crate) const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../migrations/postgres");

/// The lock belongs to the transaction, so it also works behind a pooler and cannot be left behind. The number is
/// arbitrary; whoever has waited a minute gives up.
const LOCK: &str = "SET LOCAL lock_timeout = '60s'; SELECT pg_advisory_xact_lock(72707369)";

/// Diesel's migrations are synchronous, so the connection is made to look so, on a thread that may block.
type Blocking = AsyncConnectionWrapper<AsyncPgConnection>;

impl Database {
    pub(crate) async fn run_migrations(&self) -> Result<usize, InfraError> {
        self.under_lock(|conn| run(conn, MIGRATIONS))
            .await?
            .map_err(InfraError::from)
    }

    /// On a connection of its own, and not under the statement timeout: a migration takes as long as it takes.
    async fn under_lock<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Blocking) -> Result<T, Failure> + Send + 'static,
    ) -> Result<Result<T, Failure>, InfraError> {
        let conn = self.connect_directly().await?;
        tokio::task::spawn_blocking(move || {
            Blocking::from(conn).transaction(|conn| {
                conn.batch_execute(LOCK)?;
                work(conn)
            })
        })
        .await
        .map_err(|error| errors::abandoned(DOING, &error))
    }
}
