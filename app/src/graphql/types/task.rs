//! Tasks as the API shows them, and what goes into and comes out of their mutations.

use async_graphql::resolver_utils::enum_value;
use async_graphql::{Enum, ID, InputObject};
use taskhive_domain::task::{
    Priority, Tag, TagUsage as DomainUsage, Task as DomainTask, TaskDraft, TaskDraftInput,
    TaskEdit, TaskEditInput,
};
use taskhive_domain::violation::{Reason, Violation, Violations};
use taskhive_domain::{TaskId, UserId};

use super::filter::ListArguments;
use super::node::Node;
use super::scalars::{Date, DateTime};
use crate::graphql::object::{leaf, object};

object! {
    /// Something to do. A task belongs to the user who created it, and nobody else can
    /// see or change it.
    pub(crate) struct Task: Node { pub(crate) task: DomainTask, owner: UserId } => {
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
        /// The day the task is due, or null.
        dueOn: Option<Date> => task.due_on.map(Date::from),
        /// How urgent it is.
        priority: TaskPriority => task.priority.into(),
        /// Up to 10 labels of 1 to 32 characters, in the order of the alphabet.
        tags: Vec<&str> => task.tags.as_slice().iter().map(Tag::as_str).collect(),
        /// Where the task stands in that list of yours, or null if `filter` leaves it out. Texts of
        /// one order compare, code unit by code unit, as the tasks do in the list, and each is a cursor of
        /// the list: with it a cache puts a task in its place without knowing our rules.
        place(list: ListArguments): Option<String> => list.place_of(*owner, task),
    }
}

impl Task {
    pub(crate) fn new(owner: UserId, task: DomainTask) -> Self {
        Self { task, owner }
    }
}

/// Input of `moveTask`.
#[derive(Debug, InputObject)]
pub(crate) struct MoveTaskInput {
    /// The task to move.
    id: ID,
    /// The task it shall come right after. Without it, the task comes first.
    after: Option<ID>,
}

impl MoveTaskInput {
    /// Which task, and after which.
    pub(crate) fn parse(&self) -> Result<(TaskId, Option<TaskId>), Violations> {
        let mut violations = Violations::default();
        let id = violations.collect("id", TaskId::parse(&self.id));
        let after = self.after.as_ref();
        let after = after.and_then(|after| violations.collect("after", TaskId::parse(after)));
        if id.is_some() && id == after {
            let message = "A task cannot come after itself.";
            violations.note("after", Violation::new(Reason::Contradictory, message));
        }
        match id {
            Some(id) => violations.or((id, after)),
            None => Err(violations),
        }
    }
}

object! {
    /// Result of `moveTask`.
    pub(crate) struct MoveTaskPayload { pub(crate) task: Task } => {
        /// The task as it is now.
        task: &Task => task,
    }
}

/// How urgent a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum TaskPriority {
    /// Can wait.
    Low,
    /// The default.
    Normal,
    /// Before the others.
    High,
    /// Now.
    Urgent,
}

leaf!(TaskPriority: |priority| &enum_value(priority));

impl From<Priority> for TaskPriority {
    fn from(priority: Priority) -> Self {
        match priority {
            Priority::Low => Self::Low,
            Priority::Normal => Self::Normal,
            Priority::High => Self::High,
            Priority::Urgent => Self::Urgent,
        }
    }
}

impl From<TaskPriority> for Priority {
    fn from(priority: TaskPriority) -> Self {
        match priority {
            TaskPriority::Low => Self::Low,
            TaskPriority::Normal => Self::Normal,
            TaskPriority::High => Self::High,
            TaskPriority::Urgent => Self::Urgent,
        }
    }
}

/// Something of a task that can be taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum ClearableTaskField {
    /// The day it is due.
    DueOn,
}

object! {
    /// A label and how often you use it.
    pub(crate) struct TagUsage { pub(crate) usage: DomainUsage } => {
        /// The label.
        tag: &str => usage.tag.as_str(),
        /// How many of your open tasks have it.
        openTaskCount: i32 => i32::try_from(usage.open_tasks).unwrap_or(i32::MAX),
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
    /// The day the task is due.
    pub(crate) due_on: Option<Date>,
    /// How urgent it is.
    #[graphql(default_with = "Some(TaskPriority::Normal)")]
    pub(crate) priority: Option<TaskPriority>,
    /// Its labels. Case is kept, but does not tell two labels apart.
    pub(crate) tags: Option<Vec<String>>,
}

impl CreateTaskInput {
    pub(crate) fn parse(&self) -> Result<TaskDraft, Violations> {
        TaskDraft::parse(self.as_input())
    }

    pub(crate) fn as_input(&self) -> TaskDraftInput<'_> {
        TaskDraftInput {
            id: self.id.as_ref().map(|id| id.as_str()),
            title: &self.title,
            description: self.description.as_deref(),
            due_on: self.due_on.as_ref().map(Date::as_str),
            priority: self.priority.map(Priority::from),
            tags: self.tags.as_deref(),
        }
    }
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
    /// The new day it is due. To take it away, name `DUE_ON` in `clear`.
    pub(crate) due_on: Option<Date>,
    /// How urgent it is now.
    pub(crate) priority: Option<TaskPriority>,
    /// All its labels from now on. An empty list takes them all away.
    pub(crate) tags: Option<Vec<String>>,
    /// What to take away.
    pub(crate) clear: Option<Vec<ClearableTaskField>>,
}

impl UpdateTaskInput {
    pub(crate) fn parse(&self) -> Result<TaskEdit, Violations> {
        let clear = self.clear.as_deref().unwrap_or_default();
        TaskEdit::parse(TaskEditInput {
            title: self.title.as_deref(),
            description: self.description.as_deref(),
            expected_version: self.expected_version,
            due_on: self.due_on.as_ref().map(Date::as_str),
            clear_due_on: clear.contains(&ClearableTaskField::DueOn),
            priority: self.priority.map(Priority::from),
            tags: self.tags.as_deref(),
        })
    }
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
