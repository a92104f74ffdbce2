//! What an operator does to accounts from the command line, without being one of the users.

use std::sync::Arc;

use crate::accounts::AccountError;
use crate::id::{SessionId, UserId};
use crate::ports::{
    Clock, InfraError, PasswordChange, PasswordChangeOutcome, PasswordHasher, RegistrationOutcome,
    SessionRepository, UserRepository,
};
use crate::session::Session;
use crate::user::{EmailAddress, Password, Registration, User};

/// The use cases of an operator. They take no [`Identity`](crate::Identity): whoever can run the binary on the service's database
/// can do all this anyway.
pub struct Operations {
    /// Where users are stored.
    pub users: Arc<dyn UserRepository>,
    /// Where sessions are stored.
    pub sessions: Arc<dyn SessionRepository>,
    /// Hashes passwords.
    pub hasher: Arc<dyn PasswordHasher>,
    /// Reads the time.
    pub clock: Arc<dyn Clock>,
}

/// How many rows one statement of a clean-up touches: few enough not to be in anybody's way.
const CLEANUP_BATCH: u32 = 500;

impl Operations {
    /// Creates an account, also when registration is closed.
    pub async fn create_user(&self, registration: Registration) -> Result<User, AccountError> {
        let hash = self.hasher.hash(&registration.password).await?;
        let now = self.clock.now();
        let user = User {
            id: UserId::new(now),
            email: registration.email,
            created_at: now,
        };
        // Nobody holds this session's token: it ends at once.
        let session = Session::begin(user.id, "", now);
        match self.users.register(&user, &hash, &session).await? {
            RegistrationOutcome::Registered => {
                self.sessions.end(user.id, session.id, now).await?;
                Ok(user)
            }
            RegistrationOutcome::EmailTaken => Err(AccountError::EmailTaken),
        }
    }

    /// The user with this address.
    pub async fn find_user(&self, email: &EmailAddress) -> Result<Option<User>, InfraError> {
        Ok(self
            .users
            .credentials(email)
            .await?
            .map(|stored| stored.user))
    }

    /// Gives a user another password and ends all their sessions; false if the user is gone.
    pub async fn set_password(
        &self,
        user: UserId,
        password: &Password,
    ) -> Result<bool, InfraError> {
        let new = self.hasher.hash(password).await?;
        let change = PasswordChange {
            expected: None,
            new,
            keep: None,
        };
        let outcome = self
            .users
            .change_password(user, &change, self.clock.now())
            .await?;
        Ok(matches!(outcome, PasswordChangeOutcome::Changed(_)))
    }

    /// Signs a user out everywhere, and names the sessions that ended.
    pub async fn end_sessions(&self, user: UserId) -> Result<Vec<SessionId>, InfraError> {
        self.sessions.end_others(user, None, self.clock.now()).await
    }

    /// Up to `limit` users who signed up after this one.
    pub async fn users(&self, after: Option<UserId>, limit: u32) -> Result<Vec<User>, InfraError> {
        self.users.list(after, limit).await
    }

    /// Removes what expired, a small batch at a time, and says how many rows are gone.
    pub async fn remove_expired(&self) -> Result<u64, InfraError> {
        let mut removed = 0;
        loop {
            let now = self.clock.now();
            let batch = self.sessions.remove_expired(now, CLEANUP_BATCH).await?;
            removed += batch;
            if batch < u64::from(CLEANUP_BATCH) {
                return Ok(removed);
            }
        }
    }
}

#[cfg(test)]
#[cfg(feature = "testing")]
#[path = "operations_tests.rs"]
mod tests;
