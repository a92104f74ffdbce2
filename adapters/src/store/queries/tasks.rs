//! Tasks. Every statement names the owner, and there is one statement per call, but for bringing tasks back.

use async_trait::async_trait;
use diesel::QueryResult;
use diesel::prelude::*;
use futures_util::FutureExt;
use taskhive_domain::change::{ChangeNumber, Position};
use taskhive_domain::listing::{Page, PageRequest, Take, TaskFilter, TaskPosition};
use taskhive_domain::ports::{
    BatchDeletion, BatchInsertion, BatchUpdate, InfraError, InfraErrorKind, Insertion, Move,
    Restoration, TaskRepository, Update,
};
use taskhive_domain::task::{BatchEdit, Rank, TagUsage, Task, TaskEdit};
use taskhive_domain::{TaskId, Timestamp, UserId};

use super::backend::{Conn, Database, RunQueryDsl, locked_counter};
use super::batches;
use super::moving;
use super::page::{CountTags, CountTasks, DatedRow, SelectDatedPage, SelectPage};
use super::restore;
use super::task_statements::{InsertTask, addition, deletion, insertion};
use super::transaction::transaction;
use super::update_statement::update;
use crate::store::rows::{TaskRow, readable};
use crate::store::schema::tasks;
use crate::store::tags;
use crate::store::types::DbId;

/// The tasks of all users.
pub(crate) struct DieselTasks {
    pub(crate) database: Database,
}

#[async_trait]
impl TaskRepository for DieselTasks {
    async fn add(&self, owner: UserId, task: &Task) -> Result<Option<Task>, InfraError> {
        let statement = addition(owner, task);
        let numbers = self
            .database
            .change("add a task", statement.owner, statement);
        let numbers: Vec<i64> = numbers.await?;
        let stored = |number| {
            let change = ChangeNumber::new(number);
            Task {
                rank: Rank::top(change),
                change,
                ..task.clone()
            }
        };
        Ok(numbers.into_iter().next().map(stored))
    }

