//! Task events within one process, on nothing but the standard library. Each watcher has a buffer of its own.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, Waker};

use futures_core::Stream;

use crate::event::{Lagged, TaskEvent, TaskEventStream};
use crate::id::UserId;
use crate::ports::TaskEvents;

/// Hands events to those who watch now. What a watcher has in its buffer when it begins to lag still arrives, then
/// [`Lagged`], then the end.
pub struct MemoryEvents {
    capacity: usize,
    /// Weak, so that a watcher leaves by dropping its stream.
    watchers: Mutex<Vec<(UserId, Weak<Mutex<Buffer>>)>>,
}

#[derive(Default)]
struct Buffer {
    events: VecDeque<TaskEvent>,
    lagged: bool,
    /// Of the task that waits for the next event.
    waker: Option<Waker>,
}

struct Watcher {
    buffer: Arc<Mutex<Buffer>>,
    ended: bool,
}

impl MemoryEvents {
    /// With room for so many events that a watcher has not read yet.
    #[must_use]
    pub const fn with_capacity(capacity: usize) -> Self {
        Self {
            capacity,
            watchers: Mutex::new(Vec::new()),
        }
    }
}

impl Default for MemoryEvents {
    fn default() -> Self {
        Self::with_capacity(256)
    }
}

impl TaskEvents for MemoryEvents {
    fn publish(&self, owner: UserId, event: TaskEvent) {
        let mut watchers = lock(&self.watchers);
        watchers.retain(|(_, buffer)| buffer.strong_count() > 0);
        let theirs = watchers.iter().filter(|(watched, _)| *watched == owner);
        for buffer in theirs.filter_map(|(_, buffer)| buffer.upgrade()) {
            let mut buffer = lock(&buffer);
            if buffer.events.len() >= self.capacity {
                buffer.lagged = true;
            }
            if !buffer.lagged {
                buffer.events.push_back(event.clone());
            }
            if let Some(waker) = buffer.waker.take() {
                waker.wake();
            }
        }
    }

    fn subscribe(&self, owner: UserId) -> TaskEventStream {
        let buffer = Arc::default();
        lock(&self.watchers).push((owner, Arc::downgrade(&buffer)));
        Box::pin(Watcher {
            buffer,
            ended: false,
        })
    }
}

impl Stream for Watcher {
    type Item = Result<TaskEvent, Lagged>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let mut buffer = lock(&self.buffer);
        if let Some(event) = buffer.events.pop_front() {
            return Poll::Ready(Some(Ok(event)));
        }
        if buffer.lagged {
            drop(buffer);
            self.ended = true;
            return Poll::Ready(Some(Err(Lagged)));
        }
        buffer.waker = Some(cx.waker().clone());
        Poll::Pending
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
