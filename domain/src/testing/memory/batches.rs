//! Many tasks at once, in memory.

use std::collections::HashMap;

use super::Records;
use crate::change::{ChangeNumber, DeletedTask};
use crate::id::{TaskId, UserId};
use crate::ports::{BatchDeletion, BatchInsertion, BatchUpdate};
use crate::task::{BatchEdit, Rank, Task};
use crate::time::Timestamp;

impl Records {
    pub(super) fn insert_all(&mut self, owner: UserId, tasks: &[Task]) -> BatchInsertion {
        if !self.counters.contains_key(&owner) {
            return BatchInsertion::UnknownOwner;
        }
        let ids = tasks.iter().map(|task| task.id);
        let deleted = ids.filter(|id| self.deleted.contains_key(&(owner, *id)));
        let deleted: Vec<TaskId> = deleted.collect();
        if !deleted.is_empty() {
            return BatchInsertion::Deleted(deleted);
        }
        let is_new = |task: &&Task| !self.tasks.contains_key(&(owner, task.id));
        let change = if tasks.iter().any(|task| is_new(&task)) {
            self.tick(owner)
        } else {
            None
        };
        let mut stored = Vec::new();
        for (place, task) in tasks.iter().enumerate() {
            let there = self.tasks.get(&(owner, task.id));
            match (there, change) {
                (Some(there), _) => stored.push(there.task.clone()),
                (None, Some(change)) => {
                    let rank = Rank::top_of_several(change, place);
                    let task = Task {
                        rank,
                        ..task.clone()
                    };
                    stored.push(self.store(owner, &task, change));
                }
                (None, None) => {}
            }
        }
        BatchInsertion::Done {
            tasks: stored,
            change,
        }
    }

    pub(super) fn update_all(
        &mut self,
        owner: UserId,
        ids: &[TaskId],
        edit: &BatchEdit,
        now: Timestamp,
    ) -> BatchUpdate {
        let found: HashMap<TaskId, Task> = self
            .tasks_of(owner)
            .map(|task| (task.id, task.clone()))
            .collect();
        let BatchUpdate::Done { mut tasks, .. } = BatchUpdate::of(edit, ids, &found, now) else {
            return BatchUpdate::of(edit, ids, &found, now);
        };
        let differs = |task: &Task| found.get(&task.id) != Some(task);
        let change = if tasks.iter().any(differs) {
            self.tick(owner)
        } else {
            None
        };
        for task in &mut tasks {
            if differs(task) {
                task.change = change.unwrap_or_default();
                if let Some(stored) = self.tasks.get_mut(&(owner, task.id)) {
                    stored.task = task.clone();
                }
            }
        }
        BatchUpdate::Done { tasks, change }
    }

    pub(super) fn delete_all(
        &mut self,
        owner: UserId,
        ids: &[TaskId],
        now: Timestamp,
    ) -> BatchDeletion {
        let mut missing = ids.to_vec();
        missing.retain(|id| !self.tasks.contains_key(&(owner, *id)));
        if !missing.is_empty() {
            return BatchDeletion::Missing(missing);
        }
        let Some(change) = self.tick(owner) else {
            return BatchDeletion::Missing(missing);
        };
        for id in ids {
            self.remember(owner, *id, change, now);
        }
        BatchDeletion::Done(change)
    }

    /// Takes a task out, and remembers it as deleted with this change.
    pub(super) fn remember(
        &mut self,
        owner: UserId,
        id: TaskId,
        change: ChangeNumber,
        now: Timestamp,
    ) {
        let Some(stored) = self.tasks.remove(&(owner, id)) else {
            return;
        };
        let task = Task {
            change,
            moved: None,
            ..stored.task
        };
        let deleted = DeletedTask {
            id,
            change,
            deleted_at: now,
            task: Some(task),
        };
        self.deleted.insert((owner, id), deleted);
    }
}
