//! The order of changes in memory: counters, what happened after a position, and what is forgotten.

use std::time::Duration;

use async_trait::async_trait;

use super::{MemoryStore, Records};
use crate::change::{
    ChangeNumber, Changed, ChangedTo, Changes, Position, RESTORABLE_FOR, StoredTask, TaskCounter,
};
use crate::id::{TaskId, UserId};
use crate::ports::{ChangesSince, InfraError, Restoration, TaskChanges};
use crate::task::{Rank, Task};
use crate::time::Timestamp;

impl Records {
    /// Takes the owner's next number; `None` if there is no such owner.
    pub(super) fn tick(&mut self, owner: UserId) -> Option<ChangeNumber> {
        let counter = self.counters.get_mut(&owner)?;
        counter.last_change = counter.last_change.next();
        Some(counter.last_change)
    }

    /// Stores a task that is not there, as created by this change: at the top, unless it has a place from before.
    pub(super) fn store(&mut self, owner: UserId, task: &Task, change: ChangeNumber) -> Task {
        let task = Task {
            change,
            moved: None,
            rank: task.rank.or_plausible(change, change),
            ..task.clone()
        };
        let stored = StoredTask {
            task: task.clone(),
            created_change: change,
        };
        self.tasks.insert((owner, task.id), stored);
        task
    }

    /// The same at the top, whatever place it had.
    pub(super) fn store_new(&mut self, owner: UserId, task: &Task, change: ChangeNumber) -> Task {
        let rank = Rank::NONE;
        self.store(
            owner,
            &Task {
                rank,
                ..task.clone()
            },
            change,
        )
    }

    pub(super) fn delete(
        &mut self,
        owner: UserId,
        id: TaskId,
        now: Timestamp,
    ) -> Option<ChangeNumber> {
        if !self.tasks.contains_key(&(owner, id)) {
            return None;
        }
        let change = self.tick(owner)?;
        self.remember(owner, id, change, now);
        Some(change)
    }

    pub(super) fn restore(&mut self, owner: UserId, ids: &[TaskId], now: Timestamp) -> Restoration {
        let restorable = |id: &TaskId| {
            let deleted = self.deleted.get(&(owner, *id));
            deleted.is_some_and(|deleted| deleted.restorable(now).is_some())
        };
        let (mut missing, mut returning) = (ids.to_vec(), ids.to_vec());
        missing.retain(|id| !self.tasks.contains_key(&(owner, *id)) && !restorable(id));
        returning.retain(restorable);
        if !missing.is_empty() {
            return Restoration::Missing(missing);
        }
        let change = if returning.is_empty() {
            None
        } else {
            self.tick(owner)
        };
        for id in returning {
            let deleted = self.deleted.remove(&(owner, id));
            if let (Some(task), Some(change)) = (deleted.and_then(|deleted| deleted.task), change) {
                self.store(owner, &task, change);
            }
        }
        let tasks = ids.iter().filter_map(|id| self.tasks.get(&(owner, *id)));
        Restoration::Done {
            tasks: tasks.map(|stored| stored.task.clone()).collect(),
            change,
        }
    }

    /// All changes after a place, the earliest first.
    fn changes_after(&self, owner: UserId, place: Position) -> Vec<Changed> {
        let stored = self.stored_of(owner).cloned().map(Changed::from);
        let stored = stored.filter(|changed| place.is_before(changed.number, changed.task));
        let deleted = self.deleted_of(owner).map(|deleted| Changed {
            task: deleted.id,
            number: deleted.change,
            outcome: ChangedTo::Deleted {
                at: deleted.deleted_at,
            },
        });
        let deleted = deleted.filter(|changed| place.misses_deletion(changed.number, changed.task));
        let mut changes: Vec<Changed> = stored.chain(deleted).collect();
        changes.sort_by_key(|changed| (changed.number, changed.task));
        changes
    }

    fn forget_texts(&mut self, now: Timestamp, left: &mut u32) {
        for deleted in self.deleted.values_mut() {
            let kept = deleted.task.is_some() && deleted.deleted_at <= now.minus(RESTORABLE_FOR);
            if kept && *left > 0 {
                deleted.task = None;
                *left -= 1;
            }
        }
    }

    /// An owner's earliest deletions first, so that no more positions expire than must.
    fn forget_deletions(&mut self, until: Timestamp, left: &mut u32) {
        let mut old: Vec<(ChangeNumber, (UserId, TaskId))> = self
            .deleted
            .iter()
            .filter(|(_, deleted)| deleted.task.is_none() && deleted.deleted_at <= until)
            .map(|(key, deleted)| (deleted.change, *key))
            .collect();
        old.sort_unstable();
        for (change, key) in old.into_iter().take(*left as usize) {
            self.deleted.remove(&key);
            if let Some(counter) = self.counters.get_mut(&key.0) {
                counter.forgotten_change = counter.forgotten_change.max(change);
            }
            *left -= 1;
        }
    }
}

#[async_trait]
impl TaskChanges for MemoryStore {
    async fn since(
        &self,
        owner: UserId,
        after: Option<Position>,
        first: u32,
    ) -> Result<ChangesSince, InfraError> {
        let records = self.records();
        let Some(counter) = records.counters.get(&owner).copied() else {
            return Ok(ChangesSince::UnknownOwner);
        };
        let after = after.unwrap_or_else(|| Position::beginning(counter));
        if after.is_expired(counter) {
            return Ok(ChangesSince::Expired);
        }
        let mut changes = records.changes_after(owner, after);
        changes.truncate(first as usize + 1);
        let changes = Changes::from_surplus(counter, after, first, changes);
        Ok(ChangesSince::Known(changes))
    }

    async fn newest(&self, owners: &[UserId]) -> Result<Vec<(UserId, ChangeNumber)>, InfraError> {
        let records = self.records();
        let newest = owners.iter().filter_map(|owner| {
            let counter: &TaskCounter = records.counters.get(owner)?;
            Some((*owner, counter.last_change))
        });
        Ok(newest.collect())
    }

    async fn clear_deletions(
        &self,
        now: Timestamp,
        keep: Duration,
        limit: u32,
    ) -> Result<u64, InfraError> {
        let mut records = self.records();
        let mut left = limit;
        records.forget_texts(now, &mut left);
        records.forget_deletions(now.minus(keep.max(RESTORABLE_FOR)), &mut left);
        Ok(u64::from(limit - left))
    }
}
