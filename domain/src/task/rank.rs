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

    /// This rank, for a task that comes from elsewhere into an account whose last change is `last`. One that no task there can
    /// have would stand before all that will be new: that is put where `change` brings it, and so is one that has none.
    #[must_use]
    pub const fn or_plausible(self, last: ChangeNumber, change: ChangeNumber) -> Self {
        if self.0 < Self::top(last).0 {
            Self::top(change)
        } else {
            self
        }
    }

    /// The rank of one of several that come to the top with one change: the first has place 0, and there are up to 127.
    #[must_use]
    pub fn top_of_several(change: ChangeNumber, place: usize) -> Self {
        Self(Self::top(change).0.saturating_add(Self::offset(place)))
    }

    /// For adapters: what is added to the rank of the first for the one with this place.
    #[must_use]
    pub fn offset(place: usize) -> i64 {
        i64::try_from(place)
            .unwrap_or(i64::MAX)
            .saturating_mul(Self::STEP / 128)
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
}
