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
mod tests {
    use futures_util::{FutureExt, StreamExt};
    use taskhive_domain::Timestamp;
    use taskhive_domain::event::TaskChange;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn event() -> TaskEvent {
        TaskEvent {
            task: TaskId::new(NOW),
            change: TaskChange::Deleted,
            occurred_at: NOW,
        }
    }

    fn watched(events: &InProcessEvents) -> usize {
        events.channels.lock().len()
    }

    #[tokio::test]
    async fn every_watcher_of_an_owner_sees_that_owners_events_in_order() {
        let events = InProcessEvents::new();
        let (ada, bob) = (UserId::new(NOW), UserId::new(NOW));
        let mut phone = events.subscribe(ada);
        let mut laptop = events.subscribe(ada);
        let mut other = events.subscribe(bob);

        let published: Vec<TaskEvent> = (0..10).map(|_| event()).collect();
        for event in &published {
            events.publish(ada, event.clone());
        }
        for stream in [&mut phone, &mut laptop] {
            for event in &published {
                assert_eq!(stream.next().await, Some(Ok(event.clone())));
            }
            assert_eq!(stream.next().now_or_never(), None);
        }
        assert_eq!(other.next().now_or_never(), None);
    }

    #[tokio::test]
    async fn watchers_see_what_comes_after_them_only() {
        let events = InProcessEvents::new();
        let ada = UserId::new(NOW);
        let _early = events.subscribe(ada);
        events.publish(ada, event());
        let mut late = events.subscribe(ada);
        let last = event();
        events.publish(ada, last.clone());
        assert_eq!(late.next().await, Some(Ok(last)));
    }

    #[tokio::test]
    async fn a_waiting_watcher_is_woken() {
        let events = InProcessEvents::new();
        let ada = UserId::new(NOW);
        let mut stream = events.subscribe(ada);
        let watcher = tokio::spawn(async move { stream.next().await });
        let event = event();
        events.publish(ada, event.clone());
        assert_eq!(watcher.await.unwrap(), Some(Ok(event)));
    }

    #[tokio::test]
    async fn a_full_buffer_is_no_loss() {
        let events = InProcessEvents::new();
        let ada = UserId::new(NOW);
        let stream = events.subscribe(ada);
        for _ in 0..BUFFER {
            events.publish(ada, event());
        }
        let seen: Vec<_> = stream.take(BUFFER).collect().await;
        assert!(seen.iter().all(Result::is_ok));
    }

    #[tokio::test]
    async fn who_is_too_slow_is_told_once_and_the_stream_ends() {
        let events = InProcessEvents::new();
        let ada = UserId::new(NOW);
        let mut slow = events.subscribe(ada);
        for _ in 0..=BUFFER {
            events.publish(ada, event());
        }
        assert_eq!(slow.next().await, Some(Err(Lagged)));
        assert_eq!(watched(&events), 0, "a lagged watcher no longer counts");
        events.publish(ada, event());
        assert_eq!(slow.next().await, None);
    }

    #[tokio::test]
    async fn nothing_is_kept_for_owners_whom_nobody_watches() {
        let events = InProcessEvents::new();
        let ada = UserId::new(NOW);
        events.publish(ada, event());
        assert_eq!(watched(&events), 0);

        let (phone, laptop) = (events.subscribe(ada), events.subscribe(ada));
        let bob = events.subscribe(UserId::new(NOW));
        assert_eq!(watched(&events), 2);
        drop(phone);
        assert_eq!(watched(&events), 2, "the laptop still watches");
        drop(laptop);
        assert_eq!(watched(&events), 1);
        drop(bob);
        assert_eq!(watched(&events), 0);
    }

    #[tokio::test]
    async fn a_gap_ends_the_streams_of_those_who_watched_then() {
        let events = InProcessEvents::new();
        let (ada, bob) = (UserId::new(NOW), UserId::new(NOW));
        let (mut early, mut other) = (events.subscribe(ada), events.subscribe(bob));
        let (first, second) = (event(), event());
        events.publish(ada, first.clone());

        events.lag(ada);
        let mut late = events.subscribe(ada);
        events.publish(ada, second.clone());

        assert_eq!(early.next().await, Some(Ok(first)));
        assert_eq!(early.next().await, Some(Err(Lagged)));
        assert_eq!(early.next().await, None);
        assert_eq!(late.next().await, Some(Ok(second)));
        assert_eq!(other.next().now_or_never(), None);

        events.lag_all();
        for mut stream in [late, other] {
            assert_eq!(stream.next().await, Some(Err(Lagged)));
            assert_eq!(stream.next().await, None);
        }
        assert_eq!(watched(&events), 0);
    }
}
