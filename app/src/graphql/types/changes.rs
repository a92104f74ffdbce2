//! What changed in a user's tasks, as the API shows it: as a list, as it happens, and brought back.

use async_graphql::resolver_utils::enum_value;
use async_graphql::{Enum, ID, InputObject};
use taskhive_domain::change::{Changed, ChangedTo, Changes, Position};
use taskhive_domain::event::{TaskChange as Happened, TaskEvent as DomainEvent};
use taskhive_domain::listing::Take;
use taskhive_domain::violation::{Reason, Violation, Violations};
use taskhive_domain::{TaskId, Timestamp, UserId};

use super::change_cursor;
use super::scalars::DateTime;
use super::task::Task;
use crate::graphql::object::{leaf, object};

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

leaf!(TaskEventKind: |kind| &enum_value(kind));

object! {
    /// A change to one of your tasks.
    pub(crate) struct TaskEvent {
        kind: TaskEventKind,
        id: TaskId,
        task: Option<Task>,
        occurred_at: Timestamp,
        owner: UserId,
        position: Position,
    } => {
        /// What happened. A task that was made, or brought back, after the point you came with is
        /// CREATED, also if it was changed since.
        kind: TaskEventKind => *kind,
        /// The task it happened to.
        taskId: ID => id.into(),
        /// The task right after the change. Null if it was deleted.
        task: Option<&Task> => task.as_ref(),
        /// When it happened. For a task that was brought back: when it was last changed before.
        occurredAt: DateTime => DateTime(*occurred_at),
        /// The point right after this event. Keep the newest: with it, `taskEvents` goes on after an
        /// interruption without losing anything.
        cursor: String => change_cursor::encode(*owner, position),
    }
}

impl TaskEvent {
    pub(crate) fn new(owner: UserId, event: DomainEvent) -> Self {
        let (kind, task) = match event.change {
            Happened::Created(task) => (TaskEventKind::Created, Some(Task::new(owner, task))),
            Happened::Updated(task) => (TaskEventKind::Updated, Some(Task::new(owner, task))),
            Happened::Deleted => (TaskEventKind::Deleted, None),
        };
        Self {
            kind,
            id: event.task,
            task,
            occurred_at: event.occurred_at,
            owner,
            position: event.position,
        }
    }
}

object! {
    /// What changed in your tasks.
    pub(crate) struct TaskChanges {
        changes: Vec<TaskChange>,
        has_more: bool,
        owner: UserId,
        end: Position,
    } => {
        /// The changes, each task once.
        changes: &[TaskChange] => changes,
        /// Where this answer ends, also if nothing changed. Pass it as `after`, here or to `taskEvents`.
        cursor: String => change_cursor::encode(*owner, end),
        /// Whether there is more already.
        hasMore: bool => *has_more,
    }
}

impl TaskChanges {
    pub(crate) fn new(owner: UserId, changes: Changes) -> Self {
        Self {
            changes: changes
                .changes
                .into_iter()
                .map(|changed| TaskChange::new(owner, changed))
                .collect(),
            has_more: changes.has_more,
            owner,
            end: changes.end,
        }
    }
}

object! {
    /// A task that changed.
    pub(crate) struct TaskChange { id: TaskId, task: Option<Task> } => {
        /// Which task.
        taskId: ID => id.into(),
        /// The task as it is now. Null if it was deleted.
        task: Option<&Task> => task.as_ref(),
    }
}

impl TaskChange {
    fn new(owner: UserId, changed: Changed) -> Self {
        let task = match changed.outcome {
            ChangedTo::Stored(stored) => Some(Task::new(owner, stored.task)),
            ChangedTo::Deleted { .. } => None,
        };
        let id = changed.task;
        Self { id, task }
    }
}

/// The arguments of `taskChanges`: after which position, and how many. Reports everything wrong with both at once.
pub(crate) fn range(
    owner: UserId,
    after: Option<&str>,
    first: Option<i32>,
) -> Result<(Option<Position>, u32), Violations> {
    let mut violations = Violations::default();
    let after =
        after.and_then(|text| violations.collect("after", change_cursor::decode(owner, text)));
    let first = first.and_then(|n| violations.collect("first", Take::first(n)));
    violations.or((after, first.map_or(Take::MAX, Take::limit)))
}

/// Input of `restoreTasks`.
#[derive(Debug, InputObject)]
pub(crate) struct RestoreTasksInput {
    /// 1 to 100 tasks that were deleted within the last 30 days.
    pub(crate) ids: Vec<ID>,
}

impl RestoreTasksInput {
    pub(crate) fn parse(&self) -> Result<Vec<TaskId>, Violations> {
        let most = Take::MAX;
        let mut violations = Violations::default();
        if self.ids.is_empty() || self.ids.len() > most as usize {
            let message = format!("Name 1 to {most} tasks.");
            violations.note(
                "ids",
                Violation::with_limit(Reason::OutOfRange, most, message),
            );
            return violations.or(Vec::new());
        }
        let parse = |id: &ID| violations.collect("ids", TaskId::parse(id));
        let ids = self.ids.iter().filter_map(parse).collect();
        violations.or(ids)
    }
}

object! {
    /// Result of `restoreTasks`.
    pub(crate) struct RestoreTasksPayload { pub(crate) tasks: Vec<Task> } => {
        /// The tasks as they are now, in the order of the input.
        tasks: &[Task] => tasks,
    }
}
