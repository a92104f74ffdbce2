//! What an operator does to accounts from the command line, without being one of the users.

use crate::accounts::{AccountError, AccountPorts};
use crate::id::{SessionId, UserId};
use crate::ports::{InfraError, PasswordChange, PasswordChangeOutcome, RegistrationOutcome};
use crate::session::Session;
use crate::user::{EmailAddress, Password, Registration, User};

/// The use cases of an operator. They take no [`Identity`](crate::Identity): whoever can run the binary on the service's database
/// can do all this anyway.
pub struct Operations {
    ports: AccountPorts,
}

/// How many rows one statement of a clean-up touches: few enough not to be in anybody's way.
const CLEANUP_BATCH: u32 = 500;

impl Operations {
    /// Puts the use cases on their ports.
    #[must_use]
    pub fn new(ports: AccountPorts) -> Self {
        Self { ports }
    }

    /// Creates an account, also when registration is closed.
    pub async fn create_user(&self, registration: Registration) -> Result<User, AccountError> {
        let hash = self.ports.hasher.hash(&registration.password).await?;
        let now = self.ports.clock.now();
        let user = User {
            id: UserId::new(now),
            email: registration.email,
            created_at: now,
        };
        // Nobody holds this session's token: it ends at once.
        let session = Session::begin(user.id, "", now);
        match self.ports.users.register(&user, &hash, &session).await? {
            RegistrationOutcome::Registered => {
                self.ports.sessions.end(user.id, session.id, now).await?;
                Ok(user)
            }
            RegistrationOutcome::EmailTaken => Err(AccountError::EmailTaken),
        }
    }

    /// The user with this address.
    pub async fn find_user(&self, email: &EmailAddress) -> Result<Option<User>, InfraError> {
        Ok(self
            .ports
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
        let new = self.ports.hasher.hash(password).await?;
        let change = PasswordChange {
            expected: None,
            new,
            keep: None,
        };
        let outcome = self
            .ports
            .users
            .change_password(user, &change, self.ports.clock.now())
            .await?;
        Ok(matches!(outcome, PasswordChangeOutcome::Changed(_)))
    }

    /// Signs a user out everywhere, and names the sessions that ended.
    pub async fn end_sessions(&self, user: UserId) -> Result<Vec<SessionId>, InfraError> {
        self.ports
            .sessions
            .end_others(user, None, self.ports.clock.now())
            .await
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
            let batch = self
                .ports
                .sessions
                .remove_expired(now, CLEANUP_BATCH)
                .await?;
            removed += batch;
            if batch < u64::from(CLEANUP_BATCH) {
                return Ok(removed);
            }
        }
    }
}
