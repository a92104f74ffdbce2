//! Lines: a few connections that many statements share. Each is sent at once, behind those that are under way (pipelining), and
//! the server answers in the same order; so a handful of connections, with server processes that stay warm, do what would
//! take one connection for each request. Only single statements that touch few rows come here:
//!
//! * One statement is one transaction and leaves nothing in the session, so a transaction pooler may give every statement
//!   another server connection.
//! * Reads and writes have lines of their own, because they differ in what happens when a statement takes too long: see
//!   `reading` and `writing`.
//! * A line that is lost takes what is under way with it. The next statement opens another one, and whoever comes meanwhile
//!   waits for that attempt.

mod reading;
#[cfg(test)]
mod tests;
mod writing;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use taskhive_domain::ports::InfraError;
use tokio::task::AbortHandle;
use tokio::time::timeout;

use super::Conn;
use super::connect::{CONNECT_TIMEOUT, Connector};
use crate::error_chain;
use crate::store::{PoolStatus, errors};

/// The lines to one server, for one use.
pub(super) struct Lines {
    first: Arc<Place>,
    others: Box<[Arc<Place>]>,
    connector: Arc<Connector>,
    statement_timeout: Duration,
}

impl Lines {
    /// Opens none yet. There is one in any case.
    pub(super) fn new(
        number: usize,
        connector: Arc<Connector>,
        statement_timeout: Duration,
    ) -> Self {
        Self {
            first: Arc::default(),
            others: (1..number).map(|_| Arc::default()).collect(),
            connector,
            statement_timeout,
        }
    }

    /// How busy they are. Nobody waits for a line: whoever comes later sends on one that others use.
    pub(super) fn status(&self, name: &'static str) -> PoolStatus {
        let places = || std::iter::once(&self.first).chain(&self.others);
        let open = || places().filter(|place| place.is_open());
        PoolStatus {
            name,
            max: places().count(),
            open: open().count(),
            in_use: open().filter(|place| place.in_flight() > 0).count(),
            waiting: 0,
        }
    }

    /// The line with the least to do.
    async fn line(&self) -> Result<(InFlight, Arc<Line>), InfraError> {
        let place = InFlight::at(self.least_busy());
        match place.0.opening(&self.connector).await {
            Ok(line) => Ok((place, line)),
            Err(reason) => Err(errors::unavailable(reason.to_string())),
        }
    }

    /// The first of the places with the fewest statements: as long as one line is enough, only one is opened.
    fn least_busy(&self) -> &Arc<Place> {
        self.others.iter().fold(&self.first, |least, place| {
            if place.in_flight() < least.in_flight() {
                place
            } else {
                least
            }
        })
    }
}

/// An attempt to open a line, and its outcome. All who wait for it share it, and so does the reason why it failed.
type Opening = Shared<BoxFuture<'static, Result<Arc<Line>, Arc<str>>>>;

/// Where there is a line, if one was needed yet.
#[derive(Default)]
struct Place {
    in_flight: AtomicUsize,
    newest: Mutex<Option<Opening>>,
}

impl Place {
    fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::Relaxed)
    }

    fn is_open(&self) -> bool {
        let newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        let line = newest.as_ref().and_then(Opening::peek);
        line.is_some_and(|line| line.as_ref().is_ok_and(|line| line.is_open()))
    }

    /// The line that is there, the attempt that is under way, or a new one. It drives itself: whoever asked for it may leave.
    fn opening(&self, connector: &Arc<Connector>) -> Opening {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(opening) = newest.as_ref() {
            match opening.peek() {
                Some(Ok(line)) if !line.is_open() => {}
                Some(Err(_)) => {}
                Some(Ok(_)) | None => return opening.clone(),
            }
        }
        let opening = open(Arc::clone(connector)).boxed().shared();
        tokio::spawn(opening.clone());
        *newest = Some(opening.clone());
        opening
    }
}

async fn open(connector: Arc<Connector>) -> Result<Arc<Line>, Arc<str>> {
    match timeout(CONNECT_TIMEOUT, connector.connect_shared()).await {
        Ok(Ok((conn, driver))) => Ok(Arc::new(Line {
            conn,
            driver,
            given_up: AtomicBool::new(false),
            stopping: AtomicBool::new(false),
        })),
        Ok(Err(error)) => Err(error_chain(&error).into()),
        Err(_elapsed) => Err("the server did not answer in time".into()),
    }
}

/// A statement that waits for a line, or runs on it.
struct InFlight(Arc<Place>);

impl InFlight {
    fn at(place: &Arc<Place>) -> Self {
        place.in_flight.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(place))
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

/// An open connection.
struct Line {
    conn: Conn,
    /// The task that writes and reads. To abort it closes the connection under everybody.
    driver: AbortHandle,
    /// Closed because of a slow statement.
    given_up: AtomicBool,
    /// The server is being asked to stop what runs.
    stopping: AtomicBool,
}

impl Line {
    fn is_open(&self) -> bool {
        !self.given_up.load(Ordering::Acquire) && !self.driver.is_finished()
    }

    /// Closes the line, and asks the server to stop what runs on it. The next statement opens another one.
    fn give_up(&self, connector: Arc<Connector>) {
        if self.given_up.swap(true, Ordering::AcqRel) {
            return;
        }
        self.driver.abort();
        let running = self.conn.cancel_token();
        tokio::spawn(async move { connector.cancel(running).await });
    }
}
