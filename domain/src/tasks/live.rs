//! The changes to a user's tasks as they happen, after those that somebody missed.
//!
//! What is told comes from the order of changes, whose numbers never skip one that is not committed yet: a reader asks from
//! the place where it is, and can neither miss nor repeat anything. Pokes only say when to ask. The exception spares a query for
//! every watcher of a change that was made here: who knows everything before it is told without asking.

use std::sync::Arc;
use std::vec;

use futures_util::{StreamExt, stream};

use super::TaskError;
use crate::change::{Changed, ChangedTo, Changes, Position};
use crate::event::{TaskChange, TaskEvent, TaskEventStream};
use crate::id::UserId;
use crate::ports::{
    ChangesSince, InfraError, InfraErrorKind, Poke, TaskChanges, TaskEvents, TaskPokes,
};

/// How many changes are read at once.
const MOST: u32 = 100;
/// How many bytes of texts wait for a reader that does not take them, give or take a task. What does not fit is read once
/// more when the reader has come so far.
const ROOM: usize = 64 * 1024;

/// One who watches.
pub(super) struct Watcher {
    owner: UserId,
    changes: Arc<dyn TaskChanges>,
    events: Arc<dyn TaskEvents>,
    pokes: TaskPokes,
    /// All that lies before it was told.
    position: Position,
    /// The last place at which there was nothing more to tell. Who has not seen a task until then sees it as a new one,
    /// however often it was changed since.
    caught_up: Position,
    /// Whether there may be something after what was read.
    behind: bool,
    /// How many changes to read next: fewer while they are too long to be kept.
    most: u32,
    /// What was read and not told yet.
    read: vec::IntoIter<TaskEvent>,
}

impl Watcher {
    /// Begins after this position or, without one, now.
    pub(super) async fn begin(
        owner: UserId,
        after: Option<Position>,
        changes: Arc<dyn TaskChanges>,
        events: Arc<dyn TaskEvents>,
    ) -> Result<Self, TaskError> {
        // Before anything is read, so that what happens meanwhile is heard of.
        let pokes = events.subscribe(owner);
        let position = match after {
            Some(position) => position,
            None => now(owner, changes.as_ref()).await?,
        };
        let mut watcher = Self {
            owner,
            changes,
            events,
            pokes,
            position,
            caught_up: position,
            behind: after.is_some(),
            most: MOST,
            read: Vec::new().into_iter(),
        };
        if watcher.behind {
            let changes = watcher.ask().await?;
            watcher.take(changes?);
        }
        Ok(watcher)
    }

    /// Everything it is told.
    pub(super) fn into_stream(self) -> TaskEventStream {
        Box::pin(stream::unfold(Some(self), |watcher| async {
            let mut watcher = watcher?;
            match watcher.next().await {
                Ok(event) => event.map(|event| (Ok(event), Some(watcher))),
                Err(error) => Some((Err(error), None)),
            }
        }))
    }

    async fn next(&mut self) -> Result<Option<TaskEvent>, TaskError> {
        loop {
            if let Some(event) = self.read.next() {
                self.position = event.position;
                return Ok(Some(event));
            }
            if self.behind && self.look().await? {
                continue;
            }
            if !self.behind {
                self.caught_up = self.position;
            }
            let Some(poke) = self.pokes.next().await else {
                return Ok(None);
            };
            if self.behind {
                continue;
            }
            match poke {
                Poke::Happened(event) if self.is_next(&event) => {
                    self.position = event.position;
                    return Ok(Some(Arc::unwrap_or_clone(event)));
                }
                poke => self.behind = poke.number().is_none_or(|n| n > self.position.number),
            }
        }
    }

    fn is_next(&self, event: &TaskEvent) -> bool {
        self.position.task.is_none() && self.position.number.next() == event.position.number
    }

    /// Reads on, if the database is there. That it is away for a while is no reason to send everybody away.
    async fn look(&mut self) -> Result<bool, TaskError> {
        match self.ask().await {
            Ok(changes) => {
                self.take(changes?);
                Ok(true)
            }
            Err(error) if error.kind == InfraErrorKind::Broken => Err(error.into()),
            Err(_away) => {
                self.events.remind(self.owner);
                Ok(false)
            }
        }
    }

    async fn ask(&mut self) -> Result<Result<Changes, TaskError>, InfraError> {
        let since = self
            .changes
            .since(self.owner, Some(self.position), self.most);
        Ok(known(since.await?))
    }

    fn take(&mut self, changes: Changes) {
        let Changes {
            changes,
            has_more,
            end,
        } = changes;
        let (mut position, mut room, count) = (self.position, ROOM, changes.len());
        let mut read = Vec::with_capacity(count);
        for changed in changes {
            position = position.moved_to(changed.number, changed.task);
            let length = text_length(&changed);
            read.push(self.event(changed, position));
            if length > room {
                break;
            }
            room -= length;
        }
        let fits = read.len() == count;
        self.behind = has_more || !fits;
        self.most = match u32::try_from(read.len()) {
            Ok(kept) if !fits => kept,
            _ => MOST.min(self.most.saturating_mul(2)),
        };
        match read.last_mut() {
            // After the last one there is nothing more, which says more than its place.
            Some(last) if fits => last.position = end,
            Some(_) => {}
            None => self.position = end,
        }
        self.read = read.into_iter();
    }

    fn event(&self, changed: Changed, position: Position) -> TaskEvent {
        let (change, occurred_at) = match changed.outcome {
            ChangedTo::Deleted { at } => (TaskChange::Deleted, at),
            ChangedTo::Stored(stored) => {
                let at = stored.task.updated_at;
                let new = self
                    .caught_up
                    .is_before(stored.created_change, changed.task);
                let change = if new {
                    TaskChange::Created(stored.task)
                } else {
                    TaskChange::Updated(stored.task)
                };
                (change, at)
            }
        };
        TaskEvent {
            task: changed.task,
            change,
            occurred_at,
            position,
        }
    }
}

/// The place after all that has happened so far.
async fn now(owner: UserId, changes: &dyn TaskChanges) -> Result<Position, TaskError> {
    let newest = changes.newest(&[owner]).await?;
    let (_, number) = newest.first().ok_or(TaskError::AccountGone)?;
    Ok(Position::after(*number))
}

/// What is known of the changes, or why nothing is.
pub(super) fn known(since: ChangesSince) -> Result<Changes, TaskError> {
    match since {
        ChangesSince::Known(changes) => Ok(changes),
        ChangesSince::Expired => Err(TaskError::PositionExpired),
        ChangesSince::UnknownOwner => Err(TaskError::AccountGone),
    }
}

fn text_length(changed: &Changed) -> usize {
    match &changed.outcome {
        ChangedTo::Stored(stored) => {
            stored.task.title.as_str().len() + stored.task.description.as_str().len()
        }
        ChangedTo::Deleted { .. } => 0,
    }
}
