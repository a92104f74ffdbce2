//! Tasks. Every statement names the owner, and there is one statement per call.

use async_trait::async_trait;
use diesel::prelude::*;
use futures_util::FutureExt;
use taskhive_domain::listing::{Page, PageRequest, TaskFilter};
use taskhive_domain::ports::{InfraError, InfraErrorKind, Insertion, TaskRepository, Update};
use taskhive_domain::task::{Completion, Task, TaskEdit};
use taskhive_domain::{TaskId, Timestamp, UserId};
use uuid::Uuid;

use super::backend::{Database, RunQueryDsl};
use super::page::{CountTasks, SelectPage};
use super::task_statements::{InsertTask, UpdateTask, completion};
use crate::store::errors;
use crate::store::rows::{Folded, TaskRow};
use crate::store::schema::tasks;
use crate::store::types::{DbId, DbTime};

/// The tasks of all users.
pub(crate) struct DieselTasks {
    pub(crate) database: Database,
}

#[async_trait]
impl TaskRepository for DieselTasks {
    async fn insert(&self, owner: UserId, task: &Task) -> Result<Insertion, InfraError> {
        let mark = new_mark();
        let statement = insertion(owner, task, mark);
        let inserted = self.database.write_by_key("insert a task", statement);
        let rows: Vec<(TaskRow, i64)> = match inserted.await {
            Err(error) if errors::is_missing_reference(&error) => {
                return Ok(Insertion::UnknownOwner);
            }
            rows => rows?,
        };
        let Some((row, last_change)) = rows.into_iter().next() else {
            return Err(errors::nothing_returned("insert a task"));
        };
        let task = row.parse()?;
        Ok(if last_change == mark {
            Insertion::Created(task)
        } else {
            Insertion::Existing(task)
        })
    }

    async fn find(&self, owner: UserId, id: TaskId) -> Result<Option<Task>, InfraError> {
        let (owner, id) = (DbId(owner.uuid()), DbId(id.uuid()));
        let query = tasks::table.find((owner, id)).select(TaskRow::as_select());
        let found = self.database.read_by_key("find a task", query).await?;
        let row = found.into_iter().next();
        row.map(TaskRow::parse).transpose()
    }

    async fn page(&self, owner: UserId, request: &PageRequest) -> Result<Page, InfraError> {
        const DOING: &str = "read a page of tasks";
        let statement = SelectPage::new(owner, request);
        let rows: Vec<TaskRow> = if statement.is_index_range() {
            self.database.read_by_key(DOING, statement).await?
        } else {
            self.database
                .read_matching(&request.filter, DOING, |conn| {
                    async move { statement.load(conn).await }.boxed()
                })
                .await?
        };
        let tasks: Result<_, _> = rows.into_iter().map(TaskRow::parse).collect();
        Ok(Page::from_surplus(request, tasks?))
    }

    async fn count(&self, owner: UserId, filter: &TaskFilter) -> Result<u64, InfraError> {
        let statement = CountTasks::new(owner, filter);
        let count = self
            .database
            .read_matching(filter, "count tasks", |conn| {
                async move { statement.get_result::<i64>(conn).await }.boxed()
            })
            .await?;
        u64::try_from(count)
            .map_err(|error| InfraError::new(InfraErrorKind::Broken, "count tasks", error))
    }

    async fn update(
        &self,
        owner: UserId,
        id: TaskId,
        edit: &TaskEdit,
        now: Timestamp,
    ) -> Result<Update, InfraError> {
        let (mark, expected) = (new_mark(), edit.expected_version);
        let statement = update(owner, id, edit, now, mark);
        let updated = self.database.write_by_key("update a task", statement);
        let rows: Vec<(TaskRow, i64)> = updated.await?;
        let Some((row, last_change)) = rows.into_iter().next() else {
            return Ok(Update::NotFound);
        };
        let task = row.parse()?;
        Ok(if last_change == mark {
            Update::Changed(task)
        } else if expected.is_some_and(|expected| expected != task.version) {
            Update::VersionMismatch
        } else {
            Update::Unchanged(task)
        })
    }

    async fn delete(&self, owner: UserId, id: TaskId) -> Result<bool, InfraError> {
        let (owner, id) = (DbId(owner.uuid()), DbId(id.uuid()));
        let statement = diesel::delete(tasks::table.find((owner, id))).returning(tasks::id);
        let deleted = self.database.write_by_key("delete a task", statement);
        let ids: Vec<DbId> = deleted.await?;
        Ok(!ids.is_empty())
    }
}

/// 60 random bits: two statements that touch one row do not get the same.
pub(super) fn new_mark() -> i64 {
    Uuid::new_v4().as_u64_pair().0.cast_signed()
}

pub(super) fn insertion(owner: UserId, task: &Task, mark: i64) -> InsertTask {
    let title = Folded::new(task.title.as_str());
    let description = Folded::new(task.description.as_str());
    InsertTask {
        owner_id: DbId(owner.uuid()),
        id: DbId(task.id.uuid()),
        title: title.text,
        title_folded: title.folded,
        description: description.text,
        description_folded: description.folded,
        created_at: DbTime(task.created_at),
        updated_at: DbTime(task.updated_at),
        completed_at: task.completed_at.map(DbTime),
        version: task.version,
        mark,
    }
}

pub(super) fn update(
    owner: UserId,
    id: TaskId,
    edit: &TaskEdit,
    now: Timestamp,
    mark: i64,
) -> UpdateTask {
    let title = edit.title.as_ref().map(|text| Folded::new(text.as_str()));
    let description = edit
        .description
        .as_ref()
        .map(|text| Folded::new(text.as_str()));
    let (title, title_folded) = title.map(|t| (t.text, t.folded)).unzip();
    let (description, description_folded) = description.map(|d| (d.text, d.folded)).unzip();
    UpdateTask {
        title,
        title_folded,
        description,
        description_folded,
        completion: match edit.completion {
            None => completion!(keep),
            Some(Completion::Set(true)) => completion!(complete),
            Some(Completion::Set(false)) => completion!(reopen),
            Some(Completion::Toggle) => completion!(toggle),
        },
        happened_at: DbTime(now),
        expected_version: edit.expected_version,
        mark,
        owner_id: DbId(owner.uuid()),
        id: DbId(id.uuid()),
    }
}
