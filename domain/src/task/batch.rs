//! Many tasks at once: what is asked of all of them, and what is wrong with any.

use std::collections::HashSet;

use super::edit::{parse_due_edit, parse_tags};
use super::{Completion, DueEdit, Priority, Tags, Task, TaskDraft, TaskDraftInput, TaskEdit};
use crate::id::TaskId;
use crate::violation::{Reason, Violation, Violations};

/// The most tasks of a batch.
pub const MAX_BATCH: u32 = 100;

/// Reads the drafts of 1 to 100 tasks, and reports everything wrong with all of them at once, by their places in `tasks`.
pub fn parse_drafts(inputs: &[TaskDraftInput<'_>]) -> Result<Vec<TaskDraft>, Violations> {
    let mut violations = check_size("tasks", inputs.len())?;
    let (mut drafts, mut known) = (Vec::new(), HashSet::new());
    for (place, input) in inputs.iter().enumerate() {
        let mut broken = Violations::default();
        match TaskDraft::parse(*input) {
            Ok(draft) => drafts.push(draft),
            Err(violations) => broken = violations,
        }
        if input.id.is_some_and(|id| !known.insert(id)) {
            broken.note("id", twice());
        }
        let broken = Err::<(), _>(broken);
        violations.collect_item_of("tasks", place, broken);
    }
    violations.or(drafts)
}

/// Reads the ids of 1 to 100 tasks, each once, and reports everything wrong with all of them at once, by their places in `ids`.
pub fn parse_ids<'a>(
    ids: impl ExactSizeIterator<Item = &'a str>,
) -> Result<Vec<TaskId>, Violations> {
    let mut violations = check_size("ids", ids.len())?;
    let (mut parsed, mut known) = (Vec::new(), HashSet::new());
    for (place, text) in ids.enumerate() {
        let id = TaskId::parse(text).and_then(|id| {
            if known.insert(id) {
                Ok(id)
            } else {
                Err(twice().into())
            }
        });
        parsed.extend(violations.collect_item_of("ids", place, id));
    }
    violations.or(parsed)
}

/// Nothing else is looked at in a batch of the wrong size.
fn check_size(field: &'static str, size: usize) -> Result<Violations, Violations> {
    let mut violations = Violations::default();
    if size == 0 || size > MAX_BATCH as usize {
        let message = format!("Name 1 to {MAX_BATCH} tasks.");
        let wrong = Violation::with_limit(Reason::OutOfRange, MAX_BATCH, message);
        violations.note(field, wrong);
        return Err(violations);
    }
    Ok(violations)
}

fn twice() -> Violation {
    Violation::new(Reason::Contradictory, "This ID is named twice.")
}

/// What a client gives to change many tasks, as it came; what is left out stays as it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct BatchEditInput<'a> {
    /// Completed or open from now on.
    pub completed: Option<bool>,
    /// The new day.
    pub due_on: Option<&'a str>,
    /// Whether the days are to be taken away.
    pub clear_due_on: bool,
    /// How urgent they are now.
    pub priority: Option<Priority>,
    /// Labels that all of them have from now on.
    pub add_tags: Option<&'a [String]>,
    /// Labels that none of them has from now on.
    pub remove_tags: Option<&'a [String]>,
}

/// The same change of many tasks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BatchEdit {
    /// Completed or open from now on; `None` leaves it alone.
    pub completed: Option<bool>,
    /// What happens to the day; `None` leaves it alone.
    pub due: Option<DueEdit>,
    /// How urgent they are now; `None` leaves it alone.
    pub priority: Option<Priority>,
    /// Labels that all of them have from now on.
    pub add_tags: Tags,
    /// Labels that none of them has from now on.
    pub remove_tags: Tags,
}

