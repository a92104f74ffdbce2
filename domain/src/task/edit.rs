//! What a client gives to create a task, and to change one.

use super::{DueDay, Priority, Tags, TaskDescription, TaskTitle};
use crate::id::TaskId;
use crate::violation::{Reason, Violation, Violations};

/// What a client gives to create a task, as it came.
#[derive(Debug, Clone, Copy, Default)]
pub struct TaskDraftInput<'a> {
    /// An id of the client's own making.
    pub id: Option<&'a str>,
    /// What to do.
    pub title: &'a str,
    /// Details; none if left out.
    pub description: Option<&'a str>,
    /// The day it is due.
    pub due_on: Option<&'a str>,
    /// How urgent it is; normal if left out.
    pub priority: Option<Priority>,
    /// Its labels; none if left out.
    pub tags: Option<&'a [String]>,
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
    /// The day it is due.
    pub due_on: Option<DueDay>,
    /// How urgent it is.
    pub priority: Priority,
    /// Its labels.
    pub tags: Tags,
}

impl TaskDraft {
    /// Reports everything wrong with all fields at once.
    pub fn parse(input: TaskDraftInput<'_>) -> Result<Self, Violations> {
        let mut violations = Violations::default();
        let id = input
            .id
            .and_then(|id| violations.collect("id", TaskId::client_made(id)));
        let title = violations.collect("title", TaskTitle::parse(input.title));
        let description = violations.collect(
            "description",
            TaskDescription::parse(input.description.unwrap_or_default()),
        );
        let due_on = parse_due_on(&mut violations, input.due_on);
        let tags = parse_tags(&mut violations, "tags", input.tags);
        match (title, description) {
            (Some(title), Some(description)) => violations.or(Self {
                id,
                title,
                description,
                due_on,
                priority: input.priority.unwrap_or_default(),
                tags: tags.unwrap_or_default(),
            }),
            _ => Err(violations),
        }
    }
}

/// What a client gives to change a task, as it came; what is left out stays as it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct TaskEditInput<'a> {
    /// The new title.
    pub title: Option<&'a str>,
    /// The new description.
    pub description: Option<&'a str>,
    /// The version that is to be changed.
    pub expected_version: Option<i32>,
    /// The new day.
    pub due_on: Option<&'a str>,
    /// Whether the day is to be taken away.
    pub clear_due_on: bool,
    /// How urgent it is now.
    pub priority: Option<Priority>,
    /// All its labels from now on.
    pub tags: Option<&'a [String]>,
}

/// A change, as a value: adapters turn it into one statement, [`Task::apply`](super::Task::apply) says what must come out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskEdit {
    /// The new title; `None` leaves it alone.
    pub title: Option<TaskTitle>,
    /// The new description; `None` leaves it alone.
    pub description: Option<TaskDescription>,
    /// What happens to its completion; `None` leaves it alone.
    pub completion: Option<Completion>,
    /// What happens to the day it is due; `None` leaves it alone.
    pub due: Option<DueEdit>,
    /// How urgent it is now; `None` leaves it alone.
    pub priority: Option<Priority>,
    /// All its labels from now on; `None` leaves them alone.
    pub tags: Option<Tags>,
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

/// What an edit does to the day a task is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DueEdit {
    /// It is this one now.
    Set(DueDay),
    /// There is none now.
    Clear,
}

impl DueEdit {
    /// The day from now on.
    #[must_use]
    pub const fn day(self) -> Option<DueDay> {
        match self {
            Self::Set(day) => Some(day),
            Self::Clear => None,
        }
    }
}

impl TaskEdit {
    /// Reports everything wrong with all fields at once.
    pub fn parse(input: TaskEditInput<'_>) -> Result<Self, Violations> {
        let mut violations = Violations::default();
        let title = input
            .title
            .and_then(|text| violations.collect("title", TaskTitle::parse(text)));
        let description = input
            .description
            .and_then(|text| violations.collect("description", TaskDescription::parse(text)));
        if input.expected_version.is_some_and(|version| version < 1) {
            let below = Violation::with_limit(Reason::OutOfRange, 1, "Versions start at 1.");
            violations.note("expected_version", below);
        }
        let due = parse_due_edit(&mut violations, input.due_on, input.clear_due_on);
        let tags = parse_tags(&mut violations, "tags", input.tags);
        violations.or(Self {
            title,
            description,
            completion: None,
            due,
            priority: input.priority,
            tags,
            expected_version: input.expected_version,
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

fn parse_due_on(violations: &mut Violations, due_on: Option<&str>) -> Option<DueDay> {
    due_on.and_then(|text| violations.collect("due_on", DueDay::parse(text)))
}

pub(super) fn parse_due_edit(
    violations: &mut Violations,
    due_on: Option<&str>,
    clear: bool,
) -> Option<DueEdit> {
    if due_on.is_some() && clear {
        let message = "Give a day, or take the day away, not both.";
        violations.note("clear", Violation::new(Reason::Contradictory, message));
    }
    let day = parse_due_on(violations, due_on).map(DueEdit::Set);
    if clear { Some(DueEdit::Clear) } else { day }
}

pub(super) fn parse_tags(
    violations: &mut Violations,
    field: &'static str,
    tags: Option<&[String]>,
) -> Option<Tags> {
    let tags = Tags::parse(tags?.iter().map(String::as_str));
    violations.collect(field, tags)
}
