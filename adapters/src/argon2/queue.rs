//! Turns for work that keeps a core busy: so many at once, so many waiting, so long. Who gets no turn learns it at once.

use std::sync::Arc;
use std::time::Duration;

use taskhive_domain::ports::{InfraError, InfraErrorKind};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::HashingCapacity;

/// Serves callers in the order in which they came.
pub(super) struct Queue {
    /// One for everybody who is inside, working or waiting.
    places: Arc<Semaphore>,
    /// One for everybody who works.
    turns: Arc<Semaphore>,
    max_wait: Duration,
}

/// The right to work. Dropping it makes room; dropping the future that waits for it does, too.
pub(super) struct Turn {
    _turn: OwnedSemaphorePermit,
    _place: OwnedSemaphorePermit,
}

impl Queue {
    pub(super) fn new(capacity: HashingCapacity) -> Self {
        let at_once = capacity.at_once.clamp(1, 1024);
        let places = at_once + capacity.waiting.min(65_536);
        Self {
            places: Arc::new(Semaphore::new(places)),
            turns: Arc::new(Semaphore::new(at_once)),
            max_wait: capacity.max_wait,
        }
    }

    /// Waits for a turn, unless too many wait already or it takes too long.
    pub(super) async fn turn(&self) -> Result<Turn, InfraError> {
        let refused = |why| InfraError::bare(InfraErrorKind::Unavailable, why);
        let place = Arc::clone(&self.places)
            .try_acquire_owned()
            .map_err(|_| refused("too many passwords wait to be hashed"))?;
        let turn = timeout(self.max_wait, Arc::clone(&self.turns).acquire_owned())
            .await
            .map_err(|_| refused("a password waited too long to be hashed"))?
            .map_err(|_| refused("no passwords are hashed any more"))?;
        Ok(Turn {
            _turn: turn,
            _place: place,
        })
    }
}
