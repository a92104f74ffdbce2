//! The use cases around tasks. Each takes the [`Identity`] of the caller and sees that user's tasks only.

use std::sync::Arc;

use crate::event::{TaskChange, TaskEvent, TaskEventStream};
use crate::id::TaskId;
use crate::identity::Identity;
use crate::listing::{Page, PageRequest, TaskFilter};
use crate::ports::{Clock, InfraError, Insertion, TaskEvents, TaskRepository, Update};
use crate::task::{Task, TaskDraft, TaskEdit};
use crate::time::Timestamp;

/// Why a task could not be changed.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// The caller has no such task.
    #[error("there is no such task")]
    NotFound,
    /// The task was changed since the caller read it.
    #[error("the task has another version")]
    VersionMismatch,
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
    events: Arc<dyn TaskEvents>,
    clock: Arc<dyn Clock>,
}

impl Tasks {
    /// Puts the use cases on their ports.
    #[must_use]
    pub fn new(
        repository: Arc<dyn TaskRepository>,
        events: Arc<dyn TaskEvents>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            repository,
            events,
            clock,
        }
    }

    /// Creates a task. With a client-made id, repeating the call returns the task as it is now.
    pub async fn create(&self, who: Identity, draft: TaskDraft) -> Result<Task, TaskError> {
        let now = self.clock.now();
        let task = Task {
            id: draft.id.unwrap_or_else(|| TaskId::new(now)),
            title: draft.title,
            description: draft.description,
            created_at: now,
            updated_at: now,
            completed_at: None,
            version: 1,
        };
        match self.repository.insert(who.user, &task).await? {
            Insertion::Created(task) => {
                self.publish(who, task.id, TaskChange::Created(task.clone()), now);
                Ok(task)
            }
            Insertion::Existing(task) => Ok(task),
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
                self.publish(who, id, TaskChange::Updated(task.clone()), now);
                Ok(task)
            }
            Update::Unchanged(task) => Ok(task),
            Update::VersionMismatch => Err(TaskError::VersionMismatch),
            Update::NotFound => Err(TaskError::NotFound),
        }
    }

    /// Deletes a task for good.
    pub async fn delete(&self, who: Identity, id: TaskId) -> Result<(), TaskError> {
        if !self.repository.delete(who.user, id).await? {
            return Err(TaskError::NotFound);
        }
        self.publish(who, id, TaskChange::Deleted, self.clock.now());
        Ok(())
    }

    /// Every change to the caller's tasks from now on.
    #[must_use]
    pub fn changes(&self, who: Identity) -> TaskEventStream {
        self.events.subscribe(who.user)
    }

    fn publish(&self, who: Identity, task: TaskId, change: TaskChange, occurred_at: Timestamp) {
        self.events.publish(
            who.user,
            TaskEvent {
                task,
                change,
                occurred_at,
            },
        );
    }
}

#[cfg(test)]
#[cfg(feature = "testing")]
mod tests;
