//! What is to be told to other instances and is not told yet. Bounded: when there is too much of it, they are told just that.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::message::{News, TaskNews};

/// How much may wait: some seconds of a database that is away, and less than half a megabyte.
const ROOM: usize = 4096;
/// How much is told in one statement.
const BATCH: usize = 1000;

#[derive(Default)]
pub(super) struct Outbox {
    waiting: Mutex<Waiting>,
    /// Has a permit when something changed since the sender last looked.
    changed: Notify,
}

#[derive(Default)]
struct Waiting {
    news: VecDeque<TaskNews>,
    /// There was no room. Then `news` is empty, because who has missed something must look for itself anyway.
    gap: bool,
    closed: bool,
}

impl Outbox {
    /// Never waits.
    pub(super) fn put(&self, news: TaskNews) {
        self.lock().put(news);
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
    pub(super) async fn take(&self) -> Option<Vec<News>> {
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
    pub(super) fn put_back(&self, batch: Vec<News>) {
        self.lock().put_back(batch);
        self.changed.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Each change under this lock is complete or was not begun.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn put(&mut self, news: TaskNews) {
        if !self.gap {
            self.news.push_back(news);
            self.check_room();
        }
    }

    fn take(&mut self) -> Vec<News> {
        if std::mem::take(&mut self.gap) {
            return vec![News::Gap];
        }
        let count = self.news.len().min(BATCH);
        self.news.drain(..count).map(News::Task).collect()
    }

    fn put_back(&mut self, batch: Vec<News>) {
        for news in batch.into_iter().rev() {
            match news {
                News::Task(news) if !self.gap => self.news.push_front(news),
                News::Task(_) | News::Probe => {}
                News::Gap => self.give_up(),
            }
        }
        self.check_room();
    }

    fn check_room(&mut self) {
        if self.news.len() > ROOM {
            self.give_up();
        }
    }

    fn give_up(&mut self) {
        self.gap = true;
        self.news = VecDeque::new();
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use taskhive_domain::{TaskId, Timestamp, UserId};

    use super::super::message::What;
    use super::*;

    fn news(n: usize) -> Vec<TaskNews> {
        let now = Timestamp::from_millis(1);
        let owner = UserId::new(now);
        let one = |_| TaskNews {
            owner,
            task: TaskId::new(now),
            what: What::Deleted,
            occurred_at: now,
        };
        (0..n).map(one).collect()
    }

    fn fill(outbox: &Outbox, all: &[TaskNews]) {
        for news in all {
            outbox.put(*news);
        }
    }

    fn take(outbox: &Outbox) -> Option<Vec<News>> {
        outbox.take().now_or_never().flatten()
    }

    fn told(all: &[TaskNews]) -> Vec<News> {
        all.iter().copied().map(News::Task).collect()
    }

    #[test]
    fn all_that_waits_is_taken_in_order_in_batches() {
        let (outbox, all) = (Outbox::default(), news(ROOM));
        fill(&outbox, &all);
        for batch in all.chunks(BATCH) {
            assert_eq!(take(&outbox), Some(told(batch)));
        }
        assert_eq!(take(&outbox), None);
    }

    #[test]
    fn too_much_is_a_gap_until_that_is_told() {
        let (outbox, all) = (Outbox::default(), news(ROOM + 7));
        fill(&outbox, &all);
        let gap = take(&outbox).unwrap();
        assert_eq!(gap, [News::Gap]);
        fill(&outbox, &all[..3]);
        outbox.put_back(gap);
        fill(&outbox, &all[..3]);
        assert_eq!(take(&outbox), Some(vec![News::Gap]));
        fill(&outbox, &all[..3]);
        assert_eq!(take(&outbox), Some(told(&all[..3])));
    }

    #[test]
    fn what_could_not_be_told_comes_first_next_time() {
        let (outbox, all) = (Outbox::default(), news(5));
        fill(&outbox, &all[..3]);
        let batch = take(&outbox).unwrap();
        fill(&outbox, &all[3..]);
        outbox.put_back(batch);
        assert_eq!(take(&outbox), Some(told(&all)));

        fill(&outbox, &all);
        let batch = take(&outbox).unwrap();
        fill(&outbox, &news(ROOM));
        outbox.put_back(batch);
        assert_eq!(take(&outbox), Some(vec![News::Gap]));
    }

    #[tokio::test]
    async fn closing_leaves_what_waits_and_wakes_who_waits() {
        let (outbox, all) = (Outbox::default(), news(2));
        fill(&outbox, &all);
        outbox.close();
        assert_eq!(outbox.take().await, Some(told(&all)));
        assert_eq!(outbox.take().await, None);

        let outbox = std::sync::Arc::new(Outbox::default());
        let waiting = tokio::spawn({
            let outbox = std::sync::Arc::clone(&outbox);
            async move { outbox.take().await }
        });
        tokio::task::yield_now().await;
        outbox.close();
        assert_eq!(waiting.await.unwrap(), None);
    }
}
