//! The use cases around tasks. Each takes the [`Identity`] of the caller and sees that user's tasks only.

mod batches;
mod live;

use std::sync::Arc;

use self::live::Watcher;
use crate::change::{ChangeNumber, Changes, Position};
use crate::event::{TaskChange, TaskEvent, TaskEventStream};
use crate::id::TaskId;
use crate::identity::Identity;
use crate::listing::{Page, PageRequest, TaskFilter};
use crate::ports::{
    Clock, InfraError, Insertion, Move, Poke, Restoration, TaskChanges, TaskEvents, TaskRepository,
    Update,
};
use crate::task::{TagUsage, Task, TaskDraft, TaskEdit};
use crate::time::Timestamp;

/// Why a task could not be changed.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// The caller has no such task.
    #[error("there is no such task")]
    NotFound,
    /// The caller has no such task to put another one after.
    #[error("there is no such neighbour")]
    NeighbourNotFound,
    /// The task was changed since the caller read it.
    #[error("the task has another version")]
    VersionMismatch,
    /// The caller deleted the task with this id: it is not made again.
    #[error("the task was deleted")]
    TaskDeleted,
    /// These tasks cannot be restored: they were deleted too long ago, or were never there.
    #[error("{} of the tasks cannot be restored", .0.len())]
    NotRestorable(Vec<TaskId>),
    /// The caller does not have these of the tasks that were named, by their places.
    #[error("{} of the tasks are not there", .0.len())]
    TasksNotFound(Vec<(usize, TaskId)>),
    /// The caller deleted these of the tasks that were to be created, by their places.
    #[error("{} of the tasks were deleted", .0.len())]
    TasksDeleted(Vec<(usize, TaskId)>),
    /// These of the tasks that were named would have too many labels, by their places.
    #[error("{} of the tasks would have too many labels", .0.len())]
    TooManyTags(Vec<(usize, TaskId)>),
    /// Not everything is known that happened after the caller's position.
    #[error("the position has expired")]
    PositionExpired,
    /// The caller's account was deleted; the token outlived it.
    #[error("the account is gone")]
    AccountGone,
    /// The infrastructure failed.
    #[error(transparent)]
    Infra(#[from] InfraError),
}

/// The use cases around tasks.
pub struct Tasks {
    repository: Arc<dyn TaskRepository>,
    changes: Arc<dyn TaskChanges>,
    events: Arc<dyn TaskEvents>,
    clock: Arc<dyn Clock>,
}

