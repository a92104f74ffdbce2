//! Repositories in memory: what the ports promise, in the shortest words. They are trusted because they keep the
//! [`contract`](super::contract) too. Nothing outlives the process.

mod archive;
mod batches;
mod changes;
mod moving;
mod sessions;
mod users;

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::change::{ChangeNumber, DeletedTask, Position, StoredTask, TaskCounter};
use crate::id::{SessionId, TaskId, UserId};
use crate::identity::ExternalIdentity;
use crate::listing::{Page, PageRequest, Take, TaskFilter, TaskPosition};
use crate::ports::{
    BatchDeletion, BatchInsertion, BatchUpdate, InfraError, InfraErrorKind, Insertion, Move,
    Restoration, TaskRepository, Update,
};
use crate::session::Session;
use crate::task::{BatchEdit, TagUsage, Task, TaskEdit};
use crate::time::Timestamp;
use crate::user::StoredCredentials;

/// Users, their sessions and their tasks, behind one lock: each call happens at one moment.
#[derive(Default)]
pub struct MemoryStore(Mutex<Records>);

#[derive(Default)]
struct Records {
    users: HashMap<UserId, StoredCredentials>,
    external: HashMap<ExternalIdentity, UserId>,
    sessions: HashMap<SessionId, Session>,
    ended: HashMap<SessionId, Timestamp>,
    counters: HashMap<UserId, TaskCounter>,
    tasks: BTreeMap<(UserId, TaskId), StoredTask>,
    deleted: BTreeMap<(UserId, TaskId), DeletedTask>,
}

impl MemoryStore {
    /// A test that failed while it held the lock has said so already; the others go on.
    fn records(&self) -> MutexGuard<'_, Records> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Records {
    fn tasks_of(&self, owner: UserId) -> impl Iterator<Item = &Task> {
        self.stored_of(owner).map(|stored| &stored.task)
    }

    fn stored_of(&self, owner: UserId) -> impl Iterator<Item = &StoredTask> {
        self.tasks
            .iter()
            .filter(move |((theirs, _), _)| *theirs == owner)
            .map(|(_, stored)| stored)
    }

    fn deleted_of(&self, owner: UserId) -> impl Iterator<Item = &DeletedTask> {
        self.deleted
            .iter()
            .filter(move |((theirs, _), _)| *theirs == owner)
            .map(|(_, deleted)| deleted)
    }

    /// Those that are not over, the most recently used first.
    fn living(&self, user: UserId, now: Timestamp) -> Vec<Session> {
        let living = |session: &&Session| session.user == user && !session.is_over(now);
        let mut sessions: Vec<Session> = self.sessions.values().filter(living).cloned().collect();
        sessions.sort_by_key(|session| Reverse((session.last_used_at, session.id)));
        sessions
    }

    fn end_others(
        &mut self,
        user: UserId,
        keep: Option<SessionId>,
        now: Timestamp,
    ) -> Vec<SessionId> {
        let others = |session: &&Session| session.user == user && Some(session.id) != keep;
        let ids = self.sessions.values().filter(others);
        let ids: Vec<SessionId> = ids.map(|session| session.id).collect();
        self.end_all(ids, now)
    }

    fn end_all(&mut self, ids: Vec<SessionId>, now: Timestamp) -> Vec<SessionId> {
        for id in &ids {
            self.end(*id, now);
        }
        ids
    }

    fn end(&mut self, id: SessionId, now: Timestamp) -> bool {
        let lived = self.sessions.remove(&id).is_some();
        if lived {
            self.ended.insert(id, now);
        }
        lived
    }
}

/// The page that `request` asks for, out of all tasks of an owner: the reference for every repository.
pub(super) fn page_of(mut tasks: Vec<Task>, request: &PageRequest) -> Page {
    let order = request.order;
    let position = |task: &Task| TaskPosition::of(task, order);
    tasks.retain(|task| {
        let here = position(task);
        request.filter.matches(task)
            && request
                .after
                .is_none_or(|after| order.compare(&after, &here).is_lt())
            && request
                .before
                .is_none_or(|before| order.compare(&here, &before).is_lt())
    });
    tasks.sort_by(|a, b| order.compare(&position(a), &position(b)));
    if matches!(request.take, Take::Last(_)) {
        tasks.reverse();
    }
    tasks.truncate(request.take.limit() as usize + 1);
    Page::from_surplus(request, tasks)
}

