//! Rows of the order of changes: counters, what is left of deleted tasks, and tasks of either kind that changed.

use diesel::prelude::{Insertable, Queryable, Selectable};
use taskhive_domain::change::{
    ChangeNumber, Changed, ChangedTo, DeletedTask, StoredTask, TaskCounter,
};
use taskhive_domain::ports::{InfraError, InfraErrorKind};
use taskhive_domain::task::{Priority, Rank, Task, TaskDescription, TaskTitle};
use taskhive_domain::{TaskId, UserId};

use super::rows::{TaskRow, priority, readable};
use super::schema::{deleted_tasks, task_counters};
use super::tags;
use super::types::{DbDay, DbId, DbTime};

#[derive(Debug, Clone, Copy, Queryable, Selectable)]
#[diesel(table_name = task_counters)]
pub(crate) struct CounterRow {
    last_change: i64,
    forgotten_change: i64,
}

impl From<CounterRow> for TaskCounter {
    fn from(row: CounterRow) -> Self {
        Self {
            last_change: ChangeNumber::new(row.last_change),
            forgotten_change: ChangeNumber::new(row.forgotten_change),
        }
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = deleted_tasks)]
pub(crate) struct DeletedTaskRow {
    pub(crate) owner_id: DbId,
    pub(crate) id: DbId,
    pub(crate) change: i64,
    pub(crate) deleted_at: DbTime,
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) created_at: Option<DbTime>,
    pub(crate) updated_at: Option<DbTime>,
    pub(crate) completed_at: Option<DbTime>,
    pub(crate) version: Option<i32>,
    pub(crate) due_on: Option<DbDay>,
    pub(crate) priority: Option<i16>,
    pub(crate) tags: Option<String>,
    pub(crate) rank: Option<i64>,
}

impl DeletedTaskRow {
    pub(crate) fn new(owner: UserId, deleted: &DeletedTask, change: ChangeNumber) -> Self {
        let task = deleted.task.as_ref();
        Self {
            owner_id: DbId(owner.uuid()),
            id: DbId(deleted.id.uuid()),
            change: change.get(),
            deleted_at: DbTime(deleted.deleted_at),
            title: task.map(|task| task.title.as_str().to_owned()),
            description: task.map(|task| task.description.as_str().to_owned()),
            created_at: task.map(|task| DbTime(task.created_at)),
            updated_at: task.map(|task| DbTime(task.updated_at)),
            completed_at: task.and_then(|task| task.completed_at).map(DbTime),
            version: task.map(|task| task.version),
            due_on: task.and_then(|task| task.due_on).map(DbDay),
            priority: task.map(|task| task.priority.level().into()),
            tags: task.map(|task| tags::written(&task.tags)),
            rank: task
                .map(|task| task.rank.get())
                .filter(|rank| *rank != Rank::NONE.get()),
        }
    }

    pub(crate) fn parse(self) -> Result<DeletedTask, InfraError> {
        let (id, change) = (TaskId::from_uuid(self.id.0), ChangeNumber::new(self.change));
        let task = match (
            self.title,
            self.description,
            self.created_at,
            self.updated_at,
            self.version,
        ) {
            (Some(title), Some(description), Some(created_at), Some(updated_at), Some(version)) => {
                Some(Task {
                    id,
                    title: readable(
                        "deleted_tasks.title",
                        self.id.0,
                        TaskTitle::from_stored(title),
                    )?,
                    description: TaskDescription::from_stored(description),
                    created_at: created_at.0,
                    updated_at: updated_at.0,
                    completed_at: self.completed_at.map(|at| at.0),
                    version,
                    due_on: self.due_on.map(|day| day.0),
                    priority: readable(
                        "deleted_tasks.priority",
                        self.id.0,
                        self.priority.map_or(Some(Priority::default()), priority),
                    )?,
                    tags: readable(
                        "deleted_tasks.tags",
                        self.id.0,
                        tags::read(&self.tags.unwrap_or_default()),
                    )?,
                    rank: self.rank.map_or(Rank::NONE, Rank::new),
                    change,
                    moved: None,
                })
            }
            _ => None,
        };
        Ok(DeletedTask {
            id,
            change,
            deleted_at: self.deleted_at.0,
            task,
        })
    }
}

/// How far an owner has come, and a task of theirs that changed; all of it NULL if there is none. A deleted one has no more
/// than its id, its number and when that was.
#[derive(Queryable)]
pub(crate) struct ChangedRow {
    last_change: i64,
    forgotten_change: i64,
    number: Option<i64>,
    id: Option<DbId>,
    task: Option<TaskRow>,
    created_change: Option<i64>,
    deleted_at: Option<DbTime>,
}

impl ChangedRow {
    pub(crate) fn counter(&self) -> TaskCounter {
        CounterRow {
            last_change: self.last_change,
            forgotten_change: self.forgotten_change,
        }
        .into()
    }

    pub(crate) fn parse(self) -> Result<Option<Changed>, InfraError> {
        let (Some(id), Some(number)) = (self.id, self.number) else {
            return Ok(None);
        };
        let outcome = match (self.deleted_at, self.task, self.created_change) {
            (Some(at), _, _) => ChangedTo::Deleted { at: at.0 },
            (None, Some(row), Some(created_change)) => ChangedTo::Stored(StoredTask {
                task: row.parse()?,
                created_change: ChangeNumber::new(created_change),
            }),
            // The columns are NOT NULL where they come from.
            _ => {
                let context = format!("tasks of row {} lacks what every task has", id.0);
                return Err(InfraError::bare(InfraErrorKind::Broken, context));
            }
        };
        Ok(Some(Changed {
            task: TaskId::from_uuid(id.0),
            number: ChangeNumber::new(number),
            outcome,
        }))
    }
}
