//! What the domain needs from the outside. The only file to read before writing an adapter; the promises in prose here are
//! checked by `testing::contract`.

use async_trait::async_trait;

pub use crate::infra_error::{InfraError, InfraErrorKind};

use crate::event::{TaskEvent, TaskEventStream};
use crate::id::{SessionId, TaskId, UserId};
use crate::identity::{ExternalClaims, ExternalIdentity};
use crate::listing::{Page, PageRequest, TaskFilter};
use crate::session::{
    AccessClaims, AccessToken, Generation, RefreshClaims, RefreshToken, Rotation, Session,
    TokenRejection,
};
use crate::task::{Task, TaskEdit};
use crate::time::Timestamp;
use crate::user::{EmailAddress, Password, PasswordHash, StoredCredentials, User};

/// Why it is not known who sends a request.
#[derive(Debug, thiserror::Error)]
pub enum AuthenticationError {
    /// The token proves nothing.
    #[error("the access token is not good")]
    Rejected(TokenRejection),
    /// Whether the token is good cannot be found out now.
    #[error(transparent)]
    Infra(#[from] InfraError),
}

impl From<TokenRejection> for AuthenticationError {
    fn from(rejection: TokenRejection) -> Self {
        Self::Rejected(rejection)
    }
}

/// What became of an insert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Insertion {
    /// The task is stored.
    Created(Task),
    /// The owner has a task with this id: here it is, as it is now.
    Existing(Task),
    /// There is no such owner (any more).
    UnknownOwner,
}

/// What became of an update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Update {
    /// The task was changed and is now so.
    Changed(Task),
    /// The task was so already.
    Unchanged(Task),
    /// The task has another version than the edit expects. Nothing was changed.
    VersionMismatch,
    /// The owner has no such task.
    NotFound,
}

/// Stores tasks. Every method sees the tasks of one owner and nothing else; another owner's task is as good as none.
/// Each method is one statement.
#[async_trait]
pub trait TaskRepository: Send + Sync {
    /// Stores a task, unless the owner has one with this id already.
    async fn insert(&self, owner: UserId, task: &Task) -> Result<Insertion, InfraError>;
    /// The task with this id.
    async fn find(&self, owner: UserId, id: TaskId) -> Result<Option<Task>, InfraError>;
    /// One page, as [`TaskFilter::matches`], [`TaskOrder::compare`](crate::listing::TaskOrder::compare) and
    /// [`Page::from_surplus`] define it. A task that nobody touches meanwhile is seen exactly once by whoever pages through.
    async fn page(&self, owner: UserId, request: &PageRequest) -> Result<Page, InfraError>;
    /// How many tasks match.
    async fn count(&self, owner: UserId, filter: &TaskFilter) -> Result<u64, InfraError>;
    /// Changes a task as [`Task::apply`] says, without a moment in which another writer's change could get lost.
    async fn update(
        &self,
        owner: UserId,
        id: TaskId,
        edit: &TaskEdit,
        now: Timestamp,
    ) -> Result<Update, InfraError>;
    /// Deletes a task; false if there was none.
    async fn delete(&self, owner: UserId, id: TaskId) -> Result<bool, InfraError>;
}

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

/// A sign-in whose password was right a moment ago. Hashing takes so long that it may have been changed since.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// The session that begins.
    pub session: Session,
    /// The hash that the password was compared with.
    pub verified: PasswordHash,
    /// The same password, hashed with the parameters of today; `None` if `verified` has them.
    pub rehashed: Option<PasswordHash>,
}

/// A session that is over before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndedSession {
    /// Which one.
    pub id: SessionId,
    /// When it ended, by the clock of whoever ended it.
    pub ended_at: Timestamp,
}

