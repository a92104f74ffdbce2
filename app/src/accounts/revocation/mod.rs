//! The sessions that ended a moment ago. Verifying an access token needs no query; this list is what makes signing out
//! count all the same: at once on the instance that did it, on every other within [`MAX_AGE`].
//!
//! **Told, not forgotten.** What ends here is reported by the use case that ended it ([`SessionEvents`]) and added; nothing
//! else touches the list, whatever clients send. What ends elsewhere is fetched: the difference only, in the background
//! while the list is still good, one attempt at a time. All who wait share that attempt's outcome, failure included. So
//! the cost of a request does not depend on how many others sign out or refresh.
//!
//! If the list cannot be had, nobody is let in: a revoked token must not work because the database is away.
//!
//! Not here: whose live connections end with a session. They listen to [`RevocationList::additions`].

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use taskhive_domain::ports::{
    Clock, EndedSession, InfraError, InfraErrorKind, SessionEvents, SessionRepository,
};
use taskhive_domain::session::{CLOCK_LEEWAY, ENDED_MEMORY};
use taskhive_domain::{SessionId, Timestamp};
use tokio::sync::broadcast;
use tokio::time::Instant;

/// How old the list may be. Under the 2 s that are promised, so that fetching has its time, too.
const MAX_AGE: Duration = Duration::from_millis(1500);

/// What is promised. An answer that took so long to arrive says too little.
const PROMISED_AGE: Duration = Duration::from_secs(2);

/// From this age on it is fetched in the background, while requests are still answered by it.
const REFRESH_AT: Duration = Duration::from_millis(750);

/// How far the difference reaches back before the newest session that is known: the clocks of two instances may differ by
/// the leeway, and a transaction may commit some seconds after the time it wrote.
const OVERLAP: Duration = CLOCK_LEEWAY.saturating_add(Duration::from_secs(10));

/// How often sessions are dropped whose tokens have expired: they are few, and looking through all costs time.
const PRUNE_EVERY: Duration = Duration::from_mins(1);

/// Ended sessions that one statement fetches. After a start there may be millions, and a statement has a time limit.
const PAGE: u32 = 20_000;

/// Sessions that a listener may lag behind before it has to look through the list itself.
const ADDITIONS: usize = 1024;

/// The sessions that ended within the lifetime of an access token.
pub(crate) struct RevocationList {
    sessions: Arc<dyn SessionRepository>,
    clock: Arc<dyn Clock>,
    known: RwLock<Known>,
    /// The attempt to fetch that is under way, if any.
    attempt: Mutex<Option<Attempt>>,
    additions: broadcast::Sender<SessionId>,
}

#[derive(Default)]
struct Known {
    ended_at: HashMap<SessionId, Timestamp>,
    /// When the newest answer's query began: what ended elsewhere before that is in the list.
    as_of: Option<Instant>,
    /// The newest time of an end that was fetched: the next difference begins [`OVERLAP`] before.
    newest: Option<Timestamp>,
    pruned: Option<Instant>,
}

/// What everybody waits for who finds the list too old.
type Attempt = Shared<BoxFuture<'static, Result<(), Arc<InfraError>>>>;

impl RevocationList {
    pub(crate) fn new(sessions: Arc<dyn SessionRepository>, clock: Arc<dyn Clock>) -> Self {
        Self {
            sessions,
            clock,
            known: RwLock::default(),
            attempt: Mutex::default(),
            additions: broadcast::channel(ADDITIONS).0,
        }
    }

    /// Whether the session has ended, by a list that is no older than [`MAX_AGE`].
    pub(crate) async fn contains(self: &Arc<Self>, session: SessionId) -> Result<bool, InfraError> {
        let age = self.known().as_of.map(|as_of| as_of.elapsed());
        match age {
            Some(age) if age < REFRESH_AT => {}
            Some(age) if age < MAX_AGE => drop(self.attempt()),
            _ => self.refresh().await?,
        }
        // An attempt that was joined may have begun long ago: what it fetched is as old as its query.
        let is_too_old = |as_of: Instant| as_of.elapsed() >= PROMISED_AGE;
        let known = self.known();
        if known.as_of.is_none_or(is_too_old) {
            let context = "the list of ended sessions was fetched too slowly to be believed";
            return Err(InfraError::bare(InfraErrorKind::Unavailable, context));
        }
        Ok(known.ended_at.contains_key(&session))
    }