#[async_trait]
impl TaskRepository for MemoryStore {
    async fn add(&self, owner: UserId, task: &Task) -> Result<Option<Task>, InfraError> {
        let mut records = self.records();
        if records.tasks.contains_key(&(owner, task.id)) {
            let used = InfraError::bare(InfraErrorKind::Broken, "the id is used");
            return Err(used);
        }
        let change = records.tick(owner);
        Ok(change.map(|change| records.store_new(owner, task, change)))
    }

    async fn insert(&self, owner: UserId, task: &Task) -> Result<Insertion, InfraError> {
        let mut records = self.records();
        if let Some(existing) = records.tasks.get(&(owner, task.id)) {
            return Ok(Insertion::Existing(existing.task.clone()));
        }
        if records.deleted.contains_key(&(owner, task.id)) {
            return Ok(Insertion::Deleted);
        }
        Ok(match records.tick(owner) {
            Some(change) => Insertion::Created(records.store_new(owner, task, change)),
            None => Insertion::UnknownOwner,
        })
    }

    async fn find(&self, owner: UserId, id: TaskId) -> Result<Option<Task>, InfraError> {
        let records = self.records();
        let stored = records.tasks.get(&(owner, id));
        Ok(stored.map(|stored| stored.task.clone()))
    }

    async fn page(&self, owner: UserId, request: &PageRequest) -> Result<Page, InfraError> {
        let records = self.records();
        let tasks = records.tasks_of(owner).cloned().collect();
        let counter = records.counters.get(&owner).filter(|_| request.as_of);
        Ok(Page {
            as_of: counter.map(|counter| Position::after(counter.last_change)),
            ..page_of(tasks, request)
        })
    }

    async fn count(&self, owner: UserId, filter: &TaskFilter) -> Result<u64, InfraError> {
        let records = self.records();
        let matching = records.tasks_of(owner).filter(|task| filter.matches(task));
        Ok(matching.count() as u64)
    }

    async fn tags(&self, owner: UserId) -> Result<Vec<TagUsage>, InfraError> {
        let records = self.records();
        let tasks = records.tasks_of(owner);
        let groups = tasks.map(|task| (task.tags.clone(), 1, u64::from(task.is_open())));
        Ok(TagUsage::of(groups))
    }

    async fn update(
        &self,
        owner: UserId,
        id: TaskId,
        edit: &TaskEdit,
        now: Timestamp,
    ) -> Result<Update, InfraError> {
        let mut records = self.records();
        let Some(task) = records.tasks.get(&(owner, id)).map(|stored| &stored.task) else {
            return Ok(Update::NotFound);
        };
        let next = match task.apply(edit, now) {
            None => return Ok(Update::VersionMismatch),
            Some(next) if next == *task => return Ok(Update::Unchanged(next)),
            Some(next) => next,
        };
        let Some(change) = records.tick(owner) else {
            return Ok(Update::NotFound);
        };
        let next = Task { change, ..next };
        if let Some(stored) = records.tasks.get_mut(&(owner, id)) {
            stored.task.clone_from(&next);
        }
        Ok(Update::Changed(next))
    }

    async fn place(
        &self,
        owner: UserId,
        id: TaskId,
        after: Option<TaskId>,
    ) -> Result<Move, InfraError> {
        Ok(self.records().place(owner, id, after))
    }

    async fn delete(
        &self,
        owner: UserId,
        id: TaskId,
        now: Timestamp,
    ) -> Result<Option<ChangeNumber>, InfraError> {
        Ok(self.records().delete(owner, id, now))
    }

    async fn insert_all(
        &self,
        owner: UserId,
        tasks: &[Task],
    ) -> Result<BatchInsertion, InfraError> {
        Ok(self.records().insert_all(owner, tasks))
    }

    async fn update_all(
        &self,
        owner: UserId,
        ids: &[TaskId],
        edit: &BatchEdit,
        now: Timestamp,
    ) -> Result<BatchUpdate, InfraError> {
        Ok(self.records().update_all(owner, ids, edit, now))
    }

    async fn delete_all(
        &self,
        owner: UserId,
        ids: &[TaskId],
        now: Timestamp,
    ) -> Result<BatchDeletion, InfraError> {
        Ok(self.records().delete_all(owner, ids, now))
    }

    async fn restore(
        &self,
        owner: UserId,
        ids: &[TaskId],
        now: Timestamp,
    ) -> Result<Restoration, InfraError> {
        Ok(self.records().restore(owner, ids, now))
    }
}
