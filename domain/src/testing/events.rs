//! Pokes within one process, on nothing but the standard library.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, Waker};

use futures_util::Stream;

use crate::id::UserId;
use crate::ports::{Poke, TaskEvents, TaskPokes};

/// Pokes those who watch now, and loses nothing unless it is told to.
#[derive(Default)]
pub struct MemoryEvents {
    /// Weak, so that a watcher leaves by dropping its stream.
    watchers: Mutex<Vec<(UserId, Weak<Mutex<Waiting>>)>>,
    /// Whether pokes get lost at the moment.
    deaf: Mutex<bool>,
    reminders: Mutex<Vec<UserId>>,
}

#[derive(Default)]
struct Waiting {
    poke: Option<Poke>,
    /// Of the task that waits for the next one.
    waker: Option<Waker>,
}

struct Pokes(Arc<Mutex<Waiting>>);

impl MemoryEvents {
    /// From now on pokes get lost, or do not any more.
    pub fn lose_pokes(&self, lost: bool) {
        *lock(&self.deaf) = lost;
    }

    /// Those who were to be poked again, since somebody last asked.
    pub fn reminders(&self) -> Vec<UserId> {
        std::mem::take(&mut lock(&self.reminders))
    }
}

impl TaskEvents for MemoryEvents {
    fn publish(&self, owner: UserId, poke: Poke) {
        if *lock(&self.deaf) {
            return;
        }
        let mut watchers = lock(&self.watchers);
        watchers.retain(|(_, waiting)| waiting.strong_count() > 0);
        let theirs = watchers.iter().filter(|(watched, _)| *watched == owner);
        for waiting in theirs.filter_map(|(_, waiting)| waiting.upgrade()) {
            let mut waiting = lock(&waiting);
            waiting.poke = Some(Poke::and(waiting.poke.take(), poke.clone()));
            if let Some(waker) = waiting.waker.take() {
                waker.wake();
            }
        }
    }

    fn subscribe(&self, owner: UserId) -> TaskPokes {
        let waiting = Arc::default();
        lock(&self.watchers).push((owner, Arc::downgrade(&waiting)));
        Box::pin(Pokes(waiting))
    }

    fn remind(&self, owner: UserId) {
        lock(&self.reminders).push(owner);
    }
}

impl Stream for Pokes {
    type Item = Poke;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Poke>> {
        let mut waiting = lock(&self.0);
        if let Some(poke) = waiting.poke.take() {
            return Poll::Ready(Some(poke));
        }
        waiting.waker = Some(cx.waker().clone());
        Poll::Pending
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
