//! The users and tasks that promises are tried on.

use uuid::Builder;

use super::Repositories;
use crate::change::ChangeNumber;
use crate::id::{SessionId, TaskId, UserId};
use crate::ports::{InfraError, Insertion, RegistrationOutcome, SignIn, Update};
use crate::session::Session;
use crate::task::{Priority, Rank, Tags, Task, TaskDescription, TaskEdit, TaskTitle};
use crate::time::Timestamp;
use crate::user::{EmailAddress, PasswordHash, User};

/// When everything begins: a time with all digits of a millisecond.
pub(super) const START: Timestamp = Timestamp::from_millis(1_700_000_000_123);

/// So many milliseconds after [`START`].
pub(super) const fn start_plus(millis: i64) -> Timestamp {
    Timestamp::from_millis(START.millis() + millis)
}

pub(super) fn title(text: &str) -> TaskTitle {
    TaskTitle::parse(text).unwrap_or_else(|violations| panic!("{text:?}: {violations:?}"))
}

pub(super) fn description(text: &str) -> TaskDescription {
    TaskDescription::parse(text).unwrap_or_else(|violations| panic!("{text:?}: {violations:?}"))
}

pub(super) fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap_or_else(|violations| panic!("{text:?}: {violations:?}"))
}

/// A task that is open and was never changed.
pub(super) fn task(text: &str, created_at: Timestamp) -> Task {
    Task {
        id: TaskId::new(created_at),
        title: title(text),
        description: TaskDescription::default(),
        created_at,
        updated_at: created_at,
        completed_at: None,
        version: 1,
        change: ChangeNumber::NONE,
        due_on: None,
        priority: Priority::Normal,
        tags: Tags::default(),
        rank: Rank::NONE,
        moved: None,
    }
}

/// A task but for the numbers of its changes and its rank, which depend on what else was changed.
pub(super) fn unnumbered(task: Task) -> Task {
    Task {
        change: ChangeNumber::NONE,
        moved: None,
        rank: Rank::NONE,
        ..task
    }
}

/// An id of version 4, the same for the same seed; their order has nothing to do with the seeds'.
pub(super) fn scattered_id(seed: u64) -> TaskId {
    let high = seed
        .wrapping_add(1)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .rotate_left(31);
    let low = high.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bytes = (u128::from(high) << 64 | u128::from(low)).to_be_bytes();
    TaskId::from_uuid(Builder::from_random_bytes(bytes).into_uuid())
}

/// A hash in the form of the real ones.
pub(super) fn hash(text: &str) -> PasswordHash {
    PasswordHash::new(format!("$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ${text}"))
}

/// A sign-in with a password whose hash is up to date.
pub(super) fn sign_in(session: &Session, verified: &str) -> SignIn {
    SignIn {
        session: session.clone(),
        verified: hash(verified),
        rehashed: None,
    }
}

/// A user who is not stored yet, with the first session.
pub(super) fn user(email: &str) -> (User, Session) {
    let user = User {
        id: UserId::new(START),
        email: address(email),
        created_at: START,
    };
    let session = Session::begin(user.id, "Mozilla/5.0", START);
    (user, session)
}

impl Repositories {
    /// A user with an address of their own, and their first session.
    pub(super) async fn signed_up(&self) -> Result<(UserId, Session), InfraError> {
        let (user, session) = user(&format!("{}@example.org", UserId::new(START)));
        let outcome = self
            .users
            .register(&user, &hash("aGFzaA"), Some(&session))
            .await?;
        assert_eq!(outcome, RegistrationOutcome::Registered);
        Ok((user.id, session))
    }

    /// Whether this session opens for somebody whose password had this hash when it was verified.
    pub(super) async fn opens(
        &self,
        session: &Session,
        verified: &str,
    ) -> Result<bool, InfraError> {
        let opened = self.sessions.open(&sign_in(session, verified)).await?;
        Ok(opened.is_some())
    }

    /// Another session of a user who has [`signed_up`](Self::signed_up).
    pub(super) async fn signed_in(
        &self,
        user: UserId,
        user_agent: &str,
        now: Timestamp,
    ) -> Result<Session, InfraError> {
        let session = Session::begin(user, user_agent, now);
        assert!(self.opens(&session, "aGFzaA").await?);
        Ok(session)
    }

    /// The ids of the sessions that ended at `since` or later, by id.
    pub(super) async fn ended_since(&self, since: Timestamp) -> Result<Vec<SessionId>, InfraError> {
        let ended = self.sessions.ended_since(since, None, 1000).await?;
        let mut ids: Vec<SessionId> = ended.into_iter().map(|ended| ended.id).collect();
        ids.sort();
        Ok(ids)
    }

    /// A user with an address of their own.
    pub(super) async fn owner(&self) -> Result<UserId, InfraError> {
        Ok(self.signed_up().await?.0)
    }

    /// Stores a new task, which must not exist yet, and returns it with its number.
    pub(super) async fn store(&self, owner: UserId, task: &Task) -> Result<Task, InfraError> {
        let Insertion::Created(stored) = self.tasks.insert(owner, task).await? else {
            panic!("{task:?} is new");
        };
        assert!(stored.change > ChangeNumber::NONE);
        assert_eq!(unnumbered(stored.clone()), unnumbered(task.clone()));
        Ok(stored)
    }

    /// The task as it is stored, but for its number.
    pub(super) async fn found(
        &self,
        owner: UserId,
        id: TaskId,
    ) -> Result<Option<Task>, InfraError> {
        Ok(self.tasks.find(owner, id).await?.map(unnumbered))
    }

    /// What became of an edit, but for its number.
    pub(super) async fn updated(
        &self,
        owner: UserId,
        id: TaskId,
        edit: &TaskEdit,
        now: Timestamp,
    ) -> Result<Update, InfraError> {
        Ok(match self.tasks.update(owner, id, edit, now).await? {
            Update::Changed(task) => Update::Changed(unnumbered(task)),
            Update::Unchanged(task) => Update::Unchanged(unnumbered(task)),
            other => other,
        })
    }

    /// Whether there was something to delete.
    pub(super) async fn deleted(&self, owner: UserId, id: TaskId) -> Result<bool, InfraError> {
        Ok(self.tasks.delete(owner, id, START).await?.is_some())
    }
}
