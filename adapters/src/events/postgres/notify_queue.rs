//! What is to be told to other instances and is not told yet. Bounded: when there is too much of it, they are told just that.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::notification::{Notification, TaskNotification};

/// How much may wait: some seconds of a database that is away, and less than half a megabyte.
const ROOM: usize = 4096;
/// How much is told in one statement.
const BATCH: usize = 1000;

#[derive(Default)]
pub(super) struct NotifyQueue {
    waiting: Mutex<Waiting>,
    /// Has a permit when something changed since the sender last looked.
    changed: Notify,
}

#[derive(Default)]
struct Waiting {
    notifications: VecDeque<TaskNotification>,
    /// There was no room. Then `notifications` is empty, because who has missed something must look for itself anyway.
    gap: bool,
    closed: bool,
}

impl NotifyQueue {
    /// Never waits.
    pub(super) fn put(&self, notification: TaskNotification) {
        self.lock().put(notification);
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

    /// Waits for something to tell; `None` when it is closed and empty.
    pub(super) async fn take(&self) -> Option<Vec<Notification>> {
        loop {
            {
                let mut waiting = self.lock();
                let batch = waiting.take();
                if !batch.is_empty() {
                    return Some(batch);
                }
                if waiting.closed {
                    return None;
                }
            }
            self.changed.notified().await;
        }
    }

    /// A batch that could not be told goes back to the front.
    pub(super) fn put_back(&self, batch: Vec<Notification>) {
        self.lock().put_back(batch);
        self.changed.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Each change under this lock is complete or was not begun.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn put(&mut self, notification: TaskNotification) {
        if !self.gap {
            self.notifications.push_back(notification);
            self.check_room();
        }
    }

    fn take(&mut self) -> Vec<Notification> {
        if std::mem::take(&mut self.gap) {
            return vec![Notification::Gap];
        }
        let count = self.notifications.len().min(BATCH);
        self.notifications
            .drain(..count)
            .map(Notification::Task)
            .collect()
    }

    fn put_back(&mut self, batch: Vec<Notification>) {
        for notification in batch.into_iter().rev() {
            match notification {
                Notification::Task(notification) if !self.gap => {
                    self.notifications.push_front(notification);
                }
                Notification::Task(_) | Notification::Probe => {}
                Notification::Gap => self.give_up(),
            }
        }
        self.check_room();
    }

    fn check_room(&mut self) {
        if self.notifications.len() > ROOM {
            self.give_up();
        }
    }

    fn give_up(&mut self) {
        self.gap = true;
        self.notifications = VecDeque::new();
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use taskhive_domain::{TaskId, Timestamp, UserId};

    use super::super::notification::ChangeKind;
    use super::*;

    fn notifications(n: usize) -> Vec<TaskNotification> {
        let now = Timestamp::from_millis(1);
        let owner = UserId::new(now);
        let one = |_| TaskNotification {
            owner,
            task: TaskId::new(now),
            kind: ChangeKind::Deleted,
            occurred_at: now,
        };
        (0..n).map(one).collect()
    }

    fn fill(queue: &NotifyQueue, all: &[TaskNotification]) {
        for notification in all {
            queue.put(*notification);
        }
    }

    fn take(queue: &NotifyQueue) -> Option<Vec<Notification>> {
        queue.take().now_or_never().flatten()
    }

    fn delivered(all: &[TaskNotification]) -> Vec<Notification> {
        all.iter().copied().map(Notification::Task).collect()
    }

    #[test]
    fn all_that_waits_is_taken_in_order_in_batches() {
        let (queue, all) = (NotifyQueue::default(), notifications(ROOM));
        fill(&queue, &all);
        for batch in all.chunks(BATCH) {
            assert_eq!(take(&queue), Some(delivered(batch)));
        }
        assert_eq!(take(&queue), None);
    }

    #[test]
    fn too_much_is_a_gap_until_that_is_told() {
        let (queue, all) = (NotifyQueue::default(), notifications(ROOM + 7));
        fill(&queue, &all);
        let gap = take(&queue).unwrap();
        assert_eq!(gap, [Notification::Gap]);
        fill(&queue, &all[..3]);
        queue.put_back(gap);
        fill(&queue, &all[..3]);
        assert_eq!(take(&queue), Some(vec![Notification::Gap]));
        fill(&queue, &all[..3]);
        assert_eq!(take(&queue), Some(delivered(&all[..3])));
    }

    #[test]
    fn what_could_not_be_told_comes_first_next_time() {
        let (queue, all) = (NotifyQueue::default(), notifications(5));
        fill(&queue, &all[..3]);
        let batch = take(&queue).unwrap();
        fill(&queue, &all[3..]);
        queue.put_back(batch);
        assert_eq!(take(&queue), Some(delivered(&all)));

        fill(&queue, &all);
        let batch = take(&queue).unwrap();
        fill(&queue, &notifications(ROOM));
        queue.put_back(batch);
        assert_eq!(take(&queue), Some(vec![Notification::Gap]));
    }

    #[tokio::test]
    async fn closing_leaves_what_waits_and_wakes_who_waits() {
        let (queue, all) = (NotifyQueue::default(), notifications(2));
        fill(&queue, &all);
        queue.close();
        assert_eq!(queue.take().await, Some(delivered(&all)));
        assert_eq!(queue.take().await, None);

        let queue = std::sync::Arc::new(NotifyQueue::default());
        let waiting = tokio::spawn({
            let queue = std::sync::Arc::clone(&queue);
            async move { queue.take().await }
        });
        tokio::task::yield_now().await;
        queue.close();
        assert_eq!(waiting.await.unwrap(), None);
    }
}
