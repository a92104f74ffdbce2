//! Lists of tasks: which, in what order, and which page of them.

mod filter;

pub use filter::{DayRange, PrioritySet, Search, TaskFilter, fold};

use std::cmp::Ordering;

use crate::change::{ChangeNumber, Position};
use crate::id::TaskId;
use crate::task::{DueDay, Priority, Rank, Task};
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
    /// The most recently edited first, by the numbers of the changes.
    RecentlyUpdated,
    /// As their owner arranged them; what is new comes first.
    Manual,
    /// Open tasks before completed ones, each group with the soonest due first and those without a day last.
    DueFirst,
    /// Open tasks before completed ones, each group with the most urgent first, then the newest.
    PriorityFirst,
}

impl TaskOrder {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::OpenFirst,
        Self::Newest,
        Self::Oldest,
        Self::RecentlyUpdated,
        Self::Manual,
        Self::DueFirst,
        Self::PriorityFirst,
    ];

    /// Whether open tasks come before completed ones: then that is the first part of the key.
    #[must_use]
    pub const fn puts_open_first(self) -> bool {
        matches!(self, Self::OpenFirst | Self::DueFirst | Self::PriorityFirst)
    }

    /// Whether the order goes from larger keys to smaller ones. All parts of a key point the same way, so that one index
    /// and one row-value comparison serve it.
    #[must_use]
    pub const fn is_descending(self) -> bool {
        !matches!(self, Self::Oldest | Self::Manual)
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
    /// First part of the key in the orders that [put open tasks first](TaskOrder::puts_open_first); always true in the
    /// others, which do not look at it.
    pub is_open: bool,
    /// The part of the key that the order is about.
    pub key: SortKey,
    /// Breaks ties.
    pub id: TaskId,
}

/// What an order goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SortKey {
    /// The newest edit of the task, in [`TaskOrder::RecentlyUpdated`].
    Change(ChangeNumber),
    /// When the task was created.
    CreatedAt(Timestamp),
    /// Where its owner put it, in [`TaskOrder::Manual`].
    Rank(Rank),
    /// How soon the task is due, in [`TaskOrder::DueFirst`].
    Due(Nearness),
    /// How urgent the task is and when it was created, in [`TaskOrder::PriorityFirst`].
    Priority(Priority, Timestamp),
}

/// How soon something is due: the sooner, the greater; what is never due is nearer than nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Nearness(i32);

impl Nearness {
    /// That of what is never due: less than that of the last day there is.
    const NEVER: i32 = -10_000_000;

    /// That of a task with this day.
    #[must_use]
    pub const fn of(due_on: Option<DueDay>) -> Self {
        match due_on {
            Some(day) => Self(-day.days()),
            None => Self(Self::NEVER),
        }
    }

    /// For adapters: what a row or a cursor holds.
    #[must_use]
    pub const fn new(nearness: i32) -> Self {
        Self(nearness)
    }

    /// For adapters: what a row or a cursor holds.
    #[must_use]
    pub const fn get(self) -> i32 {
        self.0
    }
}

impl TaskPosition {
    /// The position of `task` in `order`.
    #[must_use]
    pub const fn of(task: &Task, order: TaskOrder) -> Self {
        Self {
            is_open: !order.puts_open_first() || task.is_open(),
            key: match order {
                TaskOrder::RecentlyUpdated => SortKey::Change(task.change),
                TaskOrder::Manual => SortKey::Rank(task.rank),
                TaskOrder::DueFirst => SortKey::Due(Nearness::of(task.due_on)),
                TaskOrder::PriorityFirst => SortKey::Priority(task.priority, task.created_at),
                TaskOrder::OpenFirst | TaskOrder::Newest | TaskOrder::Oldest => {
                    SortKey::CreatedAt(task.created_at)
                }
            },
            id: task.id,
        }
    }
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
