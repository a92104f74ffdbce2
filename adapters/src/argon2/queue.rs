//! Permits for work that keeps a core busy: bounded are how many work at once, how many wait, and how long they wait. One
//! caller more is refused at once.

use std::sync::Arc;
use std::time::Duration;

use taskhive_domain::ports::{InfraError, InfraErrorKind};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::{HashingCapacity, HashingStatus};

/// Serves callers in the order in which they came.
pub(super) struct Queue {
    /// A permit for everybody who is inside, waiting or working.
    waiting: Arc<Semaphore>,
    /// A permit for everybody who works.
    working: Arc<Semaphore>,
    max_wait: Duration,
    /// All permits of `waiting`.
    inside: usize,
    /// All permits of `working`.
    at_once: usize,
}

/// The right to work. Dropping it makes room; dropping the future that waits for it does, too.
pub(super) struct Permit {
    _working: OwnedSemaphorePermit,
    _waiting: OwnedSemaphorePermit,
}

impl Queue {
    pub(super) fn new(capacity: HashingCapacity) -> Self {
        let at_once = capacity.at_once.clamp(1, 1024);
        let inside = at_once + capacity.waiting.min(65_536);
        Self {
            waiting: Arc::new(Semaphore::new(inside)),
            working: Arc::new(Semaphore::new(at_once)),
            max_wait: capacity.max_wait,
            inside,
            at_once,
        }
    }

    /// How many work and how many wait, at this moment.
    pub(super) fn status(&self) -> HashingStatus {
        let working = self.at_once - self.working.available_permits();
        let inside = self.inside - self.waiting.available_permits();
        HashingStatus {
            working,
            waiting: inside.saturating_sub(working),
        }
    }

    /// Waits for a permit, unless too many wait already or it takes too long.
    pub(super) async fn acquire(&self) -> Result<Permit, InfraError> {
        let refused = |why| InfraError::bare(InfraErrorKind::Unavailable, why);
        let waiting = Arc::clone(&self.waiting)
            .try_acquire_owned()
            .map_err(|_| refused("too many passwords wait to be hashed"))?;
        let working = timeout(self.max_wait, Arc::clone(&self.working).acquire_owned())
            .await
            .map_err(|_| refused("a password waited too long to be hashed"))?
            .map_err(|_| refused("no passwords are hashed any more"))?;
        Ok(Permit {
            _working: working,
            _waiting: waiting,
        })
    }
}
