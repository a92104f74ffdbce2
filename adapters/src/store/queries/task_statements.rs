//! The statements that change a task and say what became of it, in one round trip each.
//!
//! Each begins with `tick`, which takes the next number of the owner. On PostgreSQL that is a part of the statement, and locks
//! the counter until the commit; on SQLite, which knows no such thing, it was done before (`sqlite/changes.rs`) and
//! is only read. A row that comes back with this very number is one that the statement has just written; any other was there.

use diesel::QueryResult;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::{BigInt, Integer, Nullable, SmallInt, Text};
use taskhive_domain::task::Task;
use taskhive_domain::{TaskId, Timestamp, UserId};

use super::backend::{Db, TAKEN, TICK, TICK_DELETION};
use super::statement::statement;
use crate::store::rows::Folded;
use crate::store::tags;
use crate::store::types::{Day, DbDay, DbId, DbTime, Millis, Uid};

/// The types of a [`TaskRow`](crate::store::rows::TaskRow).
pub(super) type TaskColumns = (
    Uid,
    Text,
    Text,
    Millis,
    Millis,
    Nullable<Millis>,
    Integer,
    Nullable<Day>,
    SmallInt,
    Text,
    BigInt,
    BigInt,
    Nullable<BigInt>,
);

/// The columns of a [`TaskRow`](crate::store::rows::TaskRow). Qualified, because `edit` below has some of the same names.
macro_rules! task_columns {
    () => {
        "tasks.id, tasks.title, tasks.description, tasks.created_at, tasks.updated_at, \
         tasks.completed_at, tasks.version, tasks.due_on, tasks.priority, tasks.tags, tasks.rank, \
         tasks.change, tasks.moved_change"
    };
}
pub(super) use task_columns;

/// All columns of a row of `tasks` but the generated ones, that of the previous release, and that of moves.
macro_rules! written_columns {
    () => {
        "owner_id, id, title, title_folded, description, description_folded, created_at, \
         updated_at, completed_at, version, due_on, priority, tags, change, created_change, rank"
    };
}

/// What follows the values of a new task: its number twice, and its rank, which is `Rank::top`.
macro_rules! numbers {
    () => {
        ", tick.number, tick.number, tick.number * -1048576 FROM tick"
    };
}

pub(super) use written_columns;

/// The values of [`written_columns`] but for the numbers and the rank, in that order.
#[derive(Clone)]
pub(super) struct TaskValues {
    pub(super) owner_id: DbId,
    pub(super) id: DbId,
    pub(super) title: Folded,
    pub(super) description: Folded,
    pub(super) created_at: DbTime,
    pub(super) updated_at: DbTime,
    pub(super) completed_at: Option<DbTime>,
    pub(super) version: i32,
    pub(super) due_on: Option<DbDay>,
    pub(super) priority: i16,
    pub(super) tags: String,
}

impl TaskValues {
    pub(super) fn new(owner_id: DbId, task: &Task) -> Self {
        Self {
            owner_id,
            id: DbId(task.id.uuid()),
            title: Folded::new(task.title.as_str()),
            description: Folded::new(task.description.as_str()),
            created_at: DbTime(task.created_at),
            updated_at: DbTime(task.updated_at),
            completed_at: task.completed_at.map(DbTime),
            version: task.version,
            due_on: task.due_on.map(DbDay),
            priority: task.priority.level().into(),
            tags: tags::written(&task.tags),
        }
    }
}

impl QueryFragment<Db> for TaskValues {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Db>) -> QueryResult<()> {
        out.push_bind_param::<Uid, _>(&self.owner_id)?;
        out.push_sql(", ");
        out.push_bind_param::<Uid, _>(&self.id)?;
        for text in [&self.title, &self.description] {
            out.push_sql(", ");
            out.push_bind_param::<Text, _>(&text.text)?;
            out.push_sql(", ");
            out.push_bind_param::<Text, _>(&text.folded)?;
        }
        for time in [&self.created_at, &self.updated_at] {
            out.push_sql(", ");
            out.push_bind_param::<Millis, _>(time)?;
        }
        out.push_sql(", ");
        out.push_bind_param::<Nullable<Millis>, _>(&self.completed_at)?;
        out.push_sql(", ");
        out.push_bind_param::<Integer, _>(&self.version)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<Day>, _>(&self.due_on)?;
        out.push_sql(", ");
        out.push_bind_param::<SmallInt, _>(&self.priority)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(&self.tags)
    }
}