impl BatchEdit {
    /// Reports everything wrong with all fields at once.
    pub fn parse(input: BatchEditInput<'_>) -> Result<Self, Violations> {
        let mut violations = Violations::default();
        let due = parse_due_edit(&mut violations, input.due_on, input.clear_due_on);
        let add_tags = parse_tags(&mut violations, "add_tags", input.add_tags);
        let remove_tags = parse_tags(&mut violations, "remove_tags", input.remove_tags);
        let (add_tags, remove_tags) = (
            add_tags.unwrap_or_default(),
            remove_tags.unwrap_or_default(),
        );
        if remove_tags.has_any(&add_tags) {
            let message = "A label is added or taken away, not both.";
            violations.note(
                "remove_tags",
                Violation::new(Reason::Contradictory, message),
            );
        }
        violations.or(Self {
            completed: input.completed,
            due,
            priority: input.priority,
            add_tags,
            remove_tags,
        })
    }

    /// What it is to one task; `None` if that has too many labels then. A label that is there keeps its spelling.
    #[must_use]
    pub fn of(&self, task: &Task) -> Option<TaskEdit> {
        Some(TaskEdit {
            completion: self.completed.map(Completion::Set),
            due: self.due,
            priority: self.priority,
            tags: Some(task.tags.changed(&self.add_tags, &self.remove_tags)?),
            ..TaskEdit::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken<T>(parsed: Result<T, Violations>) -> Vec<(String, Reason, Option<u32>)> {
        let violations = parsed.err().unwrap_or_default();
        let broken = violations.as_slice().iter();
        broken.map(|v| (v.place(), v.reason, v.limit)).collect()
    }

    fn id(n: u32) -> String {
        format!("task_0197c0df1c3d7a42b6e5f4d3{n:08}")
    }

    #[test]
    fn a_batch_has_1_to_100_tasks() {
        let draft = TaskDraftInput {
            title: "x",
            ..TaskDraftInput::default()
        };
        let ids: Vec<String> = (0..101).map(id).collect();
        let ids = |count: usize| parse_ids(ids[..count].iter().map(String::as_str));
        for count in [1, 100] {
            assert_eq!(broken(parse_drafts(&vec![draft; count])), []);
            assert_eq!(ids(count).map(|ids| ids.len()), Ok(count));
        }
        for count in [0, 101] {
            let wrong = |field: &str| [(field.to_owned(), Reason::OutOfRange, Some(100))];
            assert_eq!(broken(parse_drafts(&vec![draft; count])), wrong("tasks"));
            assert_eq!(broken(ids(count)), wrong("ids"));
        }
    }

    #[test]
    fn everything_wrong_is_reported_by_its_place() {
        let (one, other) = (id(1), id(2));
        let labels = [String::new()];
        let draft = |id, title| TaskDraftInput {
            id: Some(id),
            title,
            ..TaskDraftInput::default()
        };
        let inputs = [
            draft(one.as_str(), ""),
            draft(other.as_str(), "fine"),
            TaskDraftInput {
                tags: Some(&labels),
                ..draft(one.as_str(), "x")
            },
            draft("7", "x"),
        ];
        assert_eq!(
            broken(parse_drafts(&inputs)),
            [
                ("tasks.0.title".to_owned(), Reason::Blank, None),
                ("tasks.2.tags.0".to_owned(), Reason::Blank, None),
                ("tasks.2.id".to_owned(), Reason::Contradictory, None),
                ("tasks.3.id".to_owned(), Reason::Malformed, None),
            ]
        );
        assert_eq!(
            broken(parse_ids(
                [one.as_str(), "x", other.as_str(), one.as_str()].into_iter()
            )),
            [
                ("ids.1".to_owned(), Reason::Malformed, None),
                ("ids.3".to_owned(), Reason::Contradictory, None),
            ]
        );
        let (add, remove) = (["Home".to_owned()], ["x".to_owned(), "hOME".to_owned()]);
        let edit = BatchEdit::parse(BatchEditInput {
            due_on: Some("2026-01-01"),
            clear_due_on: true,
            add_tags: Some(&add),
            remove_tags: Some(&remove),
            ..BatchEditInput::default()
        });
        assert_eq!(
            broken(edit),
            [
                ("clear".to_owned(), Reason::Contradictory, None),
                ("remove_tags".to_owned(), Reason::Contradictory, None),
            ]
        );
    }
}
