//! Many tasks at once: several statements, under the lock of the owner's counter, all or nothing.

use std::collections::HashMap;

use diesel::QueryResult;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Nullable, SmallInt, Text};
use futures_util::FutureExt;
use taskhive_domain::change::ChangeNumber;
use taskhive_domain::ports::{BatchDeletion, BatchInsertion, BatchUpdate, InfraError};
use taskhive_domain::task::{BatchEdit, Rank, Task};
use taskhive_domain::{TaskId, Timestamp, UserId};
use uuid::Uuid;

use super::backend::{Conn, Database, Db, RunQueryDsl, locked_counter};
use super::counters;
use super::statement::statement;
use super::task_statements::{TaskValues, written_columns};
use super::transaction::transaction;
use crate::store::rows::TaskRow;
use crate::store::schema::{deleted_tasks, tasks};
use crate::store::tags;
use crate::store::types::{Day, DbDay, DbId, DbTime, Millis, Uid};

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

/// What an insertion finds.
enum Inserted {
    /// Those that were there, and the number of the others, which are there now.
    Done(Rows, Option<i64>),
    Deleted(Vec<DbId>),
    UnknownOwner,
}

pub(super) async fn insert(
    database: &Database,
    owner: UserId,
    new: &[Task],
) -> Result<BatchInsertion, InfraError> {
    let key = DbId(owner.uuid());
    let values: Vec<TaskValues> = new.iter().map(|task| TaskValues::new(key, task)).collect();
    let inserted = database.write("insert tasks", move |conn| {
        transaction(conn, move |conn| insert_all(conn, key, values).boxed()).boxed()
    });
    let (rows, number) = match inserted.await? {
        Inserted::Done(rows, number) => (rows, number),
        Inserted::Deleted(ids) => {
            let ids = ids.into_iter().map(|id| TaskId::from_uuid(id.0));
            return Ok(BatchInsertion::Deleted(ids.collect()));
        }
        Inserted::UnknownOwner => return Ok(BatchInsertion::UnknownOwner),
    };
    let (mut existing, change) = (parsed(rows)?, number.map(ChangeNumber::new));
    let stored = |(place, task): (usize, &Task)| {
        let created = |change| Task {
            rank: Rank::top_of_several(change, place),
            change,
            ..task.clone()
        };
        existing.remove(&task.id).or_else(|| change.map(created))
    };
    Ok(BatchInsertion::Done {
        tasks: new.iter().enumerate().filter_map(stored).collect(),
        change,
    })
}

async fn insert_all(
    conn: &mut Conn,
    owner: DbId,
    values: Vec<TaskValues>,
) -> QueryResult<Inserted> {
    let Some(counter) = locked_counter(conn, owner).await? else {
        return Ok(Inserted::UnknownOwner);
    };
    let ids: Vec<DbId> = values.iter().map(|values| values.id).collect();
    let deleted: Vec<DbId> = deleted_tasks::table
        .filter(deleted_tasks::owner_id.eq(owner))
        .filter(deleted_tasks::id.eq_any(&ids))
        .select(deleted_tasks::id)
        .load(conn)
        .await?;
    if !deleted.is_empty() {
        return Ok(Inserted::Deleted(deleted));
    }
    let existing = rows_of(conn, owner, &ids).await?;
    let mut new: Vec<(i64, TaskValues)> = Vec::new();
    for (place, values) in values.into_iter().enumerate() {
        if !existing.contains_key(&values.id.0) {
            new.push((Rank::offset(place), values));
        }
    }
    if new.is_empty() {
        return Ok(Inserted::Done(existing, None));
    }
    let change = counters::next(conn, owner, counter.into()).await?;
    let top = Rank::top(ChangeNumber::new(change)).get();
    let rows = new
        .into_iter()
        .map(|(offset, values)| (values, top + offset))
        .collect();
    InsertAll { rows, change }.execute(conn).await?;
    Ok(Inserted::Done(existing, Some(change)))
}

/// Stores tasks under one number that the transaction has taken. None of them may be there.
struct InsertAll {
    /// With their ranks.
    rows: Vec<(TaskValues, i64)>,
    change: i64,
}

impl QueryFragment<Db> for InsertAll {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Db>) -> QueryResult<()> {
        // There are as many texts as there may be tasks.
        out.unsafe_to_cache_prepared();
        out.push_sql(concat!(
            "INSERT INTO tasks (",
            written_columns!(),
            ") VALUES "
        ));
        for (place, (values, rank)) in self.rows.iter().enumerate() {
            out.push_sql(if place == 0 { "(" } else { "), (" });
            values.walk_ast(out.reborrow())?;
            for number in [&self.change, &self.change, rank] {
                out.push_sql(", ");
                out.push_bind_param::<BigInt, _>(number)?;
            }
        }
        out.push_sql(")");
        Ok(())
    }
}

