//! Where sessions are stored, and who hears that they ended.

use async_trait::async_trait;

use super::InfraError;
use crate::id::{SessionId, UserId};
use crate::session::{Generation, Rotation, Session};
use crate::time::Timestamp;
use crate::user::PasswordHash;

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
    /// The first `limit` sessions, of all users, that ended at `since` or later, in the order of (`ended_at`, `id`). With
    /// `after`, those that ended at `since` itself count only if their id comes behind it: this is the page after one that
    /// ended with that session. There may be millions, and no statement should be as long as that.
    ///
    /// To ask for the difference only, ask again since the newest one known, less a while: one may be told later than another
    /// that ended after it, because its clock was behind or its transaction took longer.
    async fn ended_since(
        &self,
        since: Timestamp,
        after: Option<SessionId>,
        limit: u32,
    ) -> Result<Vec<EndedSession>, InfraError>;
}

/// Hears which sessions ended here, after it is committed. Never waits, never fails.
///
/// What ends on other instances, or while nobody waits for the answer any more, is only found by
/// [`SessionRepository::ended_since`].
pub trait SessionEvents: Send + Sync {
    /// These sessions have ended: at least one.
    fn ended(&self, sessions: &[SessionId]);
}
