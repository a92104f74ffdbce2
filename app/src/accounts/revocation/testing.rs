//! What tests of ended sessions need: a list under a clock that stands still, on a repository that notes what it is asked.

use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use taskhive_domain::UserId;
use taskhive_domain::ports::SignIn;
use taskhive_domain::session::{Generation, Rotation, Session};
use taskhive_domain::testing::ManualClock;
use tokio::sync::Semaphore;
use tokio::time::advance;

use super::*;

/// Answers what ended since a time, when it is let to.
pub(crate) struct Elsewhere {
    pub(crate) ended: Mutex<Vec<EndedSession>>,
    /// What it was asked for, in milliseconds.
    asked: Mutex<Vec<i64>>,
    /// Each answer takes a permit.
    pub(crate) answers: Semaphore,
    pub(crate) broken: AtomicBool,
}

#[async_trait]
#[expect(clippy::unreachable, reason = "a list asks for nothing else")]
impl SessionRepository for Elsewhere {
    async fn ended_since(
        &self,
        since: Timestamp,
        after: Option<SessionId>,
        limit: u32,
    ) -> Result<Vec<EndedSession>, InfraError> {
        self.asked.lock().unwrap().push(since.millis());
        self.answers.acquire().await.unwrap().forget();
        if self.broken.load(Ordering::Relaxed) {
            return Err(InfraError::bare(InfraErrorKind::Unavailable, "gone"));
        }
        let mut ended = self.ended.lock().unwrap().clone();
        ended.sort_by_key(|ended| (ended.ended_at, ended.id));
        ended.retain(|ended| {
            ended.ended_at > since || ended.ended_at == since && Some(ended.id) > after
        });
        ended.truncate(limit as usize);
        Ok(ended)
    }
    async fn open(&self, _: &SignIn) -> Result<Option<Vec<SessionId>>, InfraError> {
        unreachable!()
    }
    async fn find(
        &self,
        _: UserId,
        _: SessionId,
        _: Timestamp,
    ) -> Result<Option<Session>, InfraError> {
        unreachable!()
    }
    async fn rotate(
        &self,
        _: SessionId,
        _: Generation,
        _: Timestamp,
    ) -> Result<Rotation, InfraError> {
        unreachable!()
    }
    async fn end_held(&self, _: SessionId, _: Timestamp) -> Result<Option<UserId>, InfraError> {
        unreachable!()
    }
    async fn end(&self, _: UserId, _: SessionId, _: Timestamp) -> Result<bool, InfraError> {
        unreachable!()
    }
    async fn end_others(
        &self,
        _: UserId,
        _: Option<SessionId>,
        _: Timestamp,
    ) -> Result<Vec<SessionId>, InfraError> {
        unreachable!()
    }
    async fn list(&self, _: UserId, _: Timestamp) -> Result<Vec<Session>, InfraError> {
        unreachable!()
    }
    async fn remove_expired(&self, _: Timestamp, _: u32) -> Result<u64, InfraError> {
        unreachable!()
    }
}

/// A list, the database behind it, and the clock of both.
pub(crate) struct House {
    pub(crate) list: Arc<RevocationList>,
    pub(crate) elsewhere: Arc<Elsewhere>,
    pub(crate) clock: Arc<ManualClock>,
}

impl House {
    pub(crate) fn new() -> Self {
        let clock = Arc::new(ManualClock::default());
        let elsewhere = Arc::new(Elsewhere {
            ended: Mutex::default(),
            asked: Mutex::default(),
            answers: Semaphore::new(1000),
            broken: AtomicBool::new(false),
        });
        let list = Arc::new(RevocationList::new(elsewhere.clone(), clock.clone()));
        Self {
            list,
            elsewhere,
            clock,
        }
    }

    /// A session that ended at another instance, now.
    pub(crate) fn ended_elsewhere(&self) -> SessionId {
        let ended_at = self.clock.now();
        let id = SessionId::new(ended_at);
        self.elsewhere
            .ended
            .lock()
            .unwrap()
            .push(EndedSession { id, ended_at });
        id
    }

    pub(crate) async fn pass(&self, time: Duration) {
        self.clock.advance(time);
        advance(time).await;
    }

    pub(crate) fn asked(&self) -> Vec<i64> {
        self.elsewhere.asked.lock().unwrap().clone()
    }

    pub(crate) fn somebody(&self) -> SessionId {
        SessionId::new(self.clock.now())
    }
}
