//! Sessions in memory.

use std::cmp::Reverse;

use async_trait::async_trait;

use super::MemoryStore;
use crate::id::{SessionId, UserId};
use crate::ports::{InfraError, SessionRepository, SignIn};
use crate::session::{Generation, Rotation, Session};
use crate::time::Timestamp;

#[async_trait]
impl SessionRepository for MemoryStore {
    async fn open(&self, sign_in: &SignIn) -> Result<bool, InfraError> {
        let mut records = self.records();
        let session = &sign_in.session;
        let user = records.users.get_mut(&session.user);
        let Some(user) = user.filter(|user| user.has(Some(&sign_in.verified))) else {
            return Ok(false);
        };
        if let Some(rehashed) = &sign_in.rehashed {
            user.hash = rehashed.clone();
        }
        records.sessions.insert(session.id, session.clone());
        Ok(true)
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
        let records = self.records();
        let living = |session: &&Session| session.user == user && now < session.expires_at();
        let mut sessions: Vec<Session> =
            records.sessions.values().filter(living).cloned().collect();
        sessions.sort_by_key(|session| Reverse((session.last_used_at, session.id)));
        sessions.truncate(Session::MAX_LISTED as usize);
        Ok(sessions)
    }

    async fn remove_expired(&self, now: Timestamp, limit: u32) -> Result<u64, InfraError> {
        let mut records = self.records();
        let over = |session: &&Session| now >= session.expires_at();
        let expired: Vec<SessionId> = records
            .sessions
            .values()
            .filter(over)
            .take(limit as usize)
            .map(|session| session.id)
            .collect();
        for id in &expired {
            records.sessions.remove(id);
        }
        Ok(expired.len() as u64)
    }

    async fn ended_since(&self, since: Timestamp) -> Result<Vec<SessionId>, InfraError> {
        let records = self.records();
        let recent = records.ended.iter().filter(|(_, at)| **at >= since);
        Ok(recent.map(|(id, _)| *id).collect())
    }
}