/// Stores sessions while they live, and remembers for [`ENDED_MEMORY`](crate::session::ENDED_MEMORY) that they ended.
/// However many sessions a call ends, it takes as many statements as for one.
#[async_trait]
pub trait SessionRepository: Send + Sync {
    /// Stores a new session, and the new hash if there is one. `None`, and nothing is stored, unless the verified hash is still
    /// the stored one: a change of password comes wholly before (then no session is opened) or wholly after (then it is
    /// among those that end).
    ///
    /// Names the sessions that ended for it: with the new one a user has at most [`Session::MAX_PER_USER`] that are not over
    /// yet, and those that were not used for longest give way.
    async fn open(&self, sign_in: &SignIn) -> Result<Option<Vec<SessionId>>, InfraError>;
    /// One session of this user, unless it is over at `now`.
    async fn find(
        &self,
        user: UserId,
        id: SessionId,
        now: Timestamp,
    ) -> Result<Option<Session>, InfraError>;
    /// Asks [`Session::rotate`] and stores what it says, alone with the session: of concurrent callers with the same
    /// token one rotates, the others repeat. [`Rotation::Reused`] ends the session before it is returned.
    async fn rotate(
        &self,
        id: SessionId,
        presented: Generation,
        now: Timestamp,
    ) -> Result<Rotation, InfraError>;
    /// Ends the session that somebody has the refresh token of, and says whose it was; `None` if it had ended already, or was
    /// never there. As with [`rotate`](Self::rotate), the token stands for the owner.
    async fn end_held(&self, id: SessionId, now: Timestamp) -> Result<Option<UserId>, InfraError>;
    /// Ends one session of this user; false if it is not theirs or had ended already.
    async fn end(&self, user: UserId, id: SessionId, now: Timestamp) -> Result<bool, InfraError>;
    /// Ends all sessions of this user but one, and names those that ended.
    async fn end_others(
        &self,
        user: UserId,
        keep: Option<SessionId>,
        now: Timestamp,
    ) -> Result<Vec<SessionId>, InfraError>;
    /// The user's sessions that are not over at `now`, the most recently used first, at most
    /// [`Session::MAX_PER_USER`].
    async fn list(&self, user: UserId, now: Timestamp) -> Result<Vec<Session>, InfraError>;
    /// Removes up to `limit` rows that nobody needs any more: sessions that are over by their age at `now`, and memories of
    /// ended ones that are older than twice [`ENDED_MEMORY`](crate::session::ENDED_MEMORY), because clocks may differ. Says
    /// how many are gone; fewer than `limit` means that none is left.
    async fn remove_expired(&self, now: Timestamp, limit: u32) -> Result<u64, InfraError>;
    /// The sessions, of all users, that ended at `since` or later. They are in no order: whoever keeps a set of them needs
    /// none, and the newest `ended_at` is found by looking at each.
    ///
    /// To ask for the difference only, ask again since the newest one known, less a while: one may be told later than another
    /// that ended after it, because its clock was behind or its transaction took longer.
    async fn ended_since(&self, since: Timestamp) -> Result<Vec<EndedSession>, InfraError>;
}

/// Hears which sessions ended here, after it is committed. Never waits, never fails.
///
/// What ends on other instances, or while nobody waits for the answer any more, is only found by
/// [`SessionRepository::ended_since`].
pub trait SessionEvents: Send + Sync {
    /// These sessions have ended: at least one.
    fn ended(&self, sessions: &[SessionId]);
}

/// What comparing a password with a hash says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verification {
    /// They belong together.
    Match,
    /// They belong together, but the hash was made with older parameters: hash again.
    MatchOutdated,
    /// They do not.
    Mismatch,
}

/// Hashes passwords slowly, on few threads. A caller that cannot be served soon gets
/// [`InfraErrorKind::Unavailable`].
#[async_trait]
pub trait PasswordHasher: Send + Sync {
    /// Hashes with a fresh salt.
    async fn hash(&self, password: &Password) -> Result<PasswordHash, InfraError>;
    /// Compares; takes as long, and says [`Verification::Mismatch`], when either is missing.
    async fn verify(
        &self,
        password: Option<&Password>,
        hash: Option<&PasswordHash>,
    ) -> Result<Verification, InfraError>;
}

/// Makes and reads tokens. Knows nothing of users or sessions but what a token says.
#[async_trait]
pub trait TokenIssuer: Send + Sync {
    /// An access token, good until [`AccessClaims::expires_at`].
    fn issue_access(
        &self,
        claims: &AccessClaims,
        now: Timestamp,
    ) -> Result<AccessToken, InfraError>;
    /// What an access token says. Any doubt is [`TokenRejection::Invalid`].
    async fn verify_access(
        &self,
        token: &str,
        now: Timestamp,
    ) -> Result<AccessClaims, TokenRejection>;
    /// The refresh token for these claims: always the same for the same claims.
    fn mint_refresh(&self, claims: &RefreshClaims) -> RefreshToken;
    /// What a refresh token says, if it was minted here.
    fn read_refresh(&self, token: &str) -> Option<RefreshClaims>;
}

/// Verifies access tokens that somebody else issues.
#[async_trait]
pub trait IdentityProvider: Send + Sync {
    /// What a token says. Any doubt is [`TokenRejection::Invalid`]; only a token whose key cannot be had right now, though it may
    /// exist, is [`InfraErrorKind::Unavailable`].
    async fn verify(
        &self,
        token: &str,
        now: Timestamp,
    ) -> Result<ExternalClaims, AuthenticationError>;
}

/// Tells watchers of a user's tasks what happened.
pub trait TaskEvents: Send + Sync {
    /// Called after the change is committed. Never waits and never fails: watchers that are too slow are told so.
    fn publish(&self, owner: UserId, event: TaskEvent);
    /// Every change to this owner's tasks from now on.
    fn subscribe(&self, owner: UserId) -> TaskEventStream;
}

/// Reads the time.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}
