//! What an operator does to accounts from the command line, without being one of the users.

use std::sync::Arc;
use std::time::Duration;

use crate::accounts::{AccountError, AccountPorts};
use crate::id::{SessionId, UserId};
use crate::ports::{InfraError, RegistrationOutcome, TaskChanges};
use crate::user::{EmailAddress, Password, Registration, User};

/// The use cases of an operator. They take no [`Identity`](crate::Identity): whoever can run the binary on the service's database
/// can do all this anyway.
pub struct Administration {
    ports: AccountPorts,
    changes: Arc<dyn TaskChanges>,
    keep_deletions: Duration,
}

/// How many rows one statement of a clean-up touches: few enough not to be in anybody's way.
const CLEANUP_BATCH: u32 = 500;

impl Administration {
    /// Puts the use cases on their ports. That a task was deleted is remembered for `keep_deletions`, and at least for
    /// [`RESTORABLE_FOR`](crate::change::RESTORABLE_FOR).
    #[must_use]
    pub fn new(
        ports: AccountPorts,
        changes: Arc<dyn TaskChanges>,
        keep_deletions: Duration,
    ) -> Self {
        Self {
            ports,
            changes,
            keep_deletions,
        }
    }

    /// Creates an account, also when registration is closed. Nobody is signed in.
    pub async fn create_user(&self, registration: Registration) -> Result<User, AccountError> {
        let hash = self.ports.hasher.hash(&registration.password).await?;
        let now = self.ports.clock.now();
        let user = User {
            id: UserId::new(now),
            email: registration.email,
            created_at: now,
        };
        match self.ports.users.register(&user, &hash, None).await? {
            RegistrationOutcome::Registered => Ok(user),
            RegistrationOutcome::EmailTaken => Err(AccountError::EmailTaken),
        }
    }

    /// The user with this address.
    pub async fn find_user(&self, email: &EmailAddress) -> Result<Option<User>, InfraError> {
        let stored = self.ports.users.credentials(email).await?;
        Ok(stored.map(|stored| stored.user))
    }

    /// Gives a user another password and ends all their sessions; false if the user is gone.
    pub async fn set_password(
        &self,
        user: UserId,
        password: &Password,
    ) -> Result<bool, InfraError> {
        let new = self.ports.hasher.hash(password).await?;
        let now = self.ports.clock.now();
        let ended = self.ports.users.set_password(user, &new, now).await?;
        self.ports.tell_ended(ended.as_deref().unwrap_or_default());
        Ok(ended.is_some())
    }

    /// Signs a user out everywhere, and names the sessions that ended.
    pub async fn end_sessions(&self, user: UserId) -> Result<Vec<SessionId>, InfraError> {
        let now = self.ports.clock.now();
        let ended = self.ports.sessions.end_others(user, None, now).await?;
        self.ports.tell_ended(&ended);
        Ok(ended)
    }

    /// Up to `limit` users who signed up after this one.
    pub async fn users(&self, after: Option<UserId>, limit: u32) -> Result<Vec<User>, InfraError> {
        self.ports.users.list(after, limit).await
    }

    /// Removes what expired, a small batch at a time, and says how many rows are gone.
    pub async fn remove_expired(&self) -> Result<u64, InfraError> {
        let mut removed = 0;
        loop {
            let now = self.ports.clock.now();
            let sessions = &self.ports.sessions;
            let batch = sessions.remove_expired(now, CLEANUP_BATCH).await?;
            removed += batch;
            if batch < u64::from(CLEANUP_BATCH) {
                return Ok(removed + self.clear_deletions().await?);
            }
        }
    }

    async fn clear_deletions(&self) -> Result<u64, InfraError> {
        let mut cleared = 0;
        loop {
            let (now, keep) = (self.ports.clock.now(), self.keep_deletions);
            let batch = self.changes.clear_deletions(now, keep, CLEANUP_BATCH);
            match batch.await? {
                0 => return Ok(cleared),
                batch => cleared += batch,
            }
        }
    }
}

#[cfg(test)]
#[cfg(feature = "testing")]
mod tests;
