//! Connections that outlive their first request, sockets and event streams: how many each user has, and when they must end.
//!
//! Such a connection is bound to the token it was opened with. It ends with the token's life, with the session, and with
//! the service. While there is any, one task fetches what is new among the ended sessions once a second for all of them.
//!
//! What cannot be fetched ends nothing: without the database nothing changes, so there is nothing to be told that
//! should not be, and every operation on a socket asks the guard again.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::pin::pin;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::stream::{self, Stream, StreamExt};
use taskhive_adapters::error_chain;
use taskhive_domain::accounts::Authenticated;
use taskhive_domain::ports::{Clock, InfraError};
use taskhive_domain::session::CLOCK_LEEWAY;
use taskhive_domain::{Identity, SessionId, UserId};
use tokio::sync::broadcast::Receiver;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::accounts::revocation::RevocationList;
use crate::http::shutdown::{Participant, Shutdown};

/// How often new revocations are fetched. What is promised is 2 s; the query needs its time, too.
const FETCH_EVERY: Duration = Duration::from_secs(1);

/// All live connections of this instance.
pub(crate) struct ConnectionRegistry {
    per_user: usize,
    revocations: Arc<RevocationList>,
    clock: Arc<dyn Clock>,
    shutdown: Shutdown,
    table: Mutex<Table>,
    /// Those that are sockets.
    sockets: AtomicUsize,
    /// Those that are event streams.
    streams: AtomicUsize,
}

/// What outlives its first request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ConnectionKind {
    /// A WebSocket.
    Socket,
    /// Server-sent events.
    Stream,
}

#[derive(Default)]
struct Table {
    users: HashMap<UserId, usize>,
    sessions: HashMap<SessionId, OfSession>,
    /// Whether the task that watches the revocations runs.
    watched: bool,
}

/// The connections of one session.
#[derive(Default)]
struct OfSession {
    connections: usize,
    /// Turns true when the session has ended.
    ended: watch::Sender<bool>,
}

/// Why a live connection must end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The service stops.
    Shutdown,
    /// The user has signed out, or was signed out.
    SessionEnded,
    /// The token's time is up, and the leeway with it.
    TokenExpired,
}

impl ConnectionRegistry {
    /// At most `per_user` for each user.
    pub(crate) fn new(
        per_user: usize,
        revocations: Arc<RevocationList>,
        clock: Arc<dyn Clock>,
        shutdown: Shutdown,
    ) -> Self {
        Self {
            per_user,
            revocations,
            clock,
            shutdown,
            table: Mutex::default(),
            sockets: AtomicUsize::new(0),
            streams: AtomicUsize::new(0),
        }
    }

    /// How many of a kind are open.
    pub(crate) fn number(&self, kind: ConnectionKind) -> usize {
        self.of_kind(kind).load(Relaxed)
    }

    fn of_kind(&self, kind: ConnectionKind) -> &AtomicUsize {
        match kind {
            ConnectionKind::Socket => &self.sockets,
            ConnectionKind::Stream => &self.streams,
        }
    }

    /// One more connection of this user, or `None` if there are too many.
    pub(crate) fn open(
        self: &Arc<Self>,
        authenticated: Authenticated,
        kind: ConnectionKind,
    ) -> Option<LiveConnection> {
        let Authenticated {
            identity,
            expires_at,
        } = authenticated;
        let left = expires_at.plus(CLOCK_LEEWAY).since(self.clock.now());
        let mut table = self.table();
        let of_user = table.users.entry(identity.user()).or_default();
        if *of_user >= self.per_user {
            return None;
        }
        *of_user += 1;
        let of_session = table.sessions.entry(identity.session()).or_default();
        of_session.connections += 1;
        let session_ended = of_session.ended.subscribe();
        // Before the question below, so that no end falls between the two.
        let additions = self.revocations.additions();
        // It may have ended since the guard looked, before anybody here listened for it.
        if self.revocations.has(identity.session()) {
            of_session.ended.send_replace(true);
        }
        if !table.watched {
            table.watched = true;
            tokio::spawn(Arc::clone(self).watch_revocations(additions));
        }
        drop(table);
        self.of_kind(kind).fetch_add(1, Relaxed);
        Some(LiveConnection {
            session_ended,
            expires_at: Instant::now() + left,
            shutdown: self.shutdown.participant(),
            _slot: Slot {
                identity,
                kind,
                all: Arc::clone(self),
            },
        })
    }

    /// Ends the connections of ended sessions for as long as there are any connections. What ended here is heard at once, also
    /// while a fetch takes its time.
    async fn watch_revocations(self: Arc<Self>, mut additions: Receiver<SessionId>) {
        let mut fetches = pin!(self.fetches());
        let mut reachable = true;
        while self.is_needed() {
            tokio::select! {
                added = additions.recv() => match added {
                    Ok(session) => self.end(session),
                    Err(_lagged) => self.end_all_revoked(),
                },
                Some(outcome) = fetches.next() => {
                    if let Err(error) = &outcome
                        && reachable
                    {
                        tracing::warn!(
                            cause = error_chain(error),
                            "ended sessions cannot be looked up; live connections go on"
                        );
                    }
                    reachable = outcome.is_ok();
                }
            }
        }
    }

    /// Fetches what is new among the ended sessions, again and again, and says how it went.
    fn fetches(&self) -> impl Stream<Item = Result<(), InfraError>> {
        let mut due = interval(FETCH_EVERY);
        due.set_missed_tick_behavior(MissedTickBehavior::Delay);
        stream::unfold(due, |mut due| async {
            due.tick().await;
            Some((self.revocations.refresh().await, due))
        })
    }

    fn end_all_revoked(&self) {
        let table = self.table();
        for (session, of_session) in &table.sessions {
            if self.revocations.has(*session) {
                of_session.ended.send_replace(true);
            }
        }
    }

    fn is_needed(&self) -> bool {
        let mut table = self.table();
        table.watched = !table.users.is_empty();
        table.watched
    }

    fn end(&self, session: SessionId) {
        if let Some(of_session) = self.table().sessions.get(&session) {
            of_session.ended.send_replace(true);
        }
    }

    fn close(&self, identity: Identity) {
        let mut table = self.table();
        if let Entry::Occupied(mut of_user) = table.users.entry(identity.user()) {
            *of_user.get_mut() -= 1;
            if *of_user.get() == 0 {
                of_user.remove();
            }
        }
        if let Entry::Occupied(mut of_session) = table.sessions.entry(identity.session()) {
            of_session.get_mut().connections -= 1;
            if of_session.get().connections == 0 {
                of_session.remove();
            }
        }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        // No step under this lock leaves the table half changed.
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One connection. It gives its place free when it is dropped.
pub(crate) struct LiveConnection {
    session_ended: watch::Receiver<bool>,
    expires_at: Instant,
    shutdown: Participant,
    _slot: Slot,
}

struct Slot {
    identity: Identity,
    kind: ConnectionKind,
    all: Arc<ConnectionRegistry>,
}

impl LiveConnection {
    /// Ready when the connection must end.
    pub(crate) async fn over(&mut self) -> Ending {
        tokio::select! {
            biased;
            () = self.shutdown.begun() => Ending::Shutdown,
            _ = self.session_ended.wait_for(|ended| *ended) => Ending::SessionEnded,
            () = tokio::time::sleep_until(self.expires_at) => Ending::TokenExpired,
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.all.of_kind(self.kind).fetch_sub(1, Relaxed);
        self.all.close(self.identity);
    }
}

#[cfg(test)]
mod tests;
