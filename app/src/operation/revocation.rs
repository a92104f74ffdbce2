//! The sessions that ended a moment ago. Verifying an access token needs no query; this list is what makes signing out
//! count all the same, on every instance within [`MAX_AGE`].
//!
//! One query for all users, and only while requests come in: the first one that finds the list too old fetches it, the
//! others wait for that. If the list cannot be had, nobody is let in: a revoked token must not work because the database
//! is away.
//!
//! Not here: who ends the live connections of such a session. That is `live`, which asks for the list by itself.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use taskhive_domain::SessionId;
use taskhive_domain::ports::{Clock, InfraError, SessionEvents, SessionRepository};
use taskhive_domain::session::ENDED_MEMORY;
use tokio::sync::{Mutex, Notify};

/// How old the list may be. Under the 2 s that are promised, so that fetching it has its time, too.
const MAX_AGE: Duration = Duration::from_millis(1500);

/// The sessions that ended within the lifetime of an access token.
pub(crate) struct RevocationList {
    sessions: Arc<dyn SessionRepository>,
    clock: Arc<dyn Clock>,
    known: RwLock<Known>,
    fetching: Mutex<()>,
    forgotten: Notify,
}

#[derive(Default)]
struct Known {
    list: Option<Arc<List>>,
    /// How often the list was forgotten. A query that began before does not count.
    forgotten: u64,
}

/// The answer of one query.
struct List {
    /// When the query began: what ended before that is in the list.
    as_of: Instant,
    sessions: HashSet<SessionId>,
}

impl RevocationList {
    pub(crate) fn new(sessions: Arc<dyn SessionRepository>, clock: Arc<dyn Clock>) -> Self {
        Self {
            sessions,
            clock,
            known: RwLock::default(),
            fetching: Mutex::new(()),
            forgotten: Notify::new(),
        }
    }

    /// Whether the session has ended.
    pub(crate) async fn contains(&self, session: SessionId) -> Result<bool, InfraError> {
        if let Some(list) = self.fresh() {
            return Ok(list.sessions.contains(&session));
        }
        let _single_flight = self.fetching.lock().await;
        let list = match self.fresh() {
            Some(list) => list,
            None => self.fetch().await?,
        };
        Ok(list.sessions.contains(&session))
    }

    /// Fetches the list, however old it is, and hands `visit` each session in it.
    pub(crate) async fn refresh(&self, visit: impl FnMut(SessionId)) -> Result<(), InfraError> {
        let list = {
            let _single_flight = self.fetching.lock().await;
            self.fetch().await?
        };
        list.sessions.iter().copied().for_each(visit);
        Ok(())
    }

    /// Forgets the list, because this instance has just ended a session: the next request must see it.
    fn forget(&self) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.forgotten += 1;
        known.list = None;
        drop(known);
        self.forgotten.notify_one();
    }

    /// Ready when the list was forgotten since this was last asked, by the one who asks.
    pub(crate) async fn forgotten(&self) {
        self.forgotten.notified().await;
    }

    fn fresh(&self) -> Option<Arc<List>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known
            .list
            .as_ref()
            .filter(|list| list.as_of.elapsed() < MAX_AGE)
            .cloned()
    }

    async fn fetch(&self) -> Result<Arc<List>, InfraError> {
        let forgotten = self.times_forgotten();
        let as_of = Instant::now();
        let since = self.clock.now().minus(ENDED_MEMORY);
        let ended = self.sessions.ended_since(since).await?;
        let sessions = ended.into_iter().map(|ended| ended.id).collect();
        let list = Arc::new(List { as_of, sessions });
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.forgotten == forgotten {
            known.list = Some(Arc::clone(&list));
        }
        Ok(list)
    }

    fn times_forgotten(&self) -> u64 {
        self.known
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .forgotten
    }
}

impl SessionEvents for RevocationList {
    fn ended(&self, _sessions: &[SessionId]) {
        self.forget();
    }
}
