//! The sessions that ended a moment ago. Verifying an access token needs no query; this list is what makes signing out
//! count all the same, on every instance within [`MAX_AGE`].
//!
//! One query for all users, and only while requests come in: the first one that finds the list too old fetches it, the
//! others wait for that. If the list cannot be had, nobody is let in: a revoked token must not work because the database
//! is away.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use taskhive_domain::ports::InfraError;
use taskhive_domain::{Accounts, SessionId};
use tokio::sync::Mutex;

/// How old the list may be. Under the 2 s that are promised, so that fetching it has its time, too.
const MAX_AGE: Duration = Duration::from_millis(1500);

/// The sessions that ended within the lifetime of an access token.
pub(crate) struct EndedSessions {
    accounts: Arc<Accounts>,
    list: RwLock<Option<List>>,
    fetching: Mutex<()>,
}

struct List {
    /// When the query began: what ended before that is in the list.
    as_of: Instant,
    sessions: HashSet<SessionId>,
}

impl EndedSessions {
    pub(crate) fn new(accounts: Arc<Accounts>) -> Self {
        Self {
            accounts,
            list: RwLock::new(None),
            fetching: Mutex::new(()),
        }
    }

    /// Whether the session has ended.
    pub(crate) async fn contains(&self, session: SessionId) -> Result<bool, InfraError> {
        if let Some(answer) = self.fresh_answer(session) {
            return Ok(answer);
        }
        let _single_flight = self.fetching.lock().await;
        if let Some(answer) = self.fresh_answer(session) {
            return Ok(answer);
        }
        let as_of = Instant::now();
        let sessions: HashSet<SessionId> =
            self.accounts.ended_sessions().await?.into_iter().collect();
        let answer = sessions.contains(&session);
        *self.list.write().unwrap_or_else(PoisonError::into_inner) = Some(List { as_of, sessions });
        Ok(answer)
    }

    /// Forgets the list, because this instance has just ended a session: the next request must see it.
    pub(crate) fn forget(&self) {
        *self.list.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn fresh_answer(&self, session: SessionId) -> Option<bool> {
        let list = self.list.read().unwrap_or_else(PoisonError::into_inner);
        let fresh = list
            .as_ref()
            .filter(|list| list.as_of.elapsed() < MAX_AGE)?;
        Some(fresh.sessions.contains(&session))
    }
}
