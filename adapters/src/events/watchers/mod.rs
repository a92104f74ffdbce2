//! Those who watch in this process, by owner. A watcher costs a poke's room, whatever happens and however slow it is.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::stream;
use taskhive_domain::UserId;
use taskhive_domain::change::ChangeNumber;
use taskhive_domain::ports::{Poke, TaskPokes};
use tokio::sync::Notify;

/// Those who watch now. Clones are the same.
#[derive(Clone, Default)]
pub(super) struct Watchers(Arc<Mutex<HashMap<UserId, Watched>>>);

/// An owner, exactly as long as somebody watches.
#[derive(Default)]
struct Watched {
    slots: Vec<Arc<Slot>>,
    /// How far the changes have come, as far as the watchers were told or could look.
    told: ChangeNumber,
}

#[derive(Default)]
struct Slot {
    poke: Mutex<Option<Poke>>,
    /// Has a permit when there is one.
    poked: Notify,
}

impl Watched {
    fn poke(&mut self, poke: &Poke) {
        self.told = self.told.max(poke.number().unwrap_or_default());
        for slot in &self.slots {
            let mut waiting = lock(&slot.poke);
            *waiting = Some(Poke::and(waiting.take(), poke.clone()));
            slot.poked.notify_one();
        }
    }
}

impl Watchers {
    pub(super) fn subscribe(&self, owner: UserId) -> TaskPokes {
        let slot = Arc::<Slot>::default();
        let mut watched = lock(&self.0);
        watched
            .entry(owner)
            .or_default()
            .slots
            .push(Arc::clone(&slot));
        let subscription = Subscription {
            owner,
            slot,
            watchers: self.clone(),
        };
        Box::pin(stream::unfold(subscription, |subscription| async {
            loop {
                let poke = lock(&subscription.slot.poke).take();
                if let Some(poke) = poke {
                    return Some((poke, subscription));
                }
                subscription.slot.poked.notified().await;
            }
        }))
    }

    /// Pokes those who watch this owner.
    pub(super) fn poke(&self, owner: UserId, poke: &Poke) {
        if let Some(watched) = lock(&self.0).get_mut(&owner) {
            watched.poke(poke);
        }
    }

    /// Pokes everybody, because something may have been missed.
    pub(super) fn poke_all(&self) {
        for watched in lock(&self.0).values_mut() {
            watched.poke(&Poke::Look);
        }
    }

    /// Forgets how far this owner's watchers have come, so that the next comparison pokes them.
    pub(super) fn remind(&self, owner: UserId) {
        if let Some(watched) = lock(&self.0).get_mut(&owner) {
            watched.told = ChangeNumber::NONE;
        }
    }

    /// Who is watched.
    pub(super) fn owners(&self) -> Vec<UserId> {
        lock(&self.0).keys().copied().collect()
    }

    /// Pokes the watchers of those owners who have come further than was told, or who are not there any more.
    pub(super) fn compare(&self, owners: &[UserId], newest: &HashMap<UserId, ChangeNumber>) {
        let mut all = lock(&self.0);
        for owner in owners {
            let Some(watched) = all.get_mut(owner) else {
                continue;
            };
            match newest.get(owner) {
                None => watched.poke(&Poke::Look),
                Some(number) if *number > watched.told => watched.poke(&Poke::Reached(*number)),
                Some(_) => {}
            }
        }
    }
}

/// One watcher, who leaves by being dropped.
struct Subscription {
    owner: UserId,
    slot: Arc<Slot>,
    watchers: Watchers,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut all = lock(&self.watchers.0);
        if let Some(watched) = all.get_mut(&self.owner) {
            watched.slots.retain(|slot| !Arc::ptr_eq(slot, &self.slot));
            if watched.slots.is_empty() {
                all.remove(&self.owner);
            }
        }
    }
}

/// No step under these locks leaves anything half changed, so a panic elsewhere is no reason to stop telling.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
