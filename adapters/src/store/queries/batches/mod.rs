//! Many tasks at once: several statements, under the lock of the owner's counter, all or nothing.

mod deletion;
mod insertion;
mod update;

use std::collections::HashMap;

use diesel::QueryResult;
use diesel::prelude::*;
use taskhive_domain::TaskId;
use taskhive_domain::ports::InfraError;
use taskhive_domain::task::Task;
use uuid::Uuid;

use super::backend::{self, Conn, RunQueryDsl};
use crate::store::rows::TaskRow;
use crate::store::schema::tasks;
use crate::store::types::DbId;

pub(super) use deletion::delete;
pub(super) use insertion::insert;
pub(super) use update::update;

/// Rows by their ids.
type Rows = HashMap<Uuid, TaskRow>;

async fn rows_of(conn: &mut Conn, owner: DbId, ids: &[DbId]) -> QueryResult<Rows> {
    let rows: Vec<TaskRow> = tasks::table
        .filter(tasks::owner_id.eq(owner))
        .filter(tasks::id.eq_any(ids))
        .select(TaskRow::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id().0, row)).collect())
}

fn keys(ids: impl Iterator<Item = TaskId>) -> Vec<DbId> {
    ids.map(|id| DbId(id.uuid())).collect()
}

fn parsed(rows: Rows) -> Result<HashMap<TaskId, Task>, InfraError> {
    let parse = |row: TaskRow| row.parse().map(|task| (task.id, task));
    rows.into_values().map(parse).collect()
}
