//! Task events inside one process: a bounded channel per user who is watched by somebody.
//!
//! Other instances are not told; what carries events between them hands those of the others in here.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::stream;
use taskhive_domain::event::{Lagged, TaskEvent, TaskEventStream};
use taskhive_domain::ports::TaskEvents;
use taskhive_domain::{TaskId, UserId};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::broadcast::{self, Receiver, Sender};

use super::delivered::DeliveredVersions;

/// How many events a watcher may be behind before it is told that it lost some.
///
/// A channel reserves room for all of them at once, which is why it holds pointers: 256 events in place would take more
/// than 50 KB for each watched user.
const BUFFER: usize = 256;

/// Tells watchers in the same process: in order per task, also when the publishers overtake one another.
#[derive(Clone, Default)]
pub struct InProcessEvents {
    channels: Arc<Channels>,
}

/// A channel per owner, exactly as long as it has receivers: memory is bounded by those who watch now.
#[derive(Default)]
struct Channels(Mutex<HashMap<UserId, Channel>>);

struct Channel {
    sender: Sender<Item>,
    delivered: DeliveredVersions,
}

/// What a watcher receives: after [`Lagged`], nothing more.
type Item = Result<Arc<TaskEvent>, Lagged>;

impl Channels {
    fn lock(&self) -> MutexGuard<'_, HashMap<UserId, Channel>> {
        // No step under this lock leaves the map half changed, so a panic elsewhere is no reason to stop telling.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Channel {
    fn default() -> Self {
        Self {
            sender: broadcast::channel(BUFFER).0,
            delivered: DeliveredVersions::default(),
        }
    }
}

impl Channel {
    fn send(&self, item: Item) {
        // Fails only if the last watcher is just leaving: then there is nobody to tell.
        let _ = self.sender.send(item);
    }
}

impl InProcessEvents {
    /// Nobody watches yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether anybody watches this owner's tasks.
    pub(super) fn is_watched(&self, owner: UserId) -> bool {
        self.channels.lock().contains_key(&owner)
    }

    /// Whether the watchers of this owner were told of this version of the task, or of a later one.
    pub(super) fn knows(&self, owner: UserId, task: TaskId, version: i32) -> bool {
        let channels = self.channels.lock();
        channels
            .get(&owner)
            .is_some_and(|channel| channel.delivered.knows(task, version))
    }

    /// Tells the watchers of this owner that they may have missed something.
    pub(super) fn lag(&self, owner: UserId) {
        if let Some(channel) = self.channels.lock().get(&owner) {
            channel.send(Err(Lagged));
        }
    }

    /// Tells all watchers that they may have missed something.
    pub(super) fn lag_all(&self) {
        for channel in self.channels.lock().values() {
            channel.send(Err(Lagged));
        }
    }
}

impl fmt::Debug for InProcessEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InProcessEvents")
            .field("watched", &self.channels.lock().len())
            .finish()
    }
}

impl TaskEvents for InProcessEvents {
    fn publish(&self, owner: UserId, event: TaskEvent) {
        if let Some(channel) = self.channels.lock().get_mut(&owner)
            && channel.delivered.accept(&event)
        {
            channel.send(Ok(Arc::new(event)));
        }
    }

    fn subscribe(&self, owner: UserId) -> TaskEventStream {
        let receiver = self
            .channels
            .lock()
            .entry(owner)
            .or_default()
            .sender
            .subscribe();
        let subscription = Subscription {
            receiver,
            _departure: Departure {
                owner,
                channels: Arc::clone(&self.channels),
            },
        };
        Box::pin(stream::unfold(Some(subscription), |state| async {
            let mut subscription = state?;
            match subscription.receiver.recv().await {
                Ok(Ok(event)) => Some((Ok(Arc::unwrap_or_clone(event)), Some(subscription))),
                Ok(Err(Lagged)) | Err(RecvError::Lagged(_)) => Some((Err(Lagged), None)),
                Err(RecvError::Closed) => None,
            }
        }))
    }
}

/// One watcher. Fields are dropped in this order, so the departing receiver no longer counts when the channel is judged.
struct Subscription {
    receiver: Receiver<Item>,
    _departure: Departure,
}

/// Removes the channel when it was the last watcher who left.
struct Departure {
    owner: UserId,
    channels: Arc<Channels>,
}

impl Drop for Departure {
    fn drop(&mut self) {
        let mut channels = self.channels.lock();
        if channels
            .get(&self.owner)
            .is_some_and(|channel| channel.sender.receiver_count() == 0)
        {
            channels.remove(&self.owner);
        }
    }
}

#[cfg(test)]
mod tests;
