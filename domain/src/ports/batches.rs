//! What becomes of batches of tasks.

use std::collections::HashMap;

use crate::change::ChangeNumber;
use crate::id::TaskId;
use crate::task::{BatchEdit, Task};
use crate::time::Timestamp;

/// What became of inserting several tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BatchInsertion {
    /// All of them are there.
    Done {
        /// As they are now, in the order of the batch.
        tasks: Vec<Task>,
        /// The number that those have that were not there before; `None` if all were.
        change: Option<ChangeNumber>,
    },
    /// Nothing was stored, because the owner deleted these, in no certain order.
    Deleted(Vec<TaskId>),
    /// There is no such owner (any more).
    UnknownOwner,
}

/// What became of changing several tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BatchUpdate {
    /// All of them are so now.
    Done {
        /// As they are now, in the order in which they were named.
        tasks: Vec<Task>,
        /// The number that those have that were changed; `None` if all were so already.
        change: Option<ChangeNumber>,
    },
    /// Nothing was changed, because the owner does not have these, in the order in which they were named.
    Missing(Vec<TaskId>),
    /// Nothing was changed, because these would have too many labels, in the order in which they were named.
    TooManyTags(Vec<TaskId>),
}

impl BatchUpdate {
    /// The reference for every repository: what the edit makes of these tasks, of which `found` are there. Numbers are left
    /// to whoever stores them.
    #[must_use]
    pub fn of(
        edit: &BatchEdit,
        ids: &[TaskId],
        found: &HashMap<TaskId, Task>,
        now: Timestamp,
    ) -> Self {
        let (mut tasks, mut missing, mut crowded) = (Vec::new(), Vec::new(), Vec::new());
        for id in ids {
            let Some(task) = found.get(id) else {
                missing.push(*id);
                continue;
            };
            match edit.of(task).and_then(|edit| task.apply(&edit, now)) {
                Some(next) => tasks.push(next),
                None => crowded.push(*id),
            }
        }
        if !missing.is_empty() {
            Self::Missing(missing)
        } else if !crowded.is_empty() {
            Self::TooManyTags(crowded)
        } else {
            Self::Done {
                tasks,
                change: None,
            }
        }
    }
}

/// What became of deleting several tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BatchDeletion {
    /// All of them are gone, with this number.
    Done(ChangeNumber),
    /// Nothing was deleted, because the owner does not have these, in the order in which they were named.
    Missing(Vec<TaskId>),
}
