//! Which tasks to list.

use unicase::UniCase;

use crate::task::{DueDay, Priority, Tags, Task};
use crate::text::{check_length, refuse_nul};
use crate::violation::{Reason, Violation, Violations};

/// Which tasks to list. All conditions must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskFilter {
    /// Only completed tasks, or only open ones.
    pub completed: Option<bool>,
    /// Only tasks with all these words.
    pub search: Search,
    /// Only tasks due within these days.
    pub due_on: Option<DayRange>,
    /// Only tasks with, or only tasks without, a day they are due.
    pub has_due_day: Option<bool>,
    /// Only tasks with one of these priorities.
    pub priorities: Option<PrioritySet>,
    /// Only tasks with all these labels.
    pub tags: Tags,
}

impl TaskFilter {
    /// Whether it asks for no more than the completion, which some orders begin with. Whoever looks for anything else may
    /// have to look at all tasks of the owner.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        let plain = Self {
            completed: self.completed,
            ..Self::default()
        };
        *self == plain
    }

    /// The reference for every repository: whether `task` belongs in the list.
    #[must_use]
    pub fn matches(&self, task: &Task) -> bool {
        self.completed
            .is_none_or(|completed| completed != task.is_open())
            && self.finds(task)
            && self.due_on.is_none_or(|days| days.admits(task.due_on))
            && self
                .has_due_day
                .is_none_or(|wanted| wanted == task.due_on.is_some())
            && self
                .priorities
                .is_none_or(|wanted| wanted.contains(task.priority))
            && task.tags.has_all(&self.tags)
    }

    /// Folds the texts only if there is something to look for: a `place` is asked for thousands of tasks at once.
    fn finds(&self, task: &Task) -> bool {
        let words = self.search.words();
        if words.is_empty() {
            return true;
        }
        let (title, description) = (fold(task.title.as_str()), fold(task.description.as_str()));
        let mut words = words.iter();
        words.all(|word| title.contains(word) || description.contains(word))
    }
}

/// A range of days, both ends included. Where an end is left out, it is open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DayRange {
    from: Option<DueDay>,
    to: Option<DueDay>,
}

impl DayRange {
    /// Reports everything wrong with both ends at once.
    pub fn parse(from: Option<&str>, to: Option<&str>) -> Result<Self, Violations> {
        let mut violations = Violations::default();
        let mut end = |field, text: Option<&str>| {
            text.and_then(|text| violations.collect(field, DueDay::parse(text)))
        };
        let (from, to) = (end("from", from), end("to", to));
        if let (Some(first), Some(last)) = (from, to)
            && first > last
        {
            let message = "The range ends before it begins.";
            violations.note("to", Violation::new(Reason::Contradictory, message));
        }
        violations.or(Self { from, to })
    }

    /// The first day that counts.
    #[must_use]
    pub const fn from(self) -> Option<DueDay> {
        self.from
    }

    /// The last day that counts.
    #[must_use]
    pub const fn to(self) -> Option<DueDay> {
        self.to
    }

    /// Whatever the range, who has no day is not in it.
    fn admits(self, day: Option<DueDay>) -> bool {
        day.is_some_and(|day| {
            self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
        })
    }
}

/// Some of the priorities, or none of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PrioritySet(u8);

impl PrioritySet {
    /// Whether it is one of them.
    #[must_use]
    pub const fn contains(self, priority: Priority) -> bool {
        self.0 & (1 << priority.level()) != 0
    }

    /// Those that are in it, the least urgent first.
    pub fn iter(self) -> impl Iterator<Item = Priority> {
        Priority::ALL
            .into_iter()
            .filter(move |one| self.contains(*one))
    }
}

impl FromIterator<Priority> for PrioritySet {
    fn from_iter<T: IntoIterator<Item = Priority>>(priorities: T) -> Self {
        let bits = priorities.into_iter().map(|one| 1 << one.level());
        Self(bits.fold(0, |set, bit: u8| set | bit))
    }
}

/// Words that must all occur in the title or in the description, ignoring case. There are no wildcards.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search(Vec<String>);

impl Search {
    /// The longest search, in characters.
    pub const MAX_LENGTH: u32 = 100;
    /// The most words of a search: each one is a condition on every row looked at.
    pub const MAX_WORDS: u32 = 5;

    /// Splits at white space. A search without words finds everything.
    pub fn parse(text: &str) -> Result<Self, Violations> {
        let mut violations = Violations::default();
        check_length(&mut violations, text.trim(), Self::MAX_LENGTH);
        refuse_nul(&mut violations, text);
        let words: Vec<String> = text.split_whitespace().map(fold).collect();
        if words.len() > Self::MAX_WORDS as usize {
            let message = format!("At most {} words are allowed.", Self::MAX_WORDS);
            violations.add(Violation::with_limit(
                Reason::TooLong,
                Self::MAX_WORDS,
                message,
            ));
        }
        violations.or(Self(words))
    }

    /// The words, folded by [`fold`].
    #[must_use]
    pub fn words(&self) -> &[String] {
        &self.0
    }
}

/// Removes the difference between upper and lower case for all of Unicode. Repositories store texts folded by this
/// function beside the originals, because each database folds in a way of its own, and only partly.
#[must_use]
pub fn fold(text: &str) -> String {
    UniCase::unicode(text).to_folded_case()
}
