//! Tasks as the API shows them, and what goes into and comes out of their mutations.

use async_graphql::{Enum, ID, InputObject, SimpleObject};
use taskhive_domain::event::{TaskChange, TaskEvent as DomainEvent};
use taskhive_domain::listing::TaskOrder as DomainOrder;
use taskhive_domain::task::Task as DomainTask;

use super::scalars::DateTime;

/// Something to do. A task belongs to the user who created it, and nobody else can
/// see or change it.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct Task {
    /// The task's ID, such as `task_0197c0df1c3d7a42b6e5f4d3c2b1a098`.
    pub(crate) id: ID,
    /// What to do: 1 to 200 characters, without surrounding white space.
    pub(crate) title: String,
    /// Details: up to 2000 characters. Empty when there are none.
    pub(crate) description: String,
    /// Whether the task is done.
    pub(crate) completed: bool,
    /// When the task was created.
    pub(crate) created_at: DateTime,
    /// When the task was last changed. Equals `createdAt` for a task never changed.
    pub(crate) updated_at: DateTime,
    /// When the task was completed, or null while it is open.
    pub(crate) completed_at: Option<DateTime>,
    /// Starts at 1 and grows by one with every change.
    pub(crate) version: i32,
}

impl From<&DomainTask> for Task {
    fn from(task: &DomainTask) -> Self {
        Self {
            id: ID(task.id.to_string()),
            title: task.title.as_str().to_owned(),
            description: task.description.as_str().to_owned(),
            completed: !task.is_open(),
            created_at: DateTime(task.created_at),
            updated_at: DateTime(task.updated_at),
            completed_at: task.completed_at.map(DateTime),
            version: task.version,
        }
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

/// Result of `createTask`.
#[derive(Debug, SimpleObject)]
pub(crate) struct CreateTaskPayload {
    /// The new task.
    pub(crate) task: Task,
}

/// Result of `updateTask`.
#[derive(Debug, SimpleObject)]
pub(crate) struct UpdateTaskPayload {
    /// The task as it is now.
    pub(crate) task: Task,
}

/// Result of `setTaskCompleted`.
#[derive(Debug, SimpleObject)]
pub(crate) struct SetTaskCompletedPayload {
    /// The task as it is now.
    pub(crate) task: Task,
}

/// Result of `toggleTask`.
#[derive(Debug, SimpleObject)]
pub(crate) struct ToggleTaskPayload {
    /// The task as it is now.
    pub(crate) task: Task,
}

/// Result of `deleteTask`.
#[derive(Debug, SimpleObject)]
pub(crate) struct DeleteTaskPayload {
    /// The ID of the task that is gone, for removing it from a cache.
    pub(crate) deleted_task_id: ID,
}

/// What happened to a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum TaskEventKind {
    /// It was created.
    Created,
    /// It was changed, completed or reopened.
    Updated,
    /// It was deleted.
    Deleted,
}

/// A change to one of your tasks.
#[derive(Debug, SimpleObject)]
pub(crate) struct TaskEvent {
    /// What happened.
    kind: TaskEventKind,
    /// The task it happened to.
    task_id: ID,
    /// The task right after the change. Null if it was deleted.
    task: Option<Task>,
    /// When it happened.
    occurred_at: DateTime,
}

impl From<&DomainEvent> for TaskEvent {
    fn from(event: &DomainEvent) -> Self {
        let (kind, task) = match &event.change {
            TaskChange::Created(task) => (TaskEventKind::Created, Some(task.into())),
            TaskChange::Updated(task) => (TaskEventKind::Updated, Some(task.into())),
            TaskChange::Deleted => (TaskEventKind::Deleted, None),
        };
        let occurred_at = DateTime(event.occurred_at);
        Self {
            kind,
            task_id: ID(event.task.to_string()),
            task,
            occurred_at,
        }
    }
}
