//! The use cases on memory, with what can go wrong with their ports.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::{FutureExt, StreamExt};

use super::super::*;
use crate::change::ChangedTo;
use crate::id::UserId;
use crate::ports::{ChangesSince, InfraErrorKind, RegistrationOutcome, UserRepository};
use crate::session::Session;
use crate::task::{Completion, TaskDraftInput};
use crate::testing::{ManualClock, MemoryEvents, MemoryStore};
use crate::user::{EmailAddress, PasswordHash, User};

pub(super) struct House {
    pub(super) store: Arc<MemoryStore>,
    /// What the watchers read.
    pub(super) changes: Arc<Asked>,
    pub(super) events: Arc<MemoryEvents>,
    pub(super) clock: Arc<ManualClock>,
    pub(super) tasks: Tasks,
}

/// The changes in the store, and how often they were asked for.
pub(super) struct Asked {
    pub(super) store: Arc<MemoryStore>,
    pub(super) times: AtomicUsize,
    /// How the store fails at the moment.
    pub(super) failing: Mutex<Option<InfraErrorKind>>,
}

#[async_trait]
impl TaskChanges for Asked {
    async fn since(
        &self,
        owner: UserId,
        after: Option<Position>,
        first: u32,
    ) -> Result<ChangesSince, InfraError> {
        self.times.fetch_add(1, Ordering::Relaxed);
        let failing = *self.failing.lock().unwrap();
        match failing {
            Some(kind) => Err(InfraError::bare(kind, "look for changes")),
            None => self.store.since(owner, after, first).await,
        }
    }

    async fn newest(&self, owners: &[UserId]) -> Result<Vec<(UserId, ChangeNumber)>, InfraError> {
        self.store.newest(owners).await
    }

    async fn clear_deletions(
        &self,
        now: Timestamp,
        keep: Duration,
        limit: u32,
    ) -> Result<u64, InfraError> {
        self.store.clear_deletions(now, keep, limit).await
    }
}

impl House {
    pub(super) fn new() -> Self {
        let store = Arc::new(MemoryStore::default());
        let clock = Arc::new(ManualClock::default());
        let events = Arc::new(MemoryEvents::default());
        let changes = Arc::new(Asked {
            store: store.clone(),
            times: AtomicUsize::new(0),
            failing: Mutex::new(None),
        });
        let tasks = Tasks::new(
            store.clone(),
            changes.clone(),
            events.clone(),
            clock.clone(),
        );
        Self {
            store,
            changes,
            events,
            clock,
            tasks,
        }
    }

    /// Who watches from now on.
    pub(super) async fn watch(&self, who: Identity) -> TaskEventStream {
        self.tasks.changes(who, None).await.unwrap()
    }

    pub(super) async fn create(&self, who: Identity, title: &str) -> Task {
        self.tasks.create(who, draft(title)).await.unwrap()
    }

    pub(super) async fn toggle(&self, who: Identity, id: TaskId) -> Task {
        let toggle = TaskEdit::completion(Completion::Toggle);
        self.tasks.edit(who, id, &toggle).await.unwrap()
    }

    pub(super) async fn user(&self, email: &str) -> Identity {
        let now = self.clock.now();
        let user = User {
            id: UserId::new(now),
            email: EmailAddress::parse(email).unwrap(),
            created_at: now,
        };
        let session = Session::begin(user.id, "", now);
        let hash = PasswordHash::new(String::new());
        let outcome = self.store.register(&user, &hash, Some(&session)).await;
        assert_eq!(outcome.unwrap(), RegistrationOutcome::Registered);
        Identity {
            user: user.id,
            session: session.id,
        }
    }
}

/// What only the stream of changes needs.
impl House {
    pub(super) async fn all(&self, who: Identity) -> HashMap<TaskId, Task> {
        let changes = self.store.since(who.user, None, u32::MAX).await.unwrap();
        let ChangesSince::Known(changes) = changes else {
            panic!("not known");
        };
        let tasks = changes.changes.into_iter().filter_map(|changed| {
            let ChangedTo::Stored(stored) = changed.outcome else {
                return None;
            };
            Some((changed.task, stored.task))
        });
        tasks.collect()
    }

    /// Stores a task; its news are still on the way.
    pub(super) async fn store_silently(&self, who: Identity, title: &str) -> TaskEvent {
        let now = self.clock.now();
        let task = Task::create(TaskId::new(now), draft(title), now);
        let inserted = self.store.insert(who.user, &task).await.unwrap();
        let Insertion::Created(task) = inserted else {
            panic!("not created");
        };
        told(task.change, task.id, TaskChange::Created(task.clone()), now)
    }

    pub(super) async fn watch_after(&self, who: Identity, after: Position) -> TaskEventStream {
        self.tasks.changes(who, Some(after)).await.unwrap()
    }

    pub(super) async fn here(&self, who: Identity) -> Position {
        let changes = self.tasks.changes_since(who, None, 100).await;
        changes.unwrap().end
    }

    pub(super) fn asked(&self) -> usize {
        self.changes.times.swap(0, Ordering::Relaxed)
    }

    pub(super) fn failing(&self, kind: Option<InfraErrorKind>) {
        *self.changes.failing.lock().unwrap() = kind;
    }
}

pub(super) fn draft(title: &str) -> TaskDraft {
    TaskDraft::parse(TaskDraftInput {
        title,
        ..TaskDraftInput::default()
    })
    .unwrap()
}

/// What has arrived by now.
pub(super) fn arrived(stream: &mut TaskEventStream) -> Vec<TaskEvent> {
    std::iter::from_fn(|| stream.next().now_or_never().flatten())
        .map(Result::unwrap)
        .collect()
}

pub(super) fn told(
    number: ChangeNumber,
    id: TaskId,
    change: TaskChange,
    occurred_at: Timestamp,
) -> TaskEvent {
    TaskEvent {
        task: id,
        change,
        occurred_at,
        position: Position::after(number),
    }
}

pub(super) fn kinds(events: &[TaskEvent]) -> Vec<(&str, TaskId)> {
    let kind = |event: &TaskEvent| match &event.change {
        TaskChange::Created(_) => "created",
        TaskChange::Updated(_) => "updated",
        TaskChange::Deleted => "deleted",
    };
    events
        .iter()
        .map(|event| (kind(event), event.task))
        .collect()
}
