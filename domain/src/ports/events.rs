//! Who is told that a user's tasks have changed. What has changed, everybody reads for themselves
//! ([`TaskChanges`](super::TaskChanges)), so a poke that gets lost costs time and nothing else.

use std::pin::Pin;
use std::sync::Arc;

use futures_util::Stream;

use crate::change::ChangeNumber;
use crate::event::TaskEvent;
use crate::id::UserId;

/// What watchers of a user's tasks are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Poke {
    /// There may be something new.
    Look,
    /// The changes have come so far at least.
    Reached(ChangeNumber),
    /// This has happened, and nothing else under its number: whoever knows everything before that need not look.
    Happened(Arc<TaskEvent>),
}

impl Poke {
    /// How far the changes have come, if it says so.
    #[must_use]
    pub fn number(&self) -> Option<ChangeNumber> {
        match self {
            Self::Look => None,
            Self::Reached(number) => Some(*number),
            Self::Happened(event) => Some(event.position.number),
        }
    }

    /// Two that were not taken yet are one.
    #[must_use]
    pub fn and(waiting: Option<Self>, next: Self) -> Self {
        waiting.map_or(next, |_| Self::Look)
    }
}

/// The pokes for one watcher: those that it has not taken yet are one ([`Poke::and`]), so that the memory of a watcher is
/// bounded however slow it is. Ends only with the process.
pub type TaskPokes = Pin<Box<dyn Stream<Item = Poke> + Send>>;

/// Pokes those who watch a user's tasks, on every instance.
pub trait TaskEvents: Send + Sync {
    /// Called after the change is committed. Never waits and never fails. Watchers of other instances are told to look.
    fn publish(&self, owner: UserId, poke: Poke);
    /// Every poke about this owner from now on. Whatever got lost on the way is made good for within some seconds: an owner
    /// who is watched is poked again if their changes have come further than was last said.
    fn subscribe(&self, owner: UserId) -> TaskPokes;
    /// A watcher of this owner could not look: it is to be poked again, within some seconds.
    fn remind(&self, owner: UserId);
}
