//! The owner's counter on PostgreSQL: a statement that changes a task takes the next number by itself, and holds the counter
//! until the commit.

use diesel::QueryResult;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use diesel_async::methods::LoadQuery;
use taskhive_domain::ports::InfraError;

use super::{Conn, Database};
use crate::store::change_rows::CounterRow;
use crate::store::schema::task_counters;
use crate::store::types::DbId;

/// What takes the next number, before and after the owner.
pub(crate) const TICK: [&str; 2] = [
    "UPDATE task_counters SET last_change = last_change + 1 WHERE owner_id = ",
    " RETURNING last_change AS number, last_deletion",
];
/// The same, for a deletion.
pub(crate) const TICK_DELETION: [&str; 2] = [
    "UPDATE task_counters SET last_change = last_change + 1, last_deletion = last_change + 1 WHERE owner_id = ",
    " RETURNING last_change AS number",
];
/// What takes a task out of the table, before the owner and after the id.
pub(crate) const TAKEN: [&str; 2] = [
    "DELETE FROM tasks USING tick WHERE tasks.owner_id = ",
    " RETURNING tasks.owner_id, tasks.id, tasks.title, tasks.description, tasks.created_at, \
     tasks.updated_at, tasks.completed_at, tasks.version, tasks.due_on, \
     tasks.priority, tasks.tags, tasks.rank, tick.number",
];

/// What makes a subquery lock the rows it finds, and pass over those that are locked.
pub(crate) const SKIP_LOCKED: &str = " FOR UPDATE SKIP LOCKED";

impl Database {
    /// Runs a statement that changes a task of the owner, and takes the number by itself.
    pub(crate) async fn change<Statement, Row>(
        &self,
        doing: &'static str,
        _owner: DbId,
        statement: Statement,
    ) -> Result<Vec<Row>, InfraError>
    where
        Statement: for<'line> LoadQuery<'static, &'line Conn, Row> + Send + 'static,
        Row: Send + 'static,
    {
        self.write_by_key(doing, statement).await
    }

    /// Runs the statement that deletes a task, which [`TAKEN`] takes out of the table.
    pub(crate) async fn remove<Statement, Row>(
        &self,
        doing: &'static str,
        _key: (DbId, DbId),
        statement: Statement,
    ) -> Result<Vec<Row>, InfraError>
    where
        Statement: for<'line> LoadQuery<'static, &'line Conn, Row> + Send + 'static,
        Row: Send + 'static,
    {
        self.write_by_key(doing, statement).await
    }
}

/// The counter, which nobody else can change before the transaction ends; nor can anybody change a task of the owner. `None` if
/// there is no such owner.
pub(crate) async fn locked_counter(
    conn: &mut Conn,
    owner: DbId,
) -> QueryResult<Option<CounterRow>> {
    task_counters::table
        .find(owner)
        .select(CounterRow::as_select())
        .for_no_key_update()
        .get_result(conn)
        .await
        .optional()
}
