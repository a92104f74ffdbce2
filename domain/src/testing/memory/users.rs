//! Users in memory.

use async_trait::async_trait;

use super::MemoryStore;
use crate::external::ExternalIdentity;
use crate::id::UserId;
use crate::ports::{
    InfraError, PasswordChange, PasswordChangeOutcome, RegistrationOutcome, UserRepository,
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
}
