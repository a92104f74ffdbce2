//! Where users are stored, and which of them identities at a provider stand for.

use async_trait::async_trait;

use super::InfraError;
use crate::id::{SessionId, UserId};
use crate::identity::ExternalIdentity;
use crate::session::Session;
use crate::time::Timestamp;
use crate::user::{EmailAddress, PasswordHash, StoredCredentials, User};

/// What became of a registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegistrationOutcome {
    /// User and session are stored.
    Registered,
    /// The address has an account. Nothing is stored.
    EmailTaken,
}

/// A user's change of their own password, and what it means for the sessions: a password is changed because somebody else
/// may know it.
#[derive(Debug, Clone)]
pub struct PasswordChange {
    /// Only change it if this is still the stored hash.
    pub expected: PasswordHash,
    /// What is stored from now on.
    pub new: PasswordHash,
    /// The one session that goes on, as [`Session::renewed`] says.
    pub keep: SessionId,
}

/// What became of a change of password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordChangeOutcome {
    /// The password is changed.
    Changed {
        /// The session that goes on.
        kept: Session,
        /// All others of the user, which are over.
        ended: Vec<SessionId>,
    },
    /// Nothing was changed: the session to keep is over, or it is not this user's, or the user is gone. Goes before
    /// [`Self::HashMismatch`].
    SessionEnded,
    /// Nothing was changed: the stored hash is another one.
    HashMismatch,
}

/// Stores users.
#[async_trait]
pub trait UserRepository: Send + Sync {
    /// Stores a user and the first session, if there is to be one: all of it, or nothing.
    async fn register(
        &self,
        user: &User,
        hash: &PasswordHash,
        session: Option<&Session>,
    ) -> Result<RegistrationOutcome, InfraError>;
    /// The user with this id.
    async fn find(&self, id: UserId) -> Result<Option<User>, InfraError>;
    /// The user with this address, and the hash of their password.
    async fn credentials(
        &self,
        email: &EmailAddress,
    ) -> Result<Option<StoredCredentials>, InfraError>;
    /// The same for a user whose id is known.
    async fn credentials_of(&self, id: UserId) -> Result<Option<StoredCredentials>, InfraError>;
    /// Up to `limit` users with ids after this one, by id: the order in which they signed up.
    async fn list(&self, after: Option<UserId>, limit: u32) -> Result<Vec<User>, InfraError>;
    /// Changes the password and ends the other sessions, remembered as ended; or does nothing.
    async fn change_password(
        &self,
        id: UserId,
        change: &PasswordChange,
        now: Timestamp,
    ) -> Result<PasswordChangeOutcome, InfraError>;
    /// Sets the password whatever it was, ends all sessions and names them; `None` if the user is gone.
    async fn set_password(
        &self,
        id: UserId,
        new: &PasswordHash,
        now: Timestamp,
    ) -> Result<Option<Vec<SessionId>>, InfraError>;
    /// Removes the user with everything in the account, and names the sessions that ended with it, which are remembered.
    /// `None`, and nothing is removed, unless `expected` is still the stored hash.
    async fn delete(
        &self,
        id: UserId,
        expected: &PasswordHash,
        now: Timestamp,
    ) -> Result<Option<Vec<SessionId>>, InfraError>;
}

/// Knows which users identities at a provider stand for.
#[async_trait]
pub trait ExternalUserRepository: Send + Sync {
    /// The user this identity stands for. If there is none yet, stores `newcomer`, with [`PasswordHash::unusable`]: from then
    /// on the identity stands for that one, also for callers who came at the same time. If the newcomer's address has an
    /// account already, that is somebody else: the newcomer is stored with [`EmailAddress::placeholder`].
    async fn find_or_register(
        &self,
        identity: &ExternalIdentity,
        newcomer: &User,
    ) -> Result<UserId, InfraError>;
}
