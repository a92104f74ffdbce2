//! The order of changes: every change of a task takes the next number of its owner, so the order of numbers is the order in
//! which changes became visible to others. From it live whoever keeps a copy, live updates, and the order "recently changed".

use std::cmp::Ordering;
use std::time::Duration;

use crate::id::TaskId;
use crate::task::Task;
use crate::time::Timestamp;

/// For so long after its deletion a task can be restored. Then its texts are forgotten, and only that it was deleted is
/// remembered.
pub const RESTORABLE_FOR: Duration = Duration::from_hours(30 * 24);

/// The number of a change among those of one owner. Numbers only grow; some are never used. Changes that were made together
/// have the same one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ChangeNumber(i64);

impl ChangeNumber {
    /// Before the first change. What is not stored yet has it.
    pub const NONE: Self = Self(0);

    /// For adapters: what a row or a cursor holds.
    #[must_use]
    pub const fn new(number: i64) -> Self {
        Self(number)
    }

    /// For adapters: what a row or a cursor holds.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The one after this.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// A place in the order of an owner's changes: whoever is here knows all that happened before it, and nothing that happened
/// after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The number of the last change before this place.
    pub number: ChangeNumber,
    /// Which of several tasks that share the number is the last one before this place, by id; `None` if all of them are.
    pub task: Option<TaskId>,
    /// Where the last change was when somebody began with nothing and set out to read everything; `None` once they are past
    /// it. No deletion up to there matters to them: they were never told of those tasks.
    pub walk: Option<ChangeNumber>,
}

impl Position {
    /// The place right after all changes with this number.
    #[must_use]
    pub const fn after(number: ChangeNumber) -> Self {
        Self {
            number,
            task: None,
            walk: None,
        }
    }

    /// The place before everything, for somebody who begins with nothing.
    #[must_use]
    pub fn beginning(counter: TaskCounter) -> Self {
        Self {
            walk: Some(counter.last_change),
            ..Self::after(ChangeNumber::NONE)
        }
        .walked()
    }

    /// The place right after the change of this task, for somebody who comes from `self`.
    #[must_use]
    pub fn moved_to(self, number: ChangeNumber, task: TaskId) -> Self {
        Self {
            number,
            task: Some(task),
            walk: self.walk,
        }
        .walked()
    }

    /// A walk is over where it has reached what was the last change when it began.
    fn walked(self) -> Self {
        let walk = self.walk.filter(|end| self.number < *end);
        Self { walk, ..self }
    }

    /// Whether the change of this task lies after this place.
    #[must_use]
    pub fn is_before(&self, number: ChangeNumber, task: TaskId) -> bool {
        match self.number.cmp(&number) {
            Ordering::Less => true,
            Ordering::Greater => false,
            Ordering::Equal => self.task.is_some_and(|last| last < task),
        }
    }

    /// Whether the deletion of this task lies after this place, and matters to whoever is here.
    #[must_use]
    pub fn misses_deletion(&self, number: ChangeNumber, task: TaskId) -> bool {
        self.is_before(number, task) && self.walk.is_none_or(|end| end < number)
    }

    /// The reference for every repository: whether it can be told what happened after this place. Not if something after it
    /// was forgotten, and not if it lies in the future, which is that of a database that was lost.
    #[must_use]
    pub fn is_expired(&self, counter: TaskCounter) -> bool {
        let nothing_missed = self.walk.unwrap_or(match self.task {
            None => self.number,
            // Others with the same number may have been deleted with it.
            Some(_) => ChangeNumber(self.number.0.saturating_sub(1)),
        });
        let newest = self.walk.map_or(self.number, |end| end.max(self.number));
        nothing_missed < counter.forgotten_change || newest > counter.last_change
    }
}

/// How far an owner's changes have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TaskCounter {
    /// The number that was taken last.
    pub last_change: ChangeNumber,
    /// The newest deletion that is not remembered any more.
    pub forgotten_change: ChangeNumber,
}

/// A task, and since when it has been there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredTask {
    /// As it is now; its [`newest_change`](Task::newest_change) is the newest one.
    pub task: Task,
    /// The change that brought it here: its creation, or the last time it was restored.
    pub created_change: ChangeNumber,
}

/// What is left of a task that was deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedTask {
    /// Which one.
    pub id: TaskId,
    /// The deletion.
    pub change: ChangeNumber,
    /// When it was deleted.
    pub deleted_at: Timestamp,
    /// As it was, with the number of the deletion; `None` once that is forgotten, some time after [`RESTORABLE_FOR`].
    pub task: Option<Task>,
}

impl DeletedTask {
    /// The task, if it can be restored at `now`.
    #[must_use]
    pub fn restorable(&self, now: Timestamp) -> Option<&Task> {
        let task = self.task.as_ref();
        task.filter(|_| self.deleted_at > now.minus(RESTORABLE_FOR))
    }
}

/// A task that changed after some position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// Which one.
    pub task: TaskId,
    /// Its newest change.
    pub number: ChangeNumber,
    /// What became of it.
    pub outcome: ChangedTo,
}

/// What became of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangedTo {
    /// It is there.
    Stored(StoredTask),
    /// It was deleted.
    Deleted {
        /// When.
        at: Timestamp,
    },
}

impl From<StoredTask> for Changed {
    fn from(stored: StoredTask) -> Self {
        Self {
            task: stored.task.id,
            number: stored.task.newest_change(),
            outcome: ChangedTo::Stored(stored),
        }
    }
}

/// The changes after a position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// Each task once, in the order of its newest change and with that; of those with the same number by id.
    pub changes: Vec<Changed>,
    /// Whether there are more already.
    pub has_more: bool,
    /// Where this ends: right after the last change that was asked for or, if there are no more, after all there are.
    pub end: Position,
}

impl Changes {
    /// From up to `first + 1` changes, which are the earliest after `after`.
    #[must_use]
    pub fn from_surplus(
        counter: TaskCounter,
        after: Position,
        first: u32,
        mut changes: Vec<Changed>,
    ) -> Self {
        let first = first as usize;
        let has_more = changes.len() > first;
        changes.truncate(first);
        let end = match changes.last() {
            _ if !has_more => Position::after(counter.last_change),
            Some(last) => after.moved_to(last.number, last.task),
            None => after,
        };
        Self {
            changes,
            has_more,
            end,
        }
    }
}

#[cfg(test)]
mod tests;
