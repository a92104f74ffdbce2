//! A task, its texts, and what can be changed about it.

mod arrangement;
mod batch;
mod day;
mod edit;
mod priority;
mod rank;
mod tags;

pub use arrangement::Arrangement;
pub use batch::{BatchEdit, BatchEditInput, MAX_BATCH, parse_drafts, parse_ids};
pub use day::DueDay;
pub use edit::{Completion, DueEdit, TaskDraft, TaskDraftInput, TaskEdit, TaskEditInput};
pub use priority::Priority;
pub use rank::Rank;
pub use tags::{Tag, TagUsage, Tags};

use crate::change::ChangeNumber;
use crate::id::TaskId;
use crate::text::{check_length, is_invisible, refuse_nul};
use crate::time::Timestamp;
use crate::violation::{Reason, Violation, Violations};

/// What to do: 1 to 200 characters, trimmed, on one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskTitle(String);

impl TaskTitle {
    /// The longest title, in characters (Unicode scalar values).
    pub const MAX_LENGTH: u32 = 200;

    /// Trims white space at both ends. Refuses control characters, and titles that show nothing.
    pub fn parse(text: &str) -> Result<Self, Violations> {
        let text = text.trim();
        if text.chars().all(is_invisible) {
            return Err(Violation::new(
                Reason::Blank,
                "A title needs at least one visible character.",
            )
            .into());
        }
        let mut violations = Violations::default();
        check_length(&mut violations, text, Self::MAX_LENGTH);
        if text.chars().any(char::is_control) {
            violations.add(Violation::new(
                Reason::Malformed,
                "A title is one line: remove line breaks, tabs and other control characters.",
            ));
        }
        violations.or(Self(text.to_owned()))
    }

    /// A title as it was stored, by the rules of its day: those of today are for what is written. Asks only what every
    /// title has always been, so it must never get stricter: not empty, and without control characters.
    #[must_use]
    pub fn from_stored(text: String) -> Option<Self> {
        (!text.is_empty() && !text.chars().any(char::is_control)).then_some(Self(text))
    }

    /// The text, as it was given but for the trimming.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Details: up to 2000 characters of any kind but U+0000, not trimmed; empty when there are none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskDescription(String);

impl TaskDescription {
    /// The longest description, in characters (Unicode scalar values).
    pub const MAX_LENGTH: u32 = 2000;

    /// Keeps the text byte for byte.
    pub fn parse(text: &str) -> Result<Self, Violations> {
        let mut violations = Violations::default();
        check_length(&mut violations, text, Self::MAX_LENGTH);
        refuse_nul(&mut violations, text);
        violations.or(Self(text.to_owned()))
    }

    /// A description as it was stored, by the rules of its day. Any text is one.
    #[must_use]
    pub const fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The text, as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Something to do. Whose it is, is not part of it: a task is only ever reached through its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Unique among the owner's tasks.
    pub id: TaskId,
    /// What to do.
    pub title: TaskTitle,
    /// Details, perhaps empty.
    pub description: TaskDescription,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed; `created_at` for a task never changed.
    pub updated_at: Timestamp,
    /// When it was completed; `None` while it is open.
    pub completed_at: Option<Timestamp>,
    /// Starts at 1 and grows by one with every change.
    pub version: i32,
    /// The day it is due.
    pub due_on: Option<DueDay>,
    /// How urgent it is.
    pub priority: Priority,
    /// Its labels.
    pub tags: Tags,
    /// Its place in the order of the owner's own making, given by whoever stores it. No edit changes it.
    pub rank: Rank,
    /// Its newest edit among the changes of all the owner's tasks, given by whoever stores it.
    pub change: ChangeNumber,
    /// The newest change of its rank, if that is newer than the newest edit.
    pub moved: Option<ChangeNumber>,
}

impl Task {
    /// As it is created at `now`, before it is stored.
    #[must_use]
    pub fn create(id: TaskId, draft: TaskDraft, now: Timestamp) -> Self {
        Self {
            id,
            title: draft.title,
            description: draft.description,
            created_at: now,
            updated_at: now,
            completed_at: None,
            version: 1,
            due_on: draft.due_on,
            priority: draft.priority,
            tags: draft.tags,
            rank: Rank::NONE,
            change: ChangeNumber::NONE,
            moved: None,
        }
    }

    /// The number of its newest change of any kind.
    #[must_use]
    pub fn newest_change(&self) -> ChangeNumber {
        self.moved.unwrap_or(self.change)
    }

    /// Whether it is still to be done.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.completed_at.is_none()
    }

    /// The reference for every repository: what `edit` makes of this task at `now`.
    ///
    /// An edit that changes nothing leaves the version and `updated_at` alone, so that repeating a request does no harm.
    /// Completing a completed task keeps the time at which it was completed. The number of the change is left to whoever stores
    /// the task.
    #[must_use]
    pub fn apply(&self, edit: &TaskEdit, now: Timestamp) -> Option<Self> {
        if edit
            .expected_version
            .is_some_and(|expected| expected != self.version)
        {
            return None;
        }
        let mut next = self.clone();
        if let Some(title) = &edit.title {
            next.title = title.clone();
        }
        if let Some(description) = &edit.description {
            next.description = description.clone();
        }
        next.completed_at = match edit.completion {
            Some(Completion::Set(completed)) if completed != self.is_open() => self.completed_at,
            Some(Completion::Set(true)) => Some(now),
            Some(Completion::Toggle) if self.is_open() => Some(now),
            Some(Completion::Set(false) | Completion::Toggle) => None,
            None => self.completed_at,
        };
        if let Some(due) = edit.due {
            next.due_on = due.day();
        }
        if let Some(priority) = edit.priority {
            next.priority = priority;
        }
        if let Some(tags) = &edit.tags {
            next.tags = tags.clone();
        }
        if next != *self {
            next.version += 1;
            next.updated_at = now;
            next.moved = None;
        }
        Some(next)
    }
}

#[cfg(test)]
mod tests;