statement! {
    /// Stores a task under an id that nobody can have used, if the owner exists, and says the number. It has nothing to look
    /// for, which saves a third of what the database has to do.
    AddTask -> BigInt {
        "WITH tick AS (";
        TICK[0] => owner: DbId as Uid;
        TICK[1];
        concat!(") INSERT INTO tasks (", written_columns!(), ") SELECT ") => [task: TaskValues];
        concat!(numbers!(), " RETURNING change");
    }
}

statement! {
    /// Stores a task under an id that the owner chose, if the owner exists and has not deleted one with this id. If the owner
    /// has one, nothing changes, but its row comes back: `DO NOTHING` would return none.
    ///
    /// Whoever waits for the counter still sees what was there before, so a deletion that was committed meanwhile would not be
    /// seen. But `tick` returns the newest counter, and the other look at it is as old as the rest: where the two differ, nothing
    /// is stored, and the statement has to be run again.
    InsertTask -> (TaskColumns, BigInt) {
        "WITH tick AS (";
        TICK[0] => owner: DbId as Uid;
        TICK[1];
        concat!(") INSERT INTO tasks (", written_columns!(), ") SELECT ") => [task: TaskValues];
        concat!(numbers!(), " WHERE tick.last_deletion = (SELECT last_deletion FROM task_counters WHERE owner_id = ")
             => counted: DbId as Uid;
        ") AND NOT EXISTS (SELECT 1 FROM deleted_tasks WHERE owner_id = " => remembered_owner: DbId as Uid;
        " AND id = " => remembered: DbId as Uid;
        concat!(
            ") ON CONFLICT (owner_id, id) DO UPDATE SET change = tasks.change RETURNING ",
            task_columns!(), ", (SELECT number FROM tick)"
        );
    }
}

statement! {
    /// Stores a task in its place under a number that the transaction has taken. Such a task must not be there.
    InsertNumbered -> TaskColumns {
        concat!("INSERT INTO tasks (", written_columns!(), ", moved_change) VALUES (") => [task: TaskValues];
        ", " => change: i64 as BigInt;
        ", " => created_change: i64 as BigInt;
        ", " => rank: i64 as BigInt;
        ", " => moved_change: Option<i64> as Nullable<BigInt>;
        concat!(") RETURNING ", task_columns!());
    }
}

statement! {
    /// Remembers a task as deleted, and takes it out of `tasks`: on PostgreSQL at once, on SQLite with another statement
    /// (`sqlite/changes.rs`).
    DeleteTask -> BigInt {
        "WITH tick AS (";
        TICK_DELETION[0] => owner: DbId as Uid;
        TICK_DELETION[1];
        "), taken AS (";
        TAKEN[0] => owner_id: DbId as Uid;
        " AND tasks.id = " => id: DbId as Uid;
        TAKEN[1];
        ") INSERT INTO deleted_tasks (owner_id, id, title, description, created_at, updated_at, \
         completed_at, version, due_on, priority, tags, rank, change, deleted_at) SELECT owner_id, \
         id, title, description, created_at, updated_at, completed_at, version, due_on, priority, \
         tags, rank, number, " => deleted_at: DbTime as Millis;
        " FROM taken RETURNING change";
    }
}

pub(super) fn addition(owner: UserId, task: &Task) -> AddTask {
    let owner = DbId(owner.uuid());
    AddTask {
        owner,
        task: TaskValues::new(owner, task),
    }
}

pub(super) fn insertion(owner: UserId, task: &Task) -> InsertTask {
    let (owner, id) = (DbId(owner.uuid()), DbId(task.id.uuid()));
    InsertTask {
        owner,
        task: TaskValues::new(owner, task),
        counted: owner,
        remembered_owner: owner,
        remembered: id,
    }
}

pub(super) fn deletion(owner: UserId, id: TaskId, now: Timestamp) -> DeleteTask {
    let owner = DbId(owner.uuid());
    DeleteTask {
        owner,
        owner_id: owner,
        id: DbId(id.uuid()),
        deleted_at: DbTime(now),
    }
}
