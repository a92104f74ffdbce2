//! Brings the tables up to date, under the write lock: of many processes one works, the others then find nothing to do.

use std::sync::Arc;

use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use taskhive_domain::ports::InfraError;

use super::Database;
use crate::store::errors;
use crate::store::migrations::{DOING, Failure, run};

pub(crate) const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../migrations/sqlite");

impl Database {
    /// On a connection of its own, and not under the statement timeout: a migration takes as long as it takes.
    pub(crate) async fn run_migrations(&self) -> Result<usize, InfraError> {
        let opener = Arc::clone(&self.opener);
        let migration = tokio::task::spawn_blocking(move || {
            let mut connection = opener.open().map_err(Failure::Connection)?;
            connection
                .conn
                .immediate_transaction(|conn| run(conn, MIGRATIONS))
        });
        migration
            .await
            .map_err(|error| errors::abandoned(DOING, &error))?
            .map_err(InfraError::from)
    }
}
