//! Repositories in memory: what the ports promise, in the shortest words. They are trusted because they keep the
//! [`contract`](super::contract) too. Nothing is forgotten and nothing outlives the process.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::external::ExternalIdentity;
use crate::id::{SessionId, TaskId, UserId};
use crate::listing::{Page, PageRequest, Take, TaskFilter, TaskPosition};
use crate::ports::{
    InfraError, Insertion, PasswordChange, PasswordChangeOutcome, RegistrationOutcome,
    SessionRepository, TaskRepository, Update, UserRepository,
};
use crate::session::{Generation, Rotation, Session};
use crate::task::{Task, TaskEdit};
use crate::time::Timestamp;
use crate::user::{EmailAddress, PasswordHash, StoredCredentials, User};

/// Users, their sessions and their tasks, behind one lock: each call happens at one moment.
#[derive(Default)]
pub struct MemoryStore(Mutex<Records>);

#[derive(Default)]
struct Records {
    users: HashMap<UserId, StoredCredentials>,
    external: HashMap<ExternalIdentity, UserId>,
    sessions: HashMap<SessionId, Session>,
    ended: HashMap<SessionId, Timestamp>,
    tasks: BTreeMap<(UserId, TaskId), Task>,
}

impl MemoryStore {
    /// A test that failed while it held the lock has said so already; the others go on.
    fn records(&self) -> MutexGuard<'_, Records> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Records {
    fn tasks_of(&self, owner: UserId) -> impl Iterator<Item = &Task> {
        self.tasks
            .iter()
            .filter(move |((theirs, _), _)| *theirs == owner)
            .map(|(_, task)| task)
    }

    /// The session as a change of password leaves it, if it lives.
    fn next_generation(&self, user: UserId, id: SessionId, now: Timestamp) -> Option<Session> {
        let session = self
            .sessions
            .get(&id)
            .filter(|session| session.user == user)?;
        session.renewed(now)
    }

    fn end_others(
        &mut self,
        user: UserId,
        keep: Option<SessionId>,
        now: Timestamp,
    ) -> Vec<SessionId> {
        let others = |session: &&Session| session.user == user && Some(session.id) != keep;
        let ended: Vec<SessionId> = self
            .sessions
            .values()
            .filter(others)
            .map(|session| session.id)
            .collect();
        for id in &ended {
            self.end(*id, now);
        }
        ended
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
    async fn insert(&self, owner: UserId, task: &Task) -> Result<Insertion, InfraError> {
        let mut records = self.records();
        if !records.users.contains_key(&owner) {
            return Ok(Insertion::UnknownOwner);
        }
        if let Some(existing) = records.tasks.get(&(owner, task.id)) {
            return Ok(Insertion::Existing(existing.clone()));
        }
        records.tasks.insert((owner, task.id), task.clone());
        Ok(Insertion::Created(task.clone()))
    }

    async fn find(&self, owner: UserId, id: TaskId) -> Result<Option<Task>, InfraError> {
        Ok(self.records().tasks.get(&(owner, id)).cloned())
    }

    async fn page(&self, owner: UserId, request: &PageRequest) -> Result<Page, InfraError> {
        let tasks = self.records().tasks_of(owner).cloned().collect();
        Ok(page_of(tasks, request))
    }

    async fn count(&self, owner: UserId, filter: &TaskFilter) -> Result<u64, InfraError> {
        let records = self.records();
        let matching = records.tasks_of(owner).filter(|task| filter.matches(task));
        Ok(matching.count() as u64)
    }

    async fn update(
        &self,
        owner: UserId,
        id: TaskId,
        edit: &TaskEdit,
        now: Timestamp,
    ) -> Result<Update, InfraError> {
        let mut records = self.records();
        let Some(task) = records.tasks.get_mut(&(owner, id)) else {
            return Ok(Update::NotFound);
        };
        Ok(match task.apply(edit, now) {
            None => Update::VersionMismatch,
            Some(next) if next == *task => Update::Unchanged(next),
            Some(next) => {
                task.clone_from(&next);
                Update::Changed(next)
            }
        })
    }

    async fn delete(&self, owner: UserId, id: TaskId) -> Result<bool, InfraError> {
        Ok(self.records().tasks.remove(&(owner, id)).is_some())
    }
}

#[async_trait]
impl UserRepository for MemoryStore {
    async fn register(
        &self,
        user: &User,
        hash: &PasswordHash,
        session: &Session,
    ) -> Result<RegistrationOutcome, InfraError> {
        let mut records = self.records();
        let taken = |stored: &StoredCredentials| stored.user.email == user.email;
        if records.users.values().any(taken) {
            return Ok(RegistrationOutcome::EmailTaken);
        }
        let credentials = StoredCredentials {
            user: user.clone(),
            hash: hash.clone(),
        };
        records.users.insert(user.id, credentials);
        records.sessions.insert(session.id, session.clone());
        Ok(RegistrationOutcome::Registered)
    }

    async fn find_or_register_external(
        &self,
        identity: &ExternalIdentity,
        newcomer: &User,
    ) -> Result<UserId, InfraError> {
        let mut records = self.records();
        if let Some(user) = records.external.get(identity) {
            return Ok(*user);
        }
        let mut user = newcomer.clone();
        let taken = |stored: &StoredCredentials| stored.user.email == user.email;
        if records.users.values().any(taken) {
            user.email = EmailAddress::placeholder(user.id);
        }
        let (id, hash) = (user.id, PasswordHash::matches_nothing());
        records.users.insert(id, StoredCredentials { user, hash });
        records.external.insert(identity.clone(), id);
        Ok(id)
    }