impl Tasks {
    /// Puts the use cases on their ports.
    #[must_use]
    pub fn new(
        repository: Arc<dyn TaskRepository>,
        changes: Arc<dyn TaskChanges>,
        events: Arc<dyn TaskEvents>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            repository,
            changes,
            events,
            clock,
        }
    }

    /// Creates a task. With a client-made id, repeating the call returns the task as it is now, and does not bring it back
    /// if it was deleted meanwhile.
    pub async fn create(&self, who: Identity, draft: TaskDraft) -> Result<Task, TaskError> {
        let now = self.clock.now();
        let chosen = draft.id;
        let id = chosen.unwrap_or_else(|| TaskId::new(now));
        let task = Task::create(id, draft, now);
        let insertion = if chosen.is_some() {
            self.repository.insert(who.user, &task).await?
        } else {
            let added = self.repository.add(who.user, &task).await?;
            added.map_or(Insertion::UnknownOwner, Insertion::Created)
        };
        match insertion {
            Insertion::Created(task) => {
                let change = TaskChange::Created(task.clone());
                self.publish(who, task.id, change, task.change, now);
                Ok(task)
            }
            Insertion::Existing(task) => Ok(task),
            Insertion::Deleted => Err(TaskError::TaskDeleted),
            Insertion::UnknownOwner => Err(TaskError::AccountGone),
        }
    }

    /// One of the caller's tasks.
    pub async fn find(&self, who: Identity, id: TaskId) -> Result<Option<Task>, InfraError> {
        self.repository.find(who.user, id).await
    }

    /// A page of the caller's tasks.
    pub async fn page(&self, who: Identity, request: &PageRequest) -> Result<Page, InfraError> {
        self.repository.page(who.user, request).await
    }

    /// How many of the caller's tasks match.
    pub async fn count(&self, who: Identity, filter: &TaskFilter) -> Result<u64, InfraError> {
        self.repository.count(who.user, filter).await
    }

    /// The caller's labels, in the order of the alphabet.
    pub async fn tags(&self, who: Identity) -> Result<Vec<TagUsage>, InfraError> {
        self.repository.tags(who.user).await
    }

    /// Changes a task. An edit that changes nothing succeeds, and nobody is told.
    pub async fn edit(
        &self,
        who: Identity,
        id: TaskId,
        edit: &TaskEdit,
    ) -> Result<Task, TaskError> {
        let now = self.clock.now();
        match self.repository.update(who.user, id, edit, now).await? {
            Update::Changed(task) => {
                let change = TaskChange::Updated(task.clone());
                self.publish(who, id, change, task.change, now);
                Ok(task)
            }
            Update::Unchanged(task) => Ok(task),
            Update::VersionMismatch => Err(TaskError::VersionMismatch),
            Update::NotFound => Err(TaskError::NotFound),
        }
    }

    /// Puts a task right after another one in the order of the caller's own making, or before all without one. That is no
    /// edit: its version stays. Repeating it does no harm, and nobody is told then.
    pub async fn place(
        &self,
        who: Identity,
        id: TaskId,
        after: Option<TaskId>,
    ) -> Result<Task, TaskError> {
        let now = self.clock.now();
        match self.repository.place(who.user, id, after).await? {
            Move::Moved {
                task,
                change,
                alone,
            } => {
                if alone {
                    let event = TaskChange::Updated(task.clone());
                    self.publish(who, id, event, change, now);
                } else {
                    self.events.publish(who.user, Poke::Reached(change));
                }
                Ok(task)
            }
            Move::Unchanged(task) => Ok(task),
            Move::NotFound => Err(TaskError::NotFound),
            Move::NeighbourNotFound => Err(TaskError::NeighbourNotFound),
        }
    }

    /// Deletes a task. For [`RESTORABLE_FOR`](crate::change::RESTORABLE_FOR), [`restore`](Self::restore) brings it back.
    pub async fn delete(&self, who: Identity, id: TaskId) -> Result<(), TaskError> {
        let now = self.clock.now();
        let deleted = self.repository.delete(who.user, id, now).await?;
        let number = deleted.ok_or(TaskError::NotFound)?;
        self.publish(who, id, TaskChange::Deleted, number, now);
        Ok(())
    }

    /// Brings deleted tasks back as they were: all or none, in the order of the ids. One that is there already counts as
    /// brought back.
    pub async fn restore(&self, who: Identity, ids: &[TaskId]) -> Result<Vec<Task>, TaskError> {
        let now = self.clock.now();
        match self.repository.restore(who.user, ids, now).await? {
            Restoration::Done { tasks, change } => {
                if let Some(number) = change {
                    self.events.publish(who.user, Poke::Reached(number));
                }
                Ok(tasks)
            }
            Restoration::Missing(ids) => Err(TaskError::NotRestorable(ids)),
        }
    }

    /// Up to `first` changes of the caller's tasks after a position; without one, everything there is.
    pub async fn changes_since(
        &self,
        who: Identity,
        after: Option<Position>,
        first: u32,
    ) -> Result<Changes, TaskError> {
        live::known(self.changes.since(who.user, after, first).await?)
    }

    /// Every change to the caller's tasks: first those after a position, a task that changed several times once and as it is
    /// now; then those that happen. Without a position: those from now on. Nothing is lost in between, and a task's version
    /// never goes back. A watcher who does not keep up is told less often, never less.
    ///
    /// [`Created`](TaskChange::Created) means that the watcher could not know of the task at the last moment at which it knew
    /// everything.
    pub async fn changes(
        &self,
        who: Identity,
        after: Option<Position>,
    ) -> Result<TaskEventStream, TaskError> {
        let (changes, events) = (Arc::clone(&self.changes), Arc::clone(&self.events));
        let watcher = Watcher::begin(who.user, after, changes, events).await?;
        Ok(watcher.into_stream())
    }

    /// Tells of something that alone has its number.
    fn publish(
        &self,
        who: Identity,
        task: TaskId,
        change: TaskChange,
        number: ChangeNumber,
        occurred_at: Timestamp,
    ) {
        let event = TaskEvent {
            task,
            change,
            occurred_at,
            position: Position::after(number),
        };
        self.events
            .publish(who.user, Poke::Happened(Arc::new(event)));
    }
}

#[cfg(test)]
#[cfg(feature = "testing")]
mod tests;
