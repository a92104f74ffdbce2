//! The repositories: one text, compiled once under `sqlite/` and once under `postgres/`. `backend` is whichever of the two
//! it is; it supplies `Conn`, `Db`, `Database` and the few true differences.
//!
//! What runs on a connection is a closure that boxes its future. `AsyncFnOnce(&mut Conn)` would do without, but what it returns
//! cannot be required to be `Send` in stable Rust (`async_fn_traits`), and it runs in a task of its own.

mod archive;
mod archived_tasks;
mod batches;
mod change_statements;
mod changes;
mod conditions;
mod counters;
#[cfg(test)]
mod crowd_tests;
mod external;
mod moving;
mod page;
#[cfg(test)]
mod plan_tests;
mod restore;
mod session_ends;
mod sessions;
mod statement;
#[cfg(test)]
mod statement_tests;
mod task_statements;
mod tasks;
mod transaction;
mod update_statement;
mod users;

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use diesel::prelude::*;
use futures_util::FutureExt;
use taskhive_domain::ports::InfraError;

use super as backend;

use self::backend::RunQueryDsl;
use crate::store::migrations::Schema;
use crate::store::schema;
use crate::store::types::DbId;
use crate::store::{Finding, Maintenance, PoolStatus, Repositories};
use archive::DieselArchive;
use changes::DieselChanges;
use sessions::DieselSessions;
pub(crate) use tasks::DieselTasks;
use users::DieselUsers;

/// All of them, on one database.
pub(crate) fn repositories(database: backend::Database) -> Repositories {
    Repositories {
        tasks: Arc::new(DieselTasks {
            database: database.clone(),
        }),
        changes: Arc::new(DieselChanges(database.clone())),
        users: Arc::new(DieselUsers(database.clone())),
        external_users: Arc::new(DieselUsers(database.clone())),
        sessions: Arc::new(DieselSessions(database.clone())),
        archive: Arc::new(DieselArchive(database.clone())),
        database: Arc::new(database),
    }
}

#[async_trait]
impl Maintenance for backend::Database {
    async fn schema(&self) -> Result<Schema, InfraError> {
        let schema = self.look_at_schema().await?;
        schema.accept()?;
        Ok(schema)
    }

    async fn migrate(&self) -> Result<usize, InfraError> {
        let schema = self.schema().await?;
        schema.warn_if_newer();
        if schema.pending.is_empty() {
            return Ok(0);
        }
        schema.may_be_migrated()?;
        self.run_migrations().await
    }

    fn claim(&self) -> Result<Option<File>, InfraError> {
        self.claim_file()
    }

    async fn check_prepared_statements(&self) -> Result<(), InfraError> {
        self.check_pooler().await
    }

    async fn examine(&self) -> Vec<Finding> {
        self.examination().await
    }

    async fn backup(&self, target: &Path) -> Result<(), InfraError> {
        self.write_backup(target).await
    }

    fn pools(&self) -> Vec<PoolStatus> {
        self.pool_status()
    }

    async fn ping(&self) -> Result<(), InfraError> {
        // A table, because a server answers without looking at anything that is stored.
        self.read("ask the database for a sign of life", |conn| {
            let somebody = schema::users::table.select(schema::users::id).limit(1);
            async move { somebody.load::<DbId>(conn).await }.boxed()
        })
        .await?;
        self.is_sound().await
    }
}