    /// Whether the session is in the list as it is, however old: what ended on this instance is.
    pub(crate) fn has(&self, session: SessionId) -> bool {
        self.known().ended_at.contains_key(&session)
    }

    /// Fetches what is new, or waits for the attempt that is under way.
    pub(crate) async fn refresh(self: &Arc<Self>) -> Result<(), InfraError> {
        self.attempt().await.map_err(|error| {
            let context = "the list of ended sessions cannot be fetched";
            InfraError::new(InfraErrorKind::Unavailable, context, error)
        })
    }

    /// Every session that is added from now on. A listener that lags has to ask [`Self::has`] for its own sessions.
    pub(crate) fn additions(&self) -> broadcast::Receiver<SessionId> {
        self.additions.subscribe()
    }

    /// The attempt that is under way, or a new one. A task of its own brings it to its end: whoever began it may go away, and
    /// perhaps nobody waits for it.
    fn attempt(self: &Arc<Self>) -> Attempt {
        let mut attempt = self.attempt.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = attempt.as_ref().filter(|running| running.peek().is_none()) {
            return running.clone();
        }
        let fetched = AssertUnwindSafe(Arc::clone(self).fetch()).catch_unwind();
        let outcome = fetched.map(|fetched| {
            let outcome = fetched.unwrap_or_else(|_panic| {
                let context = "the list of ended sessions was not fetched to the end";
                Err(InfraError::bare(InfraErrorKind::Broken, context))
            });
            outcome.map_err(Arc::new)
        });
        let new = outcome.boxed().shared();
        tokio::spawn(new.clone());
        attempt.insert(new).clone()
    }

    async fn fetch(self: Arc<Self>) -> Result<(), InfraError> {
        let (as_of, now) = (Instant::now(), self.clock.now());
        let oldest = now.minus(ENDED_MEMORY);
        let since = match self.known().newest {
            Some(newest) => newest.min(now).minus(OVERLAP).max(oldest),
            None => oldest,
        };
        let mut from = (since, None);
        loop {
            let page = self.sessions.ended_since(from.0, from.1, PAGE).await?;
            self.add_page(&page);
            match page.last() {
                Some(last) if page.len() >= PAGE as usize => from = (last.ended_at, Some(last.id)),
                _ => break,
            }
        }
        let mut known = self.known_mut();
        known.as_of = Some(as_of);
        if known
            .pruned
            .is_none_or(|pruned| pruned.elapsed() >= PRUNE_EVERY)
        {
            known.pruned = Some(as_of);
            known.ended_at.retain(|_, ended_at| *ended_at >= oldest);
        }
        Ok(())
    }

    /// What a page brought is kept whatever becomes of the next one: another attempt goes on from there.
    fn add_page(&self, page: &[EndedSession]) {
        let mut known = self.known_mut();
        for EndedSession { id, ended_at } in page {
            known.newest = known.newest.max(Some(*ended_at));
            self.add(&mut known, *id, *ended_at);
        }
    }

    fn add(&self, known: &mut Known, session: SessionId, ended_at: Timestamp) {
        if known.ended_at.insert(session, ended_at).is_none() {
            // Nobody listens while there is no live connection.
            let _ = self.additions.send(session);
        }
    }

    fn known(&self) -> RwLockReadGuard<'_, Known> {
        // No step under this lock leaves the list half changed.
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn known_mut(&self) -> RwLockWriteGuard<'_, Known> {
        self.known.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SessionEvents for RevocationList {
    fn ended(&self, sessions: &[SessionId]) {
        let now = self.clock.now();
        let mut known = self.known_mut();
        for session in sessions {
            self.add(&mut known, *session, now);
        }
    }
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
