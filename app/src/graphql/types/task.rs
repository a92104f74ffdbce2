//! Tasks as the API shows them, and what goes into and comes out of their mutations.

use async_graphql::{Enum, ID, InputObject};
use taskhive_domain::TaskId;
use taskhive_domain::listing::TaskOrder as DomainOrder;
use taskhive_domain::task::Task as DomainTask;

use super::node::Node;
use super::scalars::DateTime;
use crate::graphql::object::object;

object! {
    /// Something to do. A task belongs to the user who created it, and nobody else can
    /// see or change it.
    pub(crate) struct Task: Node { pub(crate) task: DomainTask } => {
        /// The task's ID, such as `task_0197c0df1c3d7a42b6e5f4d3c2b1a098`.
        id: ID => task.id.into(),
        /// What to do: 1 to 200 characters, without surrounding white space.
        title: &str => task.title.as_str(),
        /// Details: up to 2000 characters. Empty when there are none.
        description: &str => task.description.as_str(),
        /// Whether the task is done.
        completed: bool => !task.is_open(),
        /// When the task was created.
        createdAt: DateTime => DateTime(task.created_at),
        /// When the task was last changed. Equals `createdAt` for a task never changed.
        updatedAt: DateTime => DateTime(task.updated_at),
        /// When the task was completed, or null while it is open.
        completedAt: Option<DateTime> => task.completed_at.map(DateTime),
        /// Starts at 1 and grows by one with every change.
        version: i32 => task.version,
    }
}

impl From<DomainTask> for Task {
    fn from(task: DomainTask) -> Self {
        Self { task }
    }
}

/// Which tasks to list. All conditions must hold; an empty filter matches every task.
#[derive(Debug, Default, InputObject)]
pub(crate) struct TaskFilter {
    /// Only completed tasks, or only open ones.
    pub(crate) completed: Option<bool>,
    /// Only tasks in which every one of these words occurs, in the title or in the
    /// description, regardless of case. Up to 100 characters.
    pub(crate) search: Option<String>,
}

/// In what order to list tasks. Ties are broken by ID, so the order is always total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum TaskOrder {
    /// Open tasks before completed ones, each group with the newest first.
    OpenFirst,
    /// The most recently created first.
    Newest,
    /// The longest existing first.
    Oldest,
    /// The most recently changed first.
    RecentlyUpdated,
}

impl From<TaskOrder> for DomainOrder {
    fn from(order: TaskOrder) -> Self {
        match order {
            TaskOrder::OpenFirst => Self::OpenFirst,
            TaskOrder::Newest => Self::Newest,
            TaskOrder::Oldest => Self::Oldest,
            TaskOrder::RecentlyUpdated => Self::RecentlyUpdated,
        }
    }
}

/// Input of `createTask`.
#[derive(Debug, InputObject)]
pub(crate) struct CreateTaskInput {
    /// An ID of your own making: `task_` and a UUID (version 4 or 7) as 32 lower-case hex digits.
    /// Repeating the request with the same ID returns the task it made, as it is now, and makes no
    /// second one. Without it, the service makes an ID.
    pub(crate) id: Option<ID>,
    /// 1 to 200 characters. Surrounding white space is dropped.
    pub(crate) title: String,
    /// Up to 2000 characters.
    pub(crate) description: Option<String>,
}

/// Input of `updateTask`. Fields that are left out or null stay as they are.
#[derive(Debug, InputObject)]
pub(crate) struct UpdateTaskInput {
    /// The task to change.
    pub(crate) id: ID,
    /// The new title: 1 to 200 characters.
    pub(crate) title: Option<String>,
    /// The new description: up to 2000 characters. An empty string removes it.
    pub(crate) description: Option<String>,
    /// Only change the task if this is still its version; otherwise `CONFLICT`. Without it, the
    /// last writer wins.
    pub(crate) expected_version: Option<i32>,
}

/// Input of `setTaskCompleted`.
#[derive(Debug, InputObject)]
pub(crate) struct SetTaskCompletedInput {
    /// The task to complete or reopen.
    pub(crate) id: ID,
    /// True to complete the task, false to reopen it.
    pub(crate) completed: bool,
}

/// Input of `toggleTask`.
#[derive(Debug, InputObject)]
pub(crate) struct ToggleTaskInput {
    /// The task to toggle.
    pub(crate) id: ID,
}

/// Input of `deleteTask`.
#[derive(Debug, InputObject)]
pub(crate) struct DeleteTaskInput {
    /// The task to delete.
    pub(crate) id: ID,
}

object! {
    /// Result of `createTask`.
    pub(crate) struct CreateTaskPayload { pub(crate) task: Task } => {
        /// The new task.
        task: &Task => task,
    }
}

object! {
    /// Result of `updateTask`.
    pub(crate) struct UpdateTaskPayload { pub(crate) task: Task } => {
        /// The task as it is now.
        task: &Task => task,
    }
}

object! {
    /// Result of `setTaskCompleted`.
    pub(crate) struct SetTaskCompletedPayload { pub(crate) task: Task } => {
        /// The task as it is now.
        task: &Task => task,
    }
}

object! {
    /// Result of `toggleTask`.
    pub(crate) struct ToggleTaskPayload { pub(crate) task: Task } => {
        /// The task as it is now.
        task: &Task => task,
    }
}

object! {
    /// Result of `deleteTask`.
    pub(crate) struct DeleteTaskPayload { pub(crate) id: TaskId } => {
        /// The ID of the task that is gone, for removing it from a cache.
        deletedTaskId: ID => id.into(),
    }
}