    async fn insert(&self, owner: UserId, task: &Task) -> Result<Insertion, InfraError> {
        let statement = insertion(owner, task);
        let rows = self
            .database
            .change("insert a task", statement.owner, statement);
        let mut rows: Vec<(TaskRow, i64)> = rows.await?;
        let inserted = match rows.pop() {
            Some((row, number)) => Inserted::Row(row, number),
            None => self.insert_locked(insertion(owner, task)).await?,
        };
        Ok(match inserted {
            Inserted::Row(row, number) if row.is_of(number) => Insertion::Created(row.parse()?),
            Inserted::Row(row, _) => Insertion::Existing(row.parse()?),
            Inserted::Deleted => Insertion::Deleted,
            Inserted::UnknownOwner => Insertion::UnknownOwner,
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
        if request.as_of {
            return self.dated_page(owner, request).await;
        }
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

    async fn tags(&self, owner: UserId) -> Result<Vec<TagUsage>, InfraError> {
        let statement = CountTags {
            owner: DbId(owner.uuid()),
        };
        let groups: Vec<(String, i64, i64)> = self
            .database
            .read_scanning("count labels", |conn| {
                async move { statement.load(conn).await }.boxed()
            })
            .await?;
        let group = |(column, all, open): (String, i64, i64)| {
            let tags = readable("tasks.tags", owner.uuid(), tags::read(&column))?;
            Ok((tags, all.unsigned_abs(), open.unsigned_abs()))
        };
        let groups: Result<Vec<_>, InfraError> = groups.into_iter().map(group).collect();
        Ok(TagUsage::of(groups?))
    }

    async fn update(
        &self,
        owner: UserId,
        id: TaskId,
        edit: &TaskEdit,
        now: Timestamp,
    ) -> Result<Update, InfraError> {
        let expected = edit.expected_version;
        let statement = update(owner, id, edit, now);
        let rows = self
            .database
            .change("update a task", statement.owner, statement);
        let rows: Vec<(TaskRow, i64)> = rows.await?;
        let Some((row, number)) = rows.into_iter().next() else {
            return Ok(Update::NotFound);
        };
        let changed = row.is_of(number);
        let task = row.parse()?;
        Ok(if changed {
            Update::Changed(task)
        } else if expected.is_some_and(|expected| expected != task.version) {
            Update::VersionMismatch
        } else {
            Update::Unchanged(task)
        })
    }

    async fn place(
        &self,
        owner: UserId,
        id: TaskId,
        after: Option<TaskId>,
    ) -> Result<Move, InfraError> {
        moving::place(&self.database, owner, id, after).await
    }

    async fn delete(
        &self,
        owner: UserId,
        id: TaskId,
        now: Timestamp,
    ) -> Result<Option<ChangeNumber>, InfraError> {
        let statement = deletion(owner, id, now);
        let key = (statement.owner, statement.id);
        let numbers = self.database.remove("delete a task", key, statement);
        let numbers: Vec<i64> = numbers.await?;
        Ok(numbers.into_iter().next().map(ChangeNumber::new))
    }

    async fn insert_all(
        &self,
        owner: UserId,
        tasks: &[Task],
    ) -> Result<BatchInsertion, InfraError> {
        batches::insert(&self.database, owner, tasks).await
    }

    async fn update_all(
        &self,
        owner: UserId,
        ids: &[TaskId],
        edit: &BatchEdit,
        now: Timestamp,
    ) -> Result<BatchUpdate, InfraError> {
        batches::update(&self.database, owner, ids, edit, now).await
    }

    async fn delete_all(
        &self,
        owner: UserId,
        ids: &[TaskId],
        now: Timestamp,
    ) -> Result<BatchDeletion, InfraError> {
        batches::delete(&self.database, owner, ids, now).await
    }

    async fn restore(
        &self,
        owner: UserId,
        ids: &[TaskId],
        now: Timestamp,
    ) -> Result<Restoration, InfraError> {
        restore::restore(&self.database, owner, ids, now).await
    }
}

impl DieselTasks {
    /// Nearly always the first statement stores the task. Where it did not, there is no such owner, or the task was deleted, or
    /// that could not be told: now with the counter locked beforehand, so that the statement sees all that was committed.
    async fn insert_locked(&self, statement: InsertTask) -> Result<Inserted, InfraError> {
        let inserted = self.database.write("insert a task", |conn| {
            transaction(conn, |conn| insert_locked(conn, statement).boxed()).boxed()
        });
        inserted.await
    }

    /// A page with the moment it shows.
    async fn dated_page(&self, owner: UserId, request: &PageRequest) -> Result<Page, InfraError> {
        const DOING: &str = "read a page of tasks and its moment";
        let statement = SelectDatedPage::new(owner, request);
        let rows: Vec<DatedRow> = if statement.is_index_range() {
            self.database.read_by_key(DOING, statement).await?
        } else {
            self.database
                .read_matching(&request.filter, DOING, |conn| {
                    async move { statement.load(conn).await }.boxed()
                })
                .await?
        };
        let (rows, numbers): (Vec<Option<TaskRow>>, Vec<i64>) = rows.into_iter().unzip();
        let tasks = rows.into_iter().flatten().map(TaskRow::parse);
        let mut tasks = tasks.collect::<Result<Vec<Task>, _>>()?;
        // They came in this order, but a join promises none.
        let order = request.order;
        let position = |task: &Task| TaskPosition::of(task, order);
        tasks.sort_by(|one, next| order.compare(&position(one), &position(next)));
        if matches!(request.take, Take::Last(_)) {
            tasks.reverse();
        }
        let last = numbers.into_iter().next().map(ChangeNumber::new);
        Ok(Page {
            as_of: last.map(Position::after),
            ..Page::from_surplus(request, tasks)
        })
    }
}

/// What an insertion comes back with.
enum Inserted {
    /// The task with this id, and the number of the statement.
    Row(TaskRow, i64),
    Deleted,
    UnknownOwner,
}

async fn insert_locked(conn: &mut Conn, statement: InsertTask) -> QueryResult<Inserted> {
    if locked_counter(conn, statement.owner).await?.is_none() {
        return Ok(Inserted::UnknownOwner);
    }
    let row = (&statement).get_result::<(TaskRow, i64)>(conn).await;
    Ok(match row.optional()? {
        Some((row, number)) => Inserted::Row(row, number),
        None => Inserted::Deleted,
    })
}
