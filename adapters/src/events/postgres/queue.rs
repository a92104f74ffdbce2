//! Whose changes are to be told to other instances and are not told yet. Bounded: what does not fit, they find out by
//! comparing.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use taskhive_domain::UserId;
use tokio::sync::Notify;

/// How many owners may wait: about as many as change something while the database is away for some seconds.
const ROOM: usize = 4096;

#[derive(Default)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    /// Has a permit when something changed since the sender last looked.
    changed: Notify,
}

#[derive(Default)]
struct Waiting {
    owners: HashSet<UserId>,
    closed: bool,
}

impl Queue {
    /// Never waits.
    pub(super) fn put(&self, owners: impl IntoIterator<Item = UserId>) {
        let mut waiting = self.lock();
        for owner in owners {
            if waiting.owners.len() < ROOM {
                waiting.owners.insert(owner);
            }
        }
        self.changed.notify_one();
    }

    /// What waits is still to be told, but nothing more will come.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_one();
    }

    pub(super) fn is_closed(&self) -> bool {
        self.lock().closed
    }

    /// Waits for something to tell, and takes all of it; `None` when it is closed and empty.
    pub(super) async fn take(&self) -> Option<Vec<UserId>> {
        loop {
            {
                let mut waiting = self.lock();
                if !waiting.owners.is_empty() {
                    return Some(waiting.owners.drain().collect());
                }
                if waiting.closed {
                    return None;
                }
            }
            self.changed.notified().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Each change under this lock is complete or was not begun.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures_util::FutureExt;
    use taskhive_domain::Timestamp;

    use super::*;

    fn owners(n: usize) -> Vec<UserId> {
        let now = Timestamp::from_millis(1);
        (0..n).map(|_| UserId::new(now)).collect()
    }

    fn take(queue: &Queue) -> Option<HashSet<UserId>> {
        let owners = queue.take().now_or_never().flatten()?;
        Some(owners.into_iter().collect())
    }

    #[test]
    fn all_that_waits_is_taken_at_once_and_each_owner_once() {
        let (queue, all) = (Queue::default(), owners(5));
        queue.put(all.iter().chain(&all).copied());
        assert_eq!(take(&queue), Some(all.into_iter().collect()));
        assert_eq!(take(&queue), None);
    }

    #[test]
    fn there_is_room_for_so_many() {
        let queue = Queue::default();
        queue.put(owners(ROOM + 7));
        assert_eq!(take(&queue).unwrap().len(), ROOM);
    }

    #[tokio::test]
    async fn closing_leaves_what_waits_and_wakes_who_waits() {
        let (queue, all) = (Queue::default(), owners(1));
        queue.put(all.clone());
        queue.close();
        assert_eq!(queue.take().await, Some(all));
        assert_eq!(queue.take().await, None);

        let queue = Arc::new(Queue::default());
        let waiting = tokio::spawn({
            let queue = Arc::clone(&queue);
            async move { queue.take().await }
        });
        tokio::task::yield_now().await;
        queue.close();
        assert_eq!(waiting.await.unwrap(), None);
    }
}
