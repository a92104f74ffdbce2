//! A task, its texts, and what can be changed about it.

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
    /// The newest change among those of all the owner's tasks, given by whoever stores it.
    pub change: ChangeNumber,
}

impl Task {
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
        if next != *self {
            next.version += 1;
            next.updated_at = now;
        }
        Some(next)
    }
}

/// What a client gives to create a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskDraft {
    /// An id of the client's own making, which makes repeating the request safe.
    pub id: Option<TaskId>,
    /// What to do.
    pub title: TaskTitle,
    /// Details.
    pub description: TaskDescription,
}

impl TaskDraft {
    /// Reports everything wrong with all fields at once.
    pub fn parse(
        id: Option<&str>,
        title: &str,
        description: Option<&str>,
    ) -> Result<Self, Violations> {
        let mut violations = Violations::default();
        let id = id.and_then(|id| violations.collect("id", TaskId::client_made(id)));
        let title = violations.collect("title", TaskTitle::parse(title));
        let description = violations.collect(
            "description",
            TaskDescription::parse(description.unwrap_or_default()),
        );
        match (title, description) {
            (Some(title), Some(description)) => violations.or(Self {
                id,
                title,
                description,
            }),
            _ => Err(violations),
        }
    }
}

/// A change, as a value: adapters turn it into one statement, [`Task::apply`] says what must come out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskEdit {
    /// The new title; `None` leaves it alone.
    pub title: Option<TaskTitle>,
    /// The new description; `None` leaves it alone.
    pub description: Option<TaskDescription>,
    /// What happens to its completion; `None` leaves it alone.
    pub completion: Option<Completion>,
    /// Only change the task if this is still its version.
    pub expected_version: Option<i32>,
}

/// What an edit does to a task's completion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completion {
    /// Completed (`true`) or open (`false`), whatever it was.
    Set(bool),
    /// The other way round.
    Toggle,
}

impl TaskEdit {
    /// Reports everything wrong with all fields at once.
    pub fn parse(
        title: Option<&str>,
        description: Option<&str>,
        expected_version: Option<i32>,
    ) -> Result<Self, Violations> {
        let mut violations = Violations::default();
        let title = title.and_then(|text| violations.collect("title", TaskTitle::parse(text)));
        let description = description
            .and_then(|text| violations.collect("description", TaskDescription::parse(text)));
        if expected_version.is_some_and(|version| version < 1) {
            let below = Violation::with_limit(Reason::OutOfRange, 1, "Versions start at 1.");
            violations.note("expected_version", below);
        }
        violations.or(Self {
            title,
            description,
            completion: None,
            expected_version,
        })
    }

    /// An edit that only completes, reopens or toggles.
    #[must_use]
    pub fn completion(completion: Completion) -> Self {
        Self {
            completion: Some(completion),
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests;
