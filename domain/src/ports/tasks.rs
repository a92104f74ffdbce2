//! Where tasks are stored, and who hears of their changes.

use async_trait::async_trait;

use super::InfraError;
use crate::event::{TaskEvent, TaskEventStream};
use crate::id::{TaskId, UserId};
use crate::listing::{Page, PageRequest, TaskFilter};
use crate::task::{Task, TaskEdit};
use crate::time::Timestamp;

/// What became of an insert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Insertion {
    /// The task is stored.
    Created(Task),
    /// The owner has a task with this id: here it is, as it is now.
    Existing(Task),
    /// There is no such owner (any more).
    UnknownOwner,
}

/// What became of an update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Update {
    /// The task was changed and is now so.
    Changed(Task),
    /// The task was so already.
    Unchanged(Task),
    /// The task has another version than the edit expects. Nothing was changed.
    VersionMismatch,
    /// The owner has no such task.
    NotFound,
}

/// Stores tasks. Every method sees the tasks of one owner and nothing else; another owner's task is as good as none.
/// Each method is one statement.
#[async_trait]
pub trait TaskRepository: Send + Sync {
    /// Stores a task, unless the owner has one with this id already.
    async fn insert(&self, owner: UserId, task: &Task) -> Result<Insertion, InfraError>;
    /// The task with this id.
    async fn find(&self, owner: UserId, id: TaskId) -> Result<Option<Task>, InfraError>;
    /// One page, as [`TaskFilter::matches`], [`TaskOrder::compare`](crate::listing::TaskOrder::compare) and
    /// [`Page::from_surplus`] define it. A task that nobody touches meanwhile is seen exactly once by whoever pages through.
    async fn page(&self, owner: UserId, request: &PageRequest) -> Result<Page, InfraError>;
    /// How many tasks match.
    async fn count(&self, owner: UserId, filter: &TaskFilter) -> Result<u64, InfraError>;
    /// Changes a task as [`Task::apply`] says, without a moment in which another writer's change could get lost.
    async fn update(
        &self,
        owner: UserId,
        id: TaskId,
        edit: &TaskEdit,
        now: Timestamp,
    ) -> Result<Update, InfraError>;
    /// Deletes a task; false if there was none.
    async fn delete(&self, owner: UserId, id: TaskId) -> Result<bool, InfraError>;
}

/// Tells watchers of a user's tasks what happened.
pub trait TaskEvents: Send + Sync {
    /// Called after the change is committed. Never waits and never fails: watchers that are too slow are told so.
    fn publish(&self, owner: UserId, event: TaskEvent);
    /// Every change to this owner's tasks from now on.
    fn subscribe(&self, owner: UserId) -> TaskEventStream;
}
