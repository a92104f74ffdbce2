//! What happened to a task, for those who watch.

use std::pin::Pin;

use futures_util::Stream;

use crate::change::Position;
use crate::id::TaskId;
use crate::task::Task;
use crate::tasks::TaskError;
use crate::time::Timestamp;

/// A change to a task, told after it was committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskEvent {
    /// The task it happened to.
    pub task: TaskId,
    /// What happened.
    pub change: TaskChange,
    /// When it happened. A task that was brought back says when it was last changed before.
    pub occurred_at: Timestamp,
    /// The place right after it.
    pub position: Position,
}

/// What happened, with the task as it is right after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskChange {
    /// It was created or brought back.
    Created(Task),
    /// It was changed, completed or reopened.
    Updated(Task),
    /// It was deleted.
    Deleted,
}

/// The changes to one user's tasks, in their order. Ends after an error:
/// [`PositionExpired`](TaskError::PositionExpired), [`AccountGone`](TaskError::AccountGone), or a defect of the
/// infrastructure.
pub type TaskEventStream = Pin<Box<dyn Stream<Item = Result<TaskEvent, TaskError>> + Send>>;
