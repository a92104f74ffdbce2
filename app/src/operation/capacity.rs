//! How many operations may be under way at the same time. More than a second's worth would only wait for one another: each
//! would be answered late, and most for nobody, because whoever asked has given up. What is over is refused at once, which
//! costs next to nothing, and told when to come again.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::request_error::RequestError;
use crate::graphql::ApiError;

/// Room for operations. Subscriptions take none while they only wait.
pub(crate) struct Capacity {
    room: Arc<Semaphore>,
    operations: usize,
}

/// Room for one operation, given back when this is dropped.
pub(crate) type Room = OwnedSemaphorePermit;

impl Capacity {
    pub(crate) fn new(operations: usize) -> Self {
        Self {
            room: Arc::new(Semaphore::new(operations)),
            operations,
        }
    }

    /// How many operations are under way.
    pub(crate) fn taken(&self) -> usize {
        self.operations - self.room.available_permits()
    }

    /// Room for another operation. The refusal is UNAVAILABLE, OVERLOADED.
    pub(crate) fn enter(&self) -> Result<Room, RequestError> {
        let room = Arc::clone(&self.room).try_acquire_owned();
        room.map_err(|_full| RequestError::unavailable(ApiError::overloaded()))
    }
}
