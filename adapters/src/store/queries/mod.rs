//! The repositories: one text, compiled once under `sqlite/` and once under `postgres/`. `backend` is whichever of the two
//! it is; it supplies `Conn`, `Db`, `Database` and the few true differences.

#[cfg(test)]
mod crowd_tests;
mod external;
mod page;
#[cfg(test)]
mod plan_tests;
mod sessions;
mod statement;
mod task_statements;
mod tasks;
mod transaction;
mod users;

use diesel::IntoSql;
use diesel::sql_types::Integer;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use taskhive_domain::ports::InfraError;

use super as backend;

pub(crate) use sessions::DieselSessions;
pub(crate) use tasks::DieselTasks;
pub(crate) use users::DieselUsers;

/// Whether the database answers.
pub(crate) async fn ping(database: &backend::Database) -> Result<(), InfraError> {
    database
        .read("ask the database for a sign of life", |conn| {
            async move { diesel::select(1.into_sql::<Integer>()).execute(conn).await }.boxed()
        })
        .await?;
    Ok(())
}
