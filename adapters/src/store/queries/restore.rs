//! Bringing tasks back that were deleted: several statements, under the lock of the owner's counter.

use std::collections::{HashMap, HashSet};

use diesel::QueryResult;
use diesel::prelude::*;
use diesel::result::Error as DieselError;
use futures_util::FutureExt;
use taskhive_domain::change::{ChangeNumber, RESTORABLE_FOR};
use taskhive_domain::ports::{InfraError, Restoration};
use taskhive_domain::task::{Priority, Rank, Task};
use taskhive_domain::{TaskId, Timestamp, UserId};
use uuid::Uuid;

use super::backend::{Conn, Database, RunQueryDsl, locked_counter};
use super::counters;
use super::task_statements::{InsertNumbered, TaskValues};
use super::transaction::transaction;
use crate::store::change_rows::DeletedTaskRow;
use crate::store::errors;
use crate::store::rows::{Folded, TaskRow};
use crate::store::schema::{deleted_tasks, tasks};
use crate::store::types::{DbId, DbTime};

const DOING: &str = "restore tasks";

/// What became of it.
enum Restored {
    /// All are there: their rows, and the number of those that came back.
    All(Vec<TaskRow>, Option<i64>),
    /// Nothing was changed, because only these are there or could come back.
    OnlyThese(HashSet<Uuid>),
}

pub(super) async fn restore(
    database: &Database,
    owner: UserId,
    ids: &[TaskId],
    now: Timestamp,
) -> Result<Restoration, InfraError> {
    let owner = DbId(owner.uuid());
    let keys: Vec<DbId> = ids.iter().map(|id| DbId(id.uuid())).collect();
    let since = DbTime(now.minus(RESTORABLE_FOR));
    let restored = database.write(DOING, move |conn| {
        async move {
            let work = transaction(conn, move |conn| {
                restore_all(conn, owner, keys, since).boxed()
            });
            match work.await {
                Err(DieselError::RollbackTransaction) => Ok(None),
                outcome => outcome.map(Some),
            }
        }
        .boxed()
    });
    let restored = restored.await?;
    let (rows, change) = match restored.ok_or_else(|| errors::changed_meanwhile(DOING))? {
        Restored::All(rows, change) => (rows, change),
        Restored::OnlyThese(found) => {
            let mut missing = ids.to_vec();
            missing.retain(|id| !found.contains(&id.uuid()));
            return Ok(Restoration::Missing(missing));
        }
    };
    let tasks: Result<Vec<Task>, _> = rows.into_iter().map(TaskRow::parse).collect();
    let tasks: HashMap<TaskId, Task> = tasks?.into_iter().map(|task| (task.id, task)).collect();
    let named = ids.iter().filter_map(|id| tasks.get(id));
    Ok(Restoration::Done {
        tasks: named.cloned().collect(),
        change: change.map(ChangeNumber::new),
    })
}

/// Changes nothing unless all are there or can come back.
async fn restore_all(
    conn: &mut Conn,
    owner: DbId,
    mut keys: Vec<DbId>,
    since: DbTime,
) -> QueryResult<Restored> {
    let Some(counter) = locked_counter(conn, owner).await? else {
        return Ok(Restored::OnlyThese(HashSet::new()));
    };
    keys.sort_unstable_by_key(|key| key.0);
    keys.dedup_by_key(|key| key.0);
    let mut rows: Vec<TaskRow> = tasks::table
        .filter(tasks::owner_id.eq(owner))
        .filter(tasks::id.eq_any(&keys))
        .select(TaskRow::as_select())
        .load(conn)
        .await?;
    let restorable: Vec<DbId> = deleted_tasks::table
        .filter(deleted_tasks::owner_id.eq(owner))
        .filter(deleted_tasks::id.eq_any(&keys))
        .filter(deleted_tasks::deleted_at.gt(since))
        .filter(deleted_tasks::title.is_not_null())
        .select(deleted_tasks::id)
        .load(conn)
        .await?;
    if rows.len() + restorable.len() < keys.len() {
        let found = rows.iter().map(TaskRow::id).chain(restorable);
        return Ok(Restored::OnlyThese(found.map(|id| id.0).collect()));
    }
    if restorable.is_empty() {
        return Ok(Restored::All(rows, None));
    }
    let change = counters::next(conn, owner, counter.into()).await?;
    rows.extend(bring_back(conn, owner, &restorable, change).await?);
    Ok(Restored::All(rows, Some(change)))
}

/// One whose texts were cleared away in this very moment takes everything back.
async fn bring_back(
    conn: &mut Conn,
    owner: DbId,
    ids: &[DbId],
    change: i64,
) -> QueryResult<Vec<TaskRow>> {
    let deleted: Vec<DeletedTaskRow> = diesel::delete(deleted_tasks::table)
        .filter(deleted_tasks::owner_id.eq(owner))
        .filter(deleted_tasks::id.eq_any(ids))
        .returning(DeletedTaskRow::as_returning())
        .get_results(conn)
        .await?;
    let mut rows = Vec::new();
    for row in deleted {
        let statement = returning(row, change).ok_or(DieselError::RollbackTransaction)?;
        rows.push(statement.get_result(conn).await?);
    }
    Ok(rows)
}

/// The task as it was, if that is still known.
fn returning(row: DeletedTaskRow, change: i64) -> Option<InsertNumbered> {
    let (number, rank) = (
        ChangeNumber::new(change),
        row.rank.map_or(Rank::NONE, Rank::new),
    );
    Some(InsertNumbered {
        task: TaskValues {
            owner_id: row.owner_id,
            id: row.id,
            title: Folded::new(&row.title?),
            description: Folded::new(&row.description?),
            created_at: row.created_at?,
            updated_at: row.updated_at?,
            completed_at: row.completed_at,
            version: row.version?,
            due_on: row.due_on,
            priority: row
                .priority
                .unwrap_or_else(|| Priority::default().level().into()),
            tags: row.tags.unwrap_or_default(),
        },
        change,
        created_change: change,
        rank: rank.or_plausible(number, number).get(),
        moved_change: None,
    })
}
