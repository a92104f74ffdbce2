//! Changing many tasks.

use diesel::QueryResult;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::{BigInt, Nullable, SmallInt, Text};
use futures_util::FutureExt;
use taskhive_domain::change::ChangeNumber;
use taskhive_domain::ports::{BatchUpdate, InfraError};
use taskhive_domain::task::{BatchEdit, Task};
use taskhive_domain::{TaskId, Timestamp, UserId};

use super::super::backend::{Conn, Database, Db, RunQueryDsl, locked_counter};
use super::super::counters;
use super::super::statement::varying;
use super::super::transaction::transaction;
use super::{keys, parsed, rows_of};
use crate::store::tags;
use crate::store::types::{Day, DbDay, DbId, DbTime, Millis, Uid};

/// What an update comes to.
enum Updated {
    Done(Vec<Task>, Option<i64>),
    Missing(Vec<TaskId>),
    TooManyTags(Vec<TaskId>),
    Unreadable(InfraError),
}

pub(in super::super) async fn update(
    database: &Database,
    owner: UserId,
    ids: &[TaskId],
    edit: &BatchEdit,
    now: Timestamp,
) -> Result<BatchUpdate, InfraError> {
    let (owner, ids, edit) = (DbId(owner.uuid()), ids.to_vec(), edit.clone());
    let updated = database.write("update tasks", move |conn| {
        transaction(conn, move |conn| {
            update_all(conn, owner, ids, edit, now).boxed()
        })
        .boxed()
    });
    Ok(match updated.await? {
        Updated::Done(tasks, change) => BatchUpdate::Done {
            tasks,
            change: change.map(ChangeNumber::new),
        },
        Updated::Missing(ids) => BatchUpdate::Missing(ids),
        Updated::TooManyTags(ids) => BatchUpdate::TooManyTags(ids),
        Updated::Unreadable(error) => return Err(error),
    })
}

/// Reads, applies the edit and writes: nobody changes a task of the owner meanwhile.
async fn update_all(
    conn: &mut Conn,
    owner: DbId,
    ids: Vec<TaskId>,
    edit: BatchEdit,
    now: Timestamp,
) -> QueryResult<Updated> {
    let Some(counter) = locked_counter(conn, owner).await? else {
        return Ok(Updated::Missing(ids));
    };
    let rows = rows_of(conn, owner, &keys(ids.iter().copied())).await?;
    let found = match parsed(rows) {
        Ok(found) => found,
        Err(error) => return Ok(Updated::Unreadable(error)),
    };
    let (tasks, edited) = match BatchUpdate::of(&edit, &ids, &found, now) {
        BatchUpdate::Done { tasks, .. } => {
            let differs = |task: &&Task| found.get(&task.id) != Some(*task);
            let edited: Vec<Edited> = tasks.iter().filter(differs).map(Edited::from).collect();
            (tasks, edited)
        }
        BatchUpdate::Missing(ids) => return Ok(Updated::Missing(ids)),
        BatchUpdate::TooManyTags(ids) => return Ok(Updated::TooManyTags(ids)),
    };
    if edited.is_empty() {
        return Ok(Updated::Done(tasks, None));
    }
    let number = counters::next(conn, owner, counter.into()).await?;
    let change = ChangeNumber::new(number);
    let numbered = |task: Task| match found.get(&task.id) {
        Some(before) if *before == task => task,
        _ => Task { change, ..task },
    };
    let tasks = tasks.into_iter().map(numbered).collect();
    let statement = UpdateAll {
        owner,
        rows: edited,
        updated_at: DbTime(now),
        change: number,
    };
    statement.execute(conn).await?;
    Ok(Updated::Done(tasks, Some(number)))
}

/// What an edit of many tasks can change about one.
struct Edited {
    id: DbId,
    completed_at: Option<DbTime>,
    due_on: Option<DbDay>,
    priority: i16,
    tags: String,
}

impl From<&Task> for Edited {
    fn from(task: &Task) -> Self {
        Self {
            id: DbId(task.id.uuid()),
            completed_at: task.completed_at.map(DbTime),
            due_on: task.due_on.map(DbDay),
            priority: task.priority.level().into(),
            tags: tags::written(&task.tags),
        }
    }
}

/// Writes edited tasks under one number that the transaction has taken.
struct UpdateAll {
    owner: DbId,
    rows: Vec<Edited>,
    updated_at: DbTime,
    change: i64,
}

impl QueryFragment<Db> for UpdateAll {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Db>) -> QueryResult<()> {
        out.unsafe_to_cache_prepared();
        // What is in `VALUES` has these names on both databases.
        out.push_sql(
            "UPDATE tasks SET completed_at = edited.column2, due_on = edited.column3, \
             priority = edited.column4, tags = edited.column5, version = tasks.version + 1, \
             moved_change = NULL, updated_at = ",
        );
        out.push_bind_param::<Millis, _>(&self.updated_at)?;
        out.push_sql(", change = ");
        out.push_bind_param::<BigInt, _>(&self.change)?;
        out.push_sql(" FROM (VALUES ");
        for (place, row) in self.rows.iter().enumerate() {
            out.push_sql(if place == 0 { "(" } else { "), (" });
            out.push_bind_param::<Uid, _>(&row.id)?;
            out.push_sql(", ");
            out.push_bind_param::<Nullable<Millis>, _>(&row.completed_at)?;
            out.push_sql(", ");
            out.push_bind_param::<Nullable<Day>, _>(&row.due_on)?;
            out.push_sql(", ");
            out.push_bind_param::<SmallInt, _>(&row.priority)?;
            out.push_sql(", ");
            out.push_bind_param::<Text, _>(&row.tags)?;
        }
        out.push_sql(")) AS edited WHERE tasks.id = edited.column1 AND tasks.owner_id = ");
        out.push_bind_param::<Uid, _>(&self.owner)
    }
}

varying!(UpdateAll -> ());
