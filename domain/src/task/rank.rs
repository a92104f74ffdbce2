//! Where tasks stand in the order in which their owner arranged them.

use crate::change::ChangeNumber;

/// The place of a task in the order of its owner's own making: smaller ranks come first, those with the same rank go by
/// id. Whoever stores the task gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rank(i64);

impl Rank {
    /// What is not stored yet has it; no task that is stored.
    pub const NONE: Self = Self(i64::MIN);
    /// How far apart tasks are ranked that come one after the other: twenty more fit between two, each right after the first.
    pub const STEP: i64 = 1 << 20;

    /// The rank of what comes to the top with this change: before all that was there, without looking at any of it, because
    /// numbers only grow.
    ///
    /// Adapters write the same in SQL. At 1,000 changes a second of one owner it takes 279 years until the numbers are too
    /// large for it.
    #[must_use]
    pub const fn top(change: ChangeNumber) -> Self {
        Self(change.get().saturating_mul(-Self::STEP))
    }

    /// For adapters: what a row or a cursor holds.
    #[must_use]
    pub const fn new(rank: i64) -> Self {
        Self(rank)
    }

    /// For adapters: what a row or a cursor holds.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// This rank, or that of what came to the top with `change` if there is none.
    #[must_use]
    pub const fn or_top(self, change: ChangeNumber) -> Self {
        if self.0 == Self::NONE.0 {
            Self::top(change)
        } else {
            self
        }
    }
}
