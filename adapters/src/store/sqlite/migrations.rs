//! Brings the tables up to date, under the write lock: of many processes one works, the others then find nothing to do.

use diesel::SqliteConnection;
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use taskhive_domain::ports::InfraError;

use super::Database;
use crate::store::errors;
use crate::store::migrations::{DOING, Failure, run};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../migrations/sqlite");

impl Database {
    pub(crate) async fn run_migrations(&self) -> Result<usize, InfraError> {
        self.with_writer(|conn| conn.immediate_transaction(|conn| run(conn, MIGRATIONS)))
            .await
    }

    /// Not under the statement timeout: a migration takes as long as it takes. And in a task of its own, for the same
    /// reason as every statement.
    async fn with_writer<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut SqliteConnection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, InfraError> {
        let mut connection = self
            .writer
            .get()
            .await
            .map_err(|error| errors::no_connection(&error))?;
        let migration = tokio::spawn(async move {
            connection
                .conn
                .spawn_blocking(move |conn| Ok(work(conn)))
                .await
        });
        migration
            .await
            .map_err(|error| errors::abandoned(DOING, &error))?
            .unwrap_or_else(|error| Err(Failure::Database(error)))
            .map_err(InfraError::from)
    }
}
