//! The use cases for many tasks at once: all of it or nothing.

use super::{TaskError, Tasks};
use crate::change::ChangeNumber;
use crate::id::TaskId;
use crate::identity::Identity;
use crate::ports::{BatchDeletion, BatchInsertion, BatchUpdate, Poke};
use crate::task::{BatchEdit, Task, TaskDraft};

impl Tasks {
    /// Creates tasks; the first one comes first. Where all have client-made ids, the call can be repeated as
    /// [`create`](Self::create) can.
    pub async fn create_all(
        &self,
        who: Identity,
        drafts: Vec<TaskDraft>,
    ) -> Result<Vec<Task>, TaskError> {
        let now = self.clock.now();
        let create = |draft: TaskDraft| {
            let id = draft.id.unwrap_or_else(|| TaskId::new(now));
            Task::create(id, draft, now)
        };
        // The last one first: of those that were created in one moment, lists show the newest id first.
        let mut tasks: Vec<Task> = drafts.into_iter().rev().map(create).collect();
        tasks.reverse();
        match self.repository.insert_all(who.user, &tasks).await? {
            BatchInsertion::Done { tasks, change } => {
                self.tell(who, change);
                Ok(tasks)
            }
            BatchInsertion::Deleted(ids) => {
                let deleted = tasks.iter().enumerate();
                let deleted = deleted.filter(|(_, task)| ids.contains(&task.id));
                let places = deleted.map(|(place, task)| (place, task.id));
                Err(TaskError::TasksDeleted(places.collect()))
            }
            BatchInsertion::UnknownOwner => Err(TaskError::AccountGone),
        }
    }

    /// Changes tasks in the same way, and returns them in the order of the ids.
    pub async fn edit_all(
        &self,
        who: Identity,
        ids: &[TaskId],
        edit: &BatchEdit,
    ) -> Result<Vec<Task>, TaskError> {
        let now = self.clock.now();
        let updated = self.repository.update_all(who.user, ids, edit, now).await?;
        match updated {
            BatchUpdate::Done { tasks, change } => {
                self.tell(who, change);
                Ok(tasks)
            }
            BatchUpdate::Missing(missing) => Err(TaskError::TasksNotFound(places(ids, &missing))),
            BatchUpdate::TooManyTags(crowded) => Err(TaskError::TooManyTags(places(ids, &crowded))),
        }
    }

    /// Deletes tasks.
    pub async fn delete_all(&self, who: Identity, ids: &[TaskId]) -> Result<(), TaskError> {
        let now = self.clock.now();
        match self.repository.delete_all(who.user, ids, now).await? {
            BatchDeletion::Done(change) => {
                self.tell(who, Some(change));
                Ok(())
            }
            BatchDeletion::Missing(missing) => Err(TaskError::TasksNotFound(places(ids, &missing))),
        }
    }

    /// Tells that there is something new up to this number.
    fn tell(&self, who: Identity, change: Option<ChangeNumber>) {
        if let Some(number) = change {
            self.events.publish(who.user, Poke::Reached(number));
        }
    }
}

/// Those among `ids` that are named, with their places.
fn places(ids: &[TaskId], named: &[TaskId]) -> Vec<(usize, TaskId)> {
    let ids = ids.iter().copied().enumerate();
    ids.filter(|(_, id)| named.contains(id)).collect()
}
