//! Rows of the order of changes: counters, what is left of deleted tasks, and tasks of either kind that changed.

use diesel::prelude::{Insertable, Queryable, Selectable};
use taskhive_domain::change::{
    ChangeNumber, Changed, ChangedTo, DeletedTask, StoredTask, TaskCounter,
};
use taskhive_domain::ports::{InfraError, InfraErrorKind};
use taskhive_domain::task::{Task, TaskDescription, TaskTitle};
use taskhive_domain::{TaskId, UserId};

use super::rows::readable;
use super::schema::{deleted_tasks, task_counters};
use super::types::{DbId, DbTime};

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
                    change,
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
/// than its number and when that was.
#[derive(Queryable)]
pub(crate) struct ChangedRow {
    last_change: i64,
    forgotten_change: i64,
    change: Option<i64>,
    id: Option<DbId>,
    title: Option<String>,
    description: Option<String>,
    created_at: Option<DbTime>,
    updated_at: Option<DbTime>,
    completed_at: Option<DbTime>,
    version: Option<i32>,
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
        let (Some(id), Some(change)) = (self.id, self.change) else {
            return Ok(None);
        };
        let (task, number) = (TaskId::from_uuid(id.0), ChangeNumber::new(change));
        let outcome = if let Some(at) = self.deleted_at {
            ChangedTo::Deleted { at: at.0 }
        } else {
            ChangedTo::Stored(self.stored(task, number)?)
        };
        Ok(Some(Changed {
            task,
            number,
            outcome,
        }))
    }

    /// The columns are NOT NULL where they come from.
    fn stored(self, id: TaskId, change: ChangeNumber) -> Result<StoredTask, InfraError> {
        let (
            Some(title),
            Some(description),
            Some(created_at),
            Some(updated_at),
            Some(version),
            Some(created_change),
        ) = (
            self.title,
            self.description,
            self.created_at,
            self.updated_at,
            self.version,
            self.created_change,
        )
        else {
            let context = format!("tasks of row {} lacks what every task has", id.uuid());
            return Err(InfraError::bare(InfraErrorKind::Broken, context));
        };
        Ok(StoredTask {
            task: Task {
                id,
                title: readable("tasks.title", id.uuid(), TaskTitle::from_stored(title))?,
                description: TaskDescription::from_stored(description),
                created_at: created_at.0,
                updated_at: updated_at.0,
                completed_at: self.completed_at.map(|at| at.0),
                version,
                change,
            },
            created_change: ChangeNumber::new(created_change),
        })
    }
}