/// What an update comes to.
enum Updated {
    Done(Vec<Task>, Option<i64>),
    Missing(Vec<TaskId>),
    TooManyTags(Vec<TaskId>),
    Unreadable(InfraError),
}

pub(super) async fn update(
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

/// What a deletion comes to.
enum Deleted {
    Done(i64),
    /// Only these are there.
    OnlyThese(Vec<DbId>),
}

pub(super) async fn delete(
    database: &Database,
    owner: UserId,
    ids: &[TaskId],
    now: Timestamp,
) -> Result<BatchDeletion, InfraError> {
    let (owner, keys) = (DbId(owner.uuid()), keys(ids.iter().copied()));
    let deleted = database.write("delete tasks", move |conn| {
        transaction(conn, move |conn| {
            delete_all(conn, owner, keys, DbTime(now)).boxed()
        })
        .boxed()
    });
    Ok(match deleted.await? {
        Deleted::Done(number) => BatchDeletion::Done(ChangeNumber::new(number)),
        Deleted::OnlyThese(found) => {
            let mut missing = ids.to_vec();
            missing.retain(|id| found.iter().all(|found| found.0 != id.uuid()));
            BatchDeletion::Missing(missing)
        }
    })
}

async fn delete_all(
    conn: &mut Conn,
    owner: DbId,
    ids: Vec<DbId>,
    now: DbTime,
) -> QueryResult<Deleted> {
    if locked_counter(conn, owner).await?.is_none() {
        return Ok(Deleted::OnlyThese(Vec::new()));
    }
    let found: Vec<DbId> = tasks::table
        .filter(tasks::owner_id.eq(owner))
        .filter(tasks::id.eq_any(&ids))
        .select(tasks::id)
        .load(conn)
        .await?;
    if found.len() < ids.len() {
        return Ok(Deleted::OnlyThese(found));
    }
    let number: i64 = NextDeletion { owner }.get_result(conn).await?;
    let remember = RememberAll {
        owner,
        ids,
        change: number,
        deleted_at: now,
    };
    (&remember).execute(conn).await?;
    diesel::delete(tasks::table)
        .filter(tasks::owner_id.eq(owner))
        .filter(tasks::id.eq_any(&remember.ids))
        .execute(conn)
        .await?;
    Ok(Deleted::Done(number))
}

statement! {
    /// Takes the owner's next number for a deletion. The counter must be locked.
    NextDeletion -> BigInt {
        "UPDATE task_counters SET last_change = last_change + 1, last_deletion = last_change + 1 \
         WHERE owner_id = " => owner: DbId as Uid;
        " RETURNING last_change";
    }
}

/// Remembers tasks as deleted.
struct RememberAll {
    owner: DbId,
    ids: Vec<DbId>,
    change: i64,
    deleted_at: DbTime,
}

impl QueryFragment<Db> for RememberAll {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Db>) -> QueryResult<()> {
        out.unsafe_to_cache_prepared();
        out.push_sql(
            "INSERT INTO deleted_tasks (owner_id, id, title, description, created_at, updated_at, \
             completed_at, version, due_on, priority, tags, rank, change, deleted_at) \
             SELECT owner_id, id, title, description, created_at, updated_at, completed_at, version, \
             due_on, priority, tags, rank, ",
        );
        out.push_bind_param::<BigInt, _>(&self.change)?;
        out.push_sql(", ");
        out.push_bind_param::<Millis, _>(&self.deleted_at)?;
        out.push_sql(" FROM tasks WHERE owner_id = ");
        out.push_bind_param::<Uid, _>(&self.owner)?;
        out.push_sql(" AND id IN (");
        for (place, id) in self.ids.iter().enumerate() {
            if place > 0 {
                out.push_sql(", ");
            }
            out.push_bind_param::<Uid, _>(id)?;
        }
        out.push_sql(")");
        Ok(())
    }
}

/// Statements whose text varies, and of which nothing comes back.
macro_rules! varying {
    ($($name:ident)+) => { $(
        impl QueryId for $name {
            type QueryId = ();
            const HAS_STATIC_QUERY_ID: bool = false;
        }

        impl<C> diesel::RunQueryDsl<C> for $name {}

        impl<C> diesel::RunQueryDsl<C> for &$name {}

        impl Query for $name {
            type SqlType = ();
        }
    )+ };
}

varying!(InsertAll UpdateAll RememberAll);
