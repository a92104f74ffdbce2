//! What happened to a task, for those who watch.

use std::pin::Pin;

use futures_core::Stream;

use crate::id::TaskId;
use crate::task::Task;
use crate::time::Timestamp;

/// A change to a task, told after it was committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskEvent {
    /// The task it happened to.
    pub task: TaskId,
    /// What happened.
    pub change: TaskChange,
    /// When it happened.
    pub occurred_at: Timestamp,
}

/// What happened, with the task as it is right after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskChange {
    /// It was created.
    Created(Task),
    /// It was changed, completed or reopened.
    Updated(Task),
    /// It was deleted.
    Deleted,
}

/// Events were lost: the subscriber read too slowly, or the connection to the other instances broke. The stream ends with
/// it: whoever watches must fetch anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lagged;

/// The changes to one user's tasks, in order per task. Ends after [`Lagged`].
pub type TaskEventStream = Pin<Box<dyn Stream<Item = Result<TaskEvent, Lagged>> + Send>>;
