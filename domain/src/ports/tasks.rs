//! Where tasks are stored.

use async_trait::async_trait;

use super::{BatchDeletion, BatchInsertion, BatchUpdate, InfraError};
use crate::change::ChangeNumber;
use crate::id::{TaskId, UserId};
use crate::listing::{Page, PageRequest, TaskFilter};
use crate::task::{BatchEdit, TagUsage, Task, TaskEdit};
use crate::time::Timestamp;

/// What became of an insert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Insertion {
    /// The task is stored, and has got its number.
    Created(Task),
    /// The owner has a task with this id: here it is, as it is now.
    Existing(Task),
    /// The owner deleted a task with this id, and that is remembered. Nothing is stored.
    Deleted,
    /// There is no such owner (any more).
    UnknownOwner,
}

/// What became of an update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Update {
    /// The task was changed and is now so, with the number of this change.
    Changed(Task),
    /// The task was so already.
    Unchanged(Task),
    /// The task has another version than the edit expects. Nothing was changed.
    VersionMismatch,
    /// The owner has no such task.
    NotFound,
}

/// What became of moving a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Move {
    /// The task stands where it was to.
    Moved {
        /// As it is now. Its version and the time of its last edit are what they were.
        task: Task,
        /// The number of the move, which all have whose ranks are others now.
        change: ChangeNumber,
        /// Whether that is this task only.
        alone: bool,
    },
    /// The task stood there already.
    Unchanged(Task),
    /// The owner has no such task.
    NotFound,
    /// The owner has no such neighbour.
    NeighbourNotFound,
}

/// What became of bringing tasks back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Restoration {
    /// All tasks are there.
    Done {
        /// As they are now, in the order in which they were named.
        tasks: Vec<Task>,
        /// The number that those have that were brought back; `None` if all were there already.
        change: Option<ChangeNumber>,
    },
    /// Nothing was changed, because these cannot be brought back, in the order in which they were named: deleted too long
    /// ago, or never there.
    Missing(Vec<TaskId>),
}

/// Stores tasks, and gives every change the next number of its owner. Who gets a number holds it alone until the change is
/// committed: nobody can have seen a later number of the same owner before an earlier one.
///
/// Every method sees the tasks of one owner and nothing else; another owner's task is as good as none.
/// Each method is one statement, where the database can do that, but [`place`](Self::place) and those for several tasks.
#[async_trait]
pub trait TaskRepository: Send + Sync {
    /// Stores a task whose id was made for it a moment ago, under a number of its own (whatever its [`Task::change`] says),
    /// and at the [`top`](crate::task::Rank::top).
    /// `None` if there is no such owner (any more). Nothing looks for an earlier task with this id: that there is one is a
    /// defect, of the kind [`Broken`](super::InfraErrorKind::Broken), and nothing is stored.
    async fn add(&self, owner: UserId, task: &Task) -> Result<Option<Task>, InfraError>;
    /// Stores a task under an id that its owner chose, as [`add`](Self::add) does, unless the owner has one with this id
    /// already, or deleted it.
    async fn insert(&self, owner: UserId, task: &Task) -> Result<Insertion, InfraError>;
    /// The task with this id.
    async fn find(&self, owner: UserId, id: TaskId) -> Result<Option<Task>, InfraError>;
    /// One page, as [`TaskFilter::matches`], [`TaskOrder::compare`](crate::listing::TaskOrder::compare) and
    /// [`Page::from_surplus`] define it, with the moment it shows if that is asked for. A task that nobody touches meanwhile is seen exactly once by whoever pages through.
    async fn page(&self, owner: UserId, request: &PageRequest) -> Result<Page, InfraError>;
    /// How many tasks match.
    async fn count(&self, owner: UserId, filter: &TaskFilter) -> Result<u64, InfraError>;
    /// The labels of all the owner's tasks, as [`TagUsage::of`] defines them.
    async fn tags(&self, owner: UserId) -> Result<Vec<TagUsage>, InfraError>;
    /// Changes a task as [`Task::apply`] says, without a moment in which another writer's change could get lost.
    async fn update(
        &self,
        owner: UserId,
        id: TaskId,
        edit: &TaskEdit,
        now: Timestamp,
    ) -> Result<Update, InfraError>;
    /// Puts a task right after another one, or before all without one, in [`Manual`](crate::listing::TaskOrder::Manual): between
    /// others as [`Arrangement`](crate::task::Arrangement) says, and at the [`top`](crate::task::Rank::top). A task does not
    /// stand after itself.
    async fn place(
        &self,
        owner: UserId,
        id: TaskId,
        after: Option<TaskId>,
    ) -> Result<Move, InfraError>;
    /// Deletes a task, remembers it as [`DeletedTask`](crate::change::DeletedTask), and returns the number of the deletion;
    /// `None` if there was no such task.
    async fn delete(
        &self,
        owner: UserId,
        id: TaskId,
        now: Timestamp,
    ) -> Result<Option<ChangeNumber>, InfraError>;
    /// Stores several tasks, each as [`insert`](Self::insert) does, all or none: in the order of the batch at the top, as
    /// [`top_of_several`](crate::task::Rank::top_of_several) says, with one number. No id is there twice.
    async fn insert_all(&self, owner: UserId, tasks: &[Task])
    -> Result<BatchInsertion, InfraError>;
    /// Changes several tasks as [`BatchUpdate::of`] says, all or none, with one number. No id is there twice.
    async fn update_all(
        &self,
        owner: UserId,
        ids: &[TaskId],
        edit: &BatchEdit,
        now: Timestamp,
    ) -> Result<BatchUpdate, InfraError>;
    /// Deletes several tasks, each as [`delete`](Self::delete) does, all or none, with one number. No id is there twice.
    async fn delete_all(
        &self,
        owner: UserId,
        ids: &[TaskId],
        now: Timestamp,
    ) -> Result<BatchDeletion, InfraError>;
    /// Brings deleted tasks back as they were, all or none; for how long that is possible says
    /// [`DeletedTask::restorable`](crate::change::DeletedTask::restorable). All that come back share one number. A task that
    /// is there counts as brought back.
    async fn restore(
        &self,
        owner: UserId,
        ids: &[TaskId],
        now: Timestamp,
    ) -> Result<Restoration, InfraError>;
}
