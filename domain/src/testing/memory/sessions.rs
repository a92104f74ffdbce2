//! Sessions in memory.

use async_trait::async_trait;

use super::MemoryStore;
use crate::id::{SessionId, UserId};
use crate::ports::{EndedSession, InfraError, SessionRepository, SignIn};
use crate::session::{ENDED_MEMORY, Generation, Rotation, Session};
use crate::time::Timestamp;

#[async_trait]
impl SessionRepository for MemoryStore {
    async fn open(&self, sign_in: &SignIn) -> Result<Option<Vec<SessionId>>, InfraError> {
        let mut records = self.records();
        let session = &sign_in.session;
        let user = records.users.get_mut(&session.user);
        let Some(user) = user.filter(|user| user.has(&sign_in.verified)) else {
            return Ok(None);
        };
        if let Some(rehashed) = &sign_in.rehashed {
            user.hash = rehashed.clone();
        }
        let now = session.created_at;
        let staying = Session::MAX_PER_USER as usize - 1;
        let giving_way = records.living(session.user, now).into_iter().skip(staying);
        let giving_way = giving_way.map(|session| session.id).collect();
        let ended = records.end_all(giving_way, now);
        records.sessions.insert(session.id, session.clone());
        Ok(Some(ended))
    }

    async fn find(
        &self,
        user: UserId,
        id: SessionId,
        now: Timestamp,
    ) -> Result<Option<Session>, InfraError> {
        let session = self.records().sessions.get(&id).cloned();
        Ok(session.filter(|session| session.user == user && !session.is_over(now)))
    }

    async fn rotate(
        &self,
        id: SessionId,
        presented: Generation,
        now: Timestamp,
    ) -> Result<Rotation, InfraError> {
        let mut records = self.records();
        let Some(session) = records.sessions.get_mut(&id) else {
            return Ok(Rotation::Refused);
        };
        let rotation = session.rotate(presented, now);
        match &rotation {
            Rotation::Rotated(next) => session.clone_from(next),
            Rotation::Reused(_) => {
                records.end(id, now);
            }
            Rotation::Repeated(_) | Rotation::Refused => {}
        }
        Ok(rotation)
    }

    async fn end_held(&self, id: SessionId, now: Timestamp) -> Result<Option<UserId>, InfraError> {
        let mut records = self.records();
        let owner = records.sessions.get(&id).map(|session| session.user);
        records.end(id, now);
        Ok(owner)
    }

    async fn end(&self, user: UserId, id: SessionId, now: Timestamp) -> Result<bool, InfraError> {
        let mut records = self.records();
        let theirs = records
            .sessions
            .get(&id)
            .is_some_and(|session| session.user == user);
        Ok(theirs && records.end(id, now))
    }

    async fn end_others(
        &self,
        user: UserId,
        keep: Option<SessionId>,
        now: Timestamp,
    ) -> Result<Vec<SessionId>, InfraError> {
        Ok(self.records().end_others(user, keep, now))
    }

    async fn list(&self, user: UserId, now: Timestamp) -> Result<Vec<Session>, InfraError> {
        let mut sessions = self.records().living(user, now);
        sessions.truncate(Session::MAX_PER_USER as usize);
        Ok(sessions)
    }

    async fn remove_expired(&self, now: Timestamp, limit: u32) -> Result<u64, InfraError> {
        let mut records = self.records();
        let mut left = limit;
        records
            .sessions
            .retain(|_, session| !session.is_over(now) || !take_one(&mut left));
        let forgotten = now.minus(ENDED_MEMORY * 2);
        records
            .ended
            .retain(|_, ended_at| *ended_at >= forgotten || !take_one(&mut left));
        Ok(u64::from(limit - left))
    }

    async fn ended_since(
        &self,
        since: Timestamp,
        after: Option<SessionId>,
        limit: u32,
    ) -> Result<Vec<EndedSession>, InfraError> {
        let records = self.records();
        let ended = records.ended.iter().map(|(id, ended_at)| EndedSession {
            id: *id,
            ended_at: *ended_at,
        });
        let asked = |ended: &EndedSession| {
            ended.ended_at > since || ended.ended_at == since && Some(ended.id) > after
        };
        let mut ended: Vec<_> = ended.filter(asked).collect();
        ended.sort_by_key(|ended| (ended.ended_at, ended.id));
        ended.truncate(limit as usize);
        Ok(ended)
    }
}

/// Takes one away if there is one.
fn take_one(left: &mut u32) -> bool {
    let less = left.checked_sub(1);
    *left = less.unwrap_or_default();
    less.is_some()
}
