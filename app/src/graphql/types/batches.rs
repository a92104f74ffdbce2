//! What goes into and comes out of the mutations of many tasks.

use async_graphql::{ID, InputObject};
use taskhive_domain::TaskId;
use taskhive_domain::task::{
    BatchEdit, BatchEditInput, Priority, TaskDraft, TaskDraftInput, parse_drafts, parse_ids,
};
use taskhive_domain::violation::Violations;

use super::scalars::Date;
use super::task::{ClearableTaskField, CreateTaskInput, Task, TaskPriority};
use crate::graphql::object::object;

/// Input of `createTasks`.
#[derive(Debug, InputObject)]
pub(crate) struct CreateTasksInput {
    /// 1 to 100 tasks. Their order is that of the list, the first one first.
    tasks: Vec<CreateTaskInput>,
}

impl CreateTasksInput {
    pub(crate) fn parse(&self) -> Result<Vec<TaskDraft>, Violations> {
        let inputs: Vec<TaskDraftInput<'_>> =
            self.tasks.iter().map(CreateTaskInput::as_input).collect();
        parse_drafts(&inputs)
    }
}

object! {
    /// Result of `createTasks`.
    pub(crate) struct CreateTasksPayload { pub(crate) tasks: Vec<Task> } => {
        /// The new tasks, in the order of the input.
        tasks: &[Task] => tasks,
    }
}

/// Input of `updateTasks`. Fields that are left out or null stay as they are.
#[derive(Debug, InputObject)]
pub(crate) struct UpdateTasksInput {
    /// 1 to 100 tasks to change.
    ids: Vec<ID>,
    /// True to complete them, false to reopen them.
    completed: Option<bool>,
    /// The new day they are due.
    due_on: Option<Date>,
    /// How urgent they are now.
    priority: Option<TaskPriority>,
    /// Labels to add.
    add_tags: Option<Vec<String>>,
    /// Labels to take away.
    remove_tags: Option<Vec<String>>,
    /// What to take away.
    clear: Option<Vec<ClearableTaskField>>,
}

impl UpdateTasksInput {
    /// Which tasks, and what to change. Reports everything wrong with both at once.
    pub(crate) fn parse(&self) -> Result<(Vec<TaskId>, BatchEdit), Violations> {
        let clear = self.clear.as_deref().unwrap_or_default();
        let edit = BatchEdit::parse(BatchEditInput {
            completed: self.completed,
            due_on: self.due_on.as_ref().map(Date::as_str),
            clear_due_on: clear.contains(&ClearableTaskField::DueOn),
            priority: self.priority.map(Priority::from),
            add_tags: self.add_tags.as_deref(),
            remove_tags: self.remove_tags.as_deref(),
        });
        match (parse_ids(self.ids.iter().map(|id| id.as_str())), edit) {
            (Ok(ids), Ok(edit)) => Ok((ids, edit)),
            (Err(ids), Err(edit)) => Err(ids.and(edit)),
            (Err(broken), _) | (_, Err(broken)) => Err(broken),
        }
    }
}

object! {
    /// Result of `updateTasks`.
    pub(crate) struct UpdateTasksPayload { pub(crate) tasks: Vec<Task> } => {
        /// The tasks as they are now, in the order of the input.
        tasks: &[Task] => tasks,
    }
}

/// Input of `deleteTasks`.
#[derive(Debug, InputObject)]
pub(crate) struct DeleteTasksInput {
    /// 1 to 100 tasks to delete.
    ids: Vec<ID>,
}

impl DeleteTasksInput {
    pub(crate) fn parse(&self) -> Result<Vec<TaskId>, Violations> {
        parse_ids(self.ids.iter().map(|id| id.as_str()))
    }
}

object! {
    /// Result of `deleteTasks`.
    pub(crate) struct DeleteTasksPayload { pub(crate) ids: Vec<TaskId> } => {
        /// The IDs of the tasks that are gone, in the order of the input.
        deletedTaskIds: Vec<ID> => ids.iter().map(ID::from).collect(),
    }
}
