//! The owner's counter on SQLite, which cannot change two tables in one statement: the number is taken first, and the statement
//! that changes the task finds it. There is one writer, so nothing comes in between.

use diesel::QueryResult;
use diesel::prelude::*;
use diesel::query_dsl::methods::LoadQuery;
use futures_util::FutureExt;
use taskhive_domain::ports::InfraError;

use super::{Conn, Database, RunQueryDsl};
use crate::store::change_rows::CounterRow;
use crate::store::schema::{task_counters, tasks};
use crate::store::types::DbId;

/// What reads the number that [`tick`] has taken, before and after the owner.
pub(crate) const TICK: [&str; 2] = [
    "SELECT last_change AS number, last_deletion FROM task_counters WHERE owner_id = ",
    "",
];
/// The same: nobody has to be told of deletions who waits for a lock, as nobody does.
pub(crate) const TICK_DELETION: [&str; 2] = TICK;
/// What finds the task that [`remove_taken`] will remove, before the owner and after the id.
pub(crate) const TAKEN: [&str; 2] = [
    "SELECT tasks.owner_id, tasks.id, tasks.title, tasks.description, tasks.created_at, \
     tasks.updated_at, tasks.completed_at, tasks.version, tasks.due_on, \
     tasks.priority, tasks.tags, tasks.rank, tick.number \
     FROM tasks, tick WHERE tasks.owner_id = ",
    "",
];

/// What makes a subquery pass over rows that are locked: there are none.
pub(crate) const SKIP_LOCKED: &str = "";

impl Database {
    /// Runs a statement that changes a task of the owner, once the number is taken.
    pub(crate) async fn change<Statement, Row>(
        &self,
        doing: &'static str,
        owner: DbId,
        statement: Statement,
    ) -> Result<Vec<Row>, InfraError>
    where
        Statement: LoadQuery<'static, Conn, Row> + Send + 'static,
        Row: Send + 'static,
    {
        let changed = self.write(doing, move |conn| {
            async move {
                tick(conn, owner).await?;
                RunQueryDsl::load(statement, conn).await
            }
            .boxed()
        });
        changed.await
    }

    /// Runs the statement that remembers a task as deleted, and removes it.
    pub(crate) async fn remove<Statement, Row>(
        &self,
        doing: &'static str,
        (owner, id): (DbId, DbId),
        statement: Statement,
    ) -> Result<Vec<Row>, InfraError>
    where
        Statement: LoadQuery<'static, Conn, Row> + Send + 'static,
        Row: Send + 'static,
    {
        let removed = self.write(doing, move |conn| {
            async move {
                tick(conn, owner).await?;
                let rows = RunQueryDsl::load(statement, conn).await?;
                remove_taken(conn, owner, id).await?;
                Ok(rows)
            }
            .boxed()
        });
        removed.await
    }
}

/// Takes the owner's next number.
async fn tick(conn: &mut Conn, owner: DbId) -> QueryResult<()> {
    diesel::update(task_counters::table.find(owner))
        .set(task_counters::last_change.eq(task_counters::last_change + 1))
        .execute(conn)
        .await?;
    Ok(())
}

/// Removes a task that is remembered as deleted by now.
async fn remove_taken(conn: &mut Conn, owner: DbId, id: DbId) -> QueryResult<()> {
    diesel::delete(tasks::table.find((owner, id)))
        .execute(conn)
        .await?;
    Ok(())
}

/// The counter, which nobody else can change before the transaction ends: there is one writer. `None` if there is no such
/// owner.
pub(crate) async fn locked_counter(
    conn: &mut Conn,
    owner: DbId,
) -> QueryResult<Option<CounterRow>> {
    task_counters::table
        .find(owner)
        .select(CounterRow::as_select())
        .get_result(conn)
        .await
        .optional()
}