    async fn find(&self, id: UserId) -> Result<Option<User>, InfraError> {
        let records = self.records();
        Ok(records.users.get(&id).map(|stored| stored.user.clone()))
    }

    async fn credentials(
        &self,
        email: &EmailAddress,
    ) -> Result<Option<StoredCredentials>, InfraError> {
        let records = self.records();
        let mut users = records.users.values();
        Ok(users.find(|stored| stored.user.email == *email).cloned())
    }

    async fn credentials_of(&self, id: UserId) -> Result<Option<StoredCredentials>, InfraError> {
        Ok(self.records().users.get(&id).cloned())
    }

    async fn list(&self, after: Option<UserId>, limit: u32) -> Result<Vec<User>, InfraError> {
        let records = self.records();
        let mut users: Vec<User> = records
            .users
            .values()
            .map(|stored| stored.user.clone())
            .collect();
        users.retain(|user| after.is_none_or(|after| user.id > after));
        users.sort_by_key(|user| user.id);
        users.truncate(limit as usize);
        Ok(users)
    }

    async fn change_password(
        &self,
        id: UserId,
        change: &PasswordChange,
        now: Timestamp,
    ) -> Result<PasswordChangeOutcome, InfraError> {
        let mut records = self.records();
        let kept = change
            .keep
            .map(|keep| records.next_generation(id, keep, now));
        let fits = records
            .users
            .get(&id)
            .is_some_and(|stored| stored.has(change.expected.as_ref()));
        if !fits || kept == Some(None) {
            return Ok(PasswordChangeOutcome::Refused);
        }
        if let Some(stored) = records.users.get_mut(&id) {
            stored.hash = change.new.clone();
        }
        records.end_others(id, change.keep, now);
        let kept = kept.flatten();
        records
            .sessions
            .extend(kept.clone().map(|session| (session.id, session)));
        Ok(PasswordChangeOutcome::Changed(kept))
    }

    async fn delete(
        &self,
        id: UserId,
        expected: &PasswordHash,
        now: Timestamp,
    ) -> Result<bool, InfraError> {
        let mut records = self.records();
        let fits = records
            .users
            .get(&id)
            .is_some_and(|stored| stored.has(Some(expected)));
        if fits {
            records.end_others(id, None, now);
            records.users.remove(&id);
            records.external.retain(|_, user| *user != id);
            records.tasks.retain(|(owner, _), _| *owner != id);
        }
        Ok(fits)
    }

    async fn rehash(
        &self,
        id: UserId,
        old: &PasswordHash,
        new: &PasswordHash,
    ) -> Result<bool, InfraError> {
        let mut records = self.records();
        let Some(stored) = records.users.get_mut(&id) else {
            return Ok(false);
        };
        let unchanged = stored.hash.reveal() == old.reveal();
        if unchanged {
            stored.hash = new.clone();
        }
        Ok(unchanged)
    }
}

#[async_trait]
impl SessionRepository for MemoryStore {
    async fn open(&self, session: &Session) -> Result<bool, InfraError> {
        let mut records = self.records();
        let known = records.users.contains_key(&session.user);
        if known {
            records.sessions.insert(session.id, session.clone());
        }
        Ok(known)
    }

    async fn rotate(
        &self,
        id: SessionId,
        presented: Generation,
        now: Timestamp,
    ) -> Result<Rotation, InfraError> {
        let mut records = self.records();
        let Some(session) = records.sessions.get_mut(&id) else {
            return Ok(Rotation::Refused);
        };
        let rotation = session.rotate(presented, now);
        match &rotation {
            Rotation::Rotated(next) => session.clone_from(next),
            Rotation::Reused(_) => {
                records.end(id, now);
            }
            Rotation::Repeated(_) | Rotation::Refused => {}
        }
        Ok(rotation)
    }

    async fn end(&self, user: UserId, id: SessionId, now: Timestamp) -> Result<bool, InfraError> {
        let mut records = self.records();
        let theirs = records
            .sessions
            .get(&id)
            .is_some_and(|session| session.user == user);
        Ok(theirs && records.end(id, now))
    }

    async fn end_others(
        &self,
        user: UserId,
        keep: Option<SessionId>,
        now: Timestamp,
    ) -> Result<Vec<SessionId>, InfraError> {
        Ok(self.records().end_others(user, keep, now))
    }

    async fn list(&self, user: UserId, now: Timestamp) -> Result<Vec<Session>, InfraError> {
        let records = self.records();
        let living = |session: &&Session| session.user == user && now < session.expires_at();
        let mut sessions: Vec<Session> =
            records.sessions.values().filter(living).cloned().collect();
        sessions.sort_by_key(|session| Reverse((session.last_used_at, session.id)));
        sessions.truncate(Session::MAX_LISTED as usize);
        Ok(sessions)
    }

    async fn remove_expired(&self, now: Timestamp, limit: u32) -> Result<u64, InfraError> {
        let mut records = self.records();
        let over = |session: &&Session| now >= session.expires_at();
        let expired: Vec<SessionId> = records
            .sessions
            .values()
            .filter(over)
            .take(limit as usize)
            .map(|session| session.id)
            .collect();
        for id in &expired {
            records.sessions.remove(id);
        }
        Ok(expired.len() as u64)
    }

    async fn ended_since(&self, since: Timestamp) -> Result<Vec<SessionId>, InfraError> {
        let records = self.records();
        let recent = records.ended.iter().filter(|(_, at)| **at >= since);
        Ok(recent.map(|(id, _)| *id).collect())
    }
}
