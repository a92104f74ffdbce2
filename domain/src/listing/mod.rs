//! Lists of tasks: which, in what order, and which page of them.

use std::cmp::Ordering;

use unicase::UniCase;

use crate::change::{ChangeNumber, Position};
use crate::id::TaskId;
use crate::task::Task;
use crate::text::{check_length, refuse_nul};
use crate::time::Timestamp;
use crate::violation::{Reason, Violation, Violations};

/// In what order to list tasks. Each is total: ties are broken by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TaskOrder {
    /// Open tasks before completed ones, each group with the newest first.
    #[default]
    OpenFirst,
    /// The most recently created first.
    Newest,
    /// The longest existing first.
    Oldest,
    /// The most recently changed first, by the numbers of the changes.
    RecentlyUpdated,
}

impl TaskOrder {
    /// Whether the order goes from larger keys to smaller ones. All parts of a key point the same way, so that one index
    /// and one row-value comparison serve it.
    #[must_use]
    pub const fn is_descending(self) -> bool {
        !matches!(self, Self::Oldest)
    }

    /// The reference for every repository: which of two positions comes first.
    #[must_use]
    pub fn compare(self, a: &TaskPosition, b: &TaskPosition) -> Ordering {
        let ascending = (a.is_open, a.key, a.id).cmp(&(b.is_open, b.key, b.id));
        if self.is_descending() {
            ascending.reverse()
        } else {
            ascending
        }
    }
}

/// Where a task stands in an order: the whole sort key, so that a cursor survives the change or deletion of its task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaskPosition {
    /// First part of the key in [`TaskOrder::OpenFirst`]; always true in the other orders, which do not look at it.
    pub is_open: bool,
    /// The part of the key that the order is about.
    pub key: SortKey,
    /// Breaks ties.
    pub id: TaskId,
}

/// What an order goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SortKey {
    /// The newest change of the task, in [`TaskOrder::RecentlyUpdated`].
    Change(ChangeNumber),
    /// When the task was created, in all others.
    CreatedAt(Timestamp),
}

impl TaskPosition {
    /// The position of `task` in `order`.
    #[must_use]
    pub const fn of(task: &Task, order: TaskOrder) -> Self {
        Self {
            is_open: !matches!(order, TaskOrder::OpenFirst) || task.is_open(),
            key: if matches!(order, TaskOrder::RecentlyUpdated) {
                SortKey::Change(task.change)
            } else {
                SortKey::CreatedAt(task.created_at)
            },
            id: task.id,
        }
    }
}

/// Which tasks to list. All conditions must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskFilter {
    /// Only completed tasks, or only open ones.
    pub completed: Option<bool>,
    /// Only tasks with all these words.
    pub search: Search,
}

impl TaskFilter {
    /// The reference for every repository: whether `task` belongs in the list.
    #[must_use]
    pub fn matches(&self, task: &Task) -> bool {
        let (title, description) = (fold(task.title.as_str()), fold(task.description.as_str()));
        self.completed
            .is_none_or(|completed| completed != task.is_open())
            && self
                .search
                .words()
                .iter()
                .all(|word| title.contains(word) || description.contains(word))
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

/// Which stretch of the list to return.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// Which tasks.
    pub filter: TaskFilter,
    /// In what order; `after` and `before` are positions in it.
    pub order: TaskOrder,
    /// Up to this many, from which end of the range.
    pub take: Take,
    /// The range starts behind this position.
    pub after: Option<TaskPosition>,
    /// The range ends ahead of this position.
    pub before: Option<TaskPosition>,
    /// Whether to say which moment the page shows.
    pub as_of: bool,
}

/// How many items, counted from which end of the range: 0 to [`Take::MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// Those at the start.
    First(u32),
    /// Those at the end, still in the order of the list.
    Last(u32),
}

impl Default for Take {
    fn default() -> Self {
        Self::First(Self::DEFAULT)
    }
}

impl Take {
    /// What a page has when nothing is asked for.
    pub const DEFAULT: u32 = 20;
    /// The most items of a page.
    pub const MAX: u32 = 100;

    /// The first `n`.
    pub fn first(n: i32) -> Result<Self, Violations> {
        Self::count(n).map(Self::First)
    }

    /// The last `n`.
    pub fn last(n: i32) -> Result<Self, Violations> {
        Self::count(n).map(Self::Last)
    }

    fn count(n: i32) -> Result<u32, Violations> {
        u32::try_from(n)
            .ok()
            .filter(|n| *n <= Self::MAX)
            .ok_or_else(|| {
                let message = format!("Must be between 0 and {}.", Self::MAX);
                Violation::with_limit(Reason::OutOfRange, Self::MAX, message).into()
            })
    }

    /// The number of items asked for.
    #[must_use]
    pub const fn limit(self) -> u32 {
        match self {
            Self::First(n) | Self::Last(n) => n,
        }
    }
}

/// One page of tasks, in the order that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The tasks.
    pub tasks: Vec<Task>,
    /// Whether there are more after these. Read with one row more when paging forwards; and the task of a cursor that lies
    /// behind the page is after it (Relay's rule, which costs no query).
    pub has_next: bool,
    /// Whether there are more before these; the same the other way round.
    pub has_previous: bool,
    /// Right after the last of all changes that the page can show; given if it was asked for and the owner exists.
    pub as_of: Option<Position>,
}

impl Page {
    /// From up to `limit + 1` tasks, read from the end of the range that `request` takes from: for [`Take::Last`] they
    /// arrive in reverse. It does not say which moment it shows.
    #[must_use]
    pub fn from_surplus(request: &PageRequest, mut tasks: Vec<Task>) -> Self {
        let limit = request.take.limit() as usize;
        let more = tasks.len() > limit;
        tasks.truncate(limit);
        match request.take {
            Take::First(_) => Self {
                tasks,
                has_next: more || request.before.is_some(),
                has_previous: request.after.is_some(),
                as_of: None,
            },
            Take::Last(_) => {
                tasks.reverse();
                Self {
                    tasks,
                    has_next: request.before.is_some(),
                    has_previous: more || request.after.is_some(),
                    as_of: None,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
