//! Users in memory.

use async_trait::async_trait;

use super::MemoryStore;
use crate::change::TaskCounter;
use crate::id::{SessionId, UserId};
use crate::identity::ExternalIdentity;
use crate::ports::{
    ExternalUserRepository, InfraError, PasswordChange, PasswordChangeOutcome, RegistrationOutcome,
    UserRepository,
};
use crate::session::Session;
use crate::time::Timestamp;
use crate::user::{EmailAddress, PasswordHash, StoredCredentials, User};

#[async_trait]
impl UserRepository for MemoryStore {
    async fn register(
        &self,
        user: &User,
        hash: &PasswordHash,
        session: Option<&Session>,
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
        records.counters.insert(user.id, TaskCounter::default());
        let session = session.map(|session| (session.id, session.clone()));
        records.sessions.extend(session);
        Ok(RegistrationOutcome::Registered)
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
        let kept = records.sessions.get(&change.keep);
        let kept = kept.filter(|session| session.user == id);
        let Some(kept) = kept.and_then(|session| session.renewed(now)) else {
            return Ok(PasswordChangeOutcome::SessionEnded);
        };
        let user = records.users.get_mut(&id);
        let Some(user) = user.filter(|stored| stored.has(&change.expected)) else {
            return Ok(PasswordChangeOutcome::HashMismatch);
        };
        user.hash = change.new.clone();
        records.sessions.insert(kept.id, kept.clone());
        let ended = records.end_others(id, Some(kept.id), now);
        Ok(PasswordChangeOutcome::Changed { kept, ended })
    }

    async fn set_password(
        &self,
        id: UserId,
        new: &PasswordHash,
        now: Timestamp,
    ) -> Result<Option<Vec<SessionId>>, InfraError> {
        let mut records = self.records();
        let Some(user) = records.users.get_mut(&id) else {
            return Ok(None);
        };
        user.hash = new.clone();
        Ok(Some(records.end_others(id, None, now)))
    }

    async fn delete(
        &self,
        id: UserId,
        expected: &PasswordHash,
        now: Timestamp,
    ) -> Result<Option<Vec<SessionId>>, InfraError> {
        let mut records = self.records();
        let user = records.users.get(&id);
        if !user.is_some_and(|stored| stored.has(expected)) {
            return Ok(None);
        }
        let ended = records.end_others(id, None, now);
        records.users.remove(&id);
        records.external.retain(|_, user| *user != id);
        records.counters.remove(&id);
        records.tasks.retain(|(owner, _), _| *owner != id);
        records.deleted.retain(|(owner, _), _| *owner != id);
        Ok(Some(ended))
    }
}

#[async_trait]
impl ExternalUserRepository for MemoryStore {
    async fn find_or_register(
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
        let (id, hash) = (user.id, PasswordHash::unusable());
        records.users.insert(id, StoredCredentials { user, hash });
        records.counters.insert(id, TaskCounter::default());
        records.external.insert(identity.clone(), id);
        Ok(id)
    }
}
