//! One limit: how often something may happen per key, in memory of a fixed size.
//!
//! `governor` decides by GCRA, whose whole state is one number. The keys are not kept: each is hashed, under a secret of this
//! process, to one of [`CELLS`] numbers. So there is nothing to evict, and nobody can flush other people's counters by
//! coming under many addresses, nor choose whom to share a number with. Two keys that do share one also share what is
//! allowed, which only shows when both use it up at the same time: with a thousand busy keys one in a hundred shares at all.

use std::hash::{BuildHasher, Hash, RandomState};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed, StateStore};
use governor::{Quota, RateLimiter};

/// Numbers per limit: 1 MiB.
const CELLS: usize = 1 << 17;

/// So many at once; what is used up comes back evenly over the period. Over any stretch of time no more happens than was
/// allowed at once and what has come back since.
pub(super) struct Counter<C: Clock + Clone> {
    limiter: RateLimiter<usize, Cells, C, NoOpMiddleware<<C as Clock>::Instant>>,
    /// The same cells as the limiter's.
    cells: Cells,
    /// What one event weighs: the time after which it is forgotten.
    weight: Nanos,
    hasher: RandomState,
    clock: C,
}

/// An event that was counted. Dropping it leaves it so.
pub(super) struct Counted<'a> {
    cells: &'a Cells,
    cell: usize,
    weight: Nanos,
}

#[derive(Clone)]
struct Cells(Arc<[InMemoryState]>);

impl<C: Clock + Clone> Counter<C> {
    /// `None` if `count` is 0, which switches a limit off.
    pub(super) fn new(count: u32, period: Duration, clock: C) -> Option<Self> {
        let burst = NonZeroU32::new(count)?;
        let weight = period / count;
        let quota = Quota::with_period(weight)?.allow_burst(burst);
        let cells = Cells(
            std::iter::repeat_with(InMemoryState::default)
                .take(CELLS)
                .collect(),
        );
        Some(Self {
            limiter: RateLimiter::new(quota, cells.clone(), clock.clone()),
            cells,
            weight: weight.into(),
            hasher: RandomState::new(),
            clock,
        })
    }

    /// Counts an event, or says how long to wait for the next one. What is refused is not counted: a client that keeps
    /// asking does not lock itself out.
    pub(super) fn count(&self, key: &(impl Hash + ?Sized)) -> Result<Counted<'_>, Duration> {
        let hash = usize::try_from(self.hasher.hash_one(key) % CELLS as u64);
        let cell = hash.unwrap_or_default();
        match self.limiter.check_key(&cell) {
            Ok(()) => Ok(Counted {
                cells: &self.cells,
                cell,
                weight: self.weight,
            }),
            Err(not_until) => Err(not_until.wait_time_from(self.clock.now())),
        }
    }
}

impl Counted<'_> {
    /// The event does not count after all.
    pub(super) fn undo(self) {
        let earlier = |until: Option<Nanos>| {
            let until = until.unwrap_or_default().saturating_sub(self.weight);
            Ok::<_, std::convert::Infallible>(((), until))
        };
        match self.cells.measure_and_replace(&self.cell, earlier) {
            Ok(()) => {}
        }
    }
}

impl StateStore for Cells {
    type Key = usize;

    fn measure_and_replace<T, F, E>(&self, cell: &usize, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        match self.0.get(*cell) {
            Some(state) => state.measure_and_replace(&NotKeyed::NonKey, decide),
            // There is no such cell; a counter that starts anew is the harmless answer.
            None => decide(None).map(|(outcome, _)| outcome),
        }
    }
}
