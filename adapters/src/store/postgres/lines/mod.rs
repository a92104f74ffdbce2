//! Lines: a few connections that all reads by a key share. Each sends its question at once, behind those that are under way
//! (pipelining), and the server answers in the same order; so a handful of connections, with server processes that stay warm,
//! do what would take one connection for each request. Only single SELECTs that touch few rows come here:
//!
//! * One statement is one transaction and leaves nothing in the session, so a transaction pooler may give every statement
//!   another server connection.
//! * A statement that runs out of time takes its line with it, because all others wait behind it. They are reads, so each asks
//!   once more, on another line.
//! * A line that is lost takes what is under way with it, which is answered as unavailable. The next reader opens another one,
//!   and whoever comes meanwhile waits for that attempt.

#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use diesel_async::methods::LoadQuery;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use taskhive_domain::ports::{InfraError, InfraErrorKind};
use tokio::task::AbortHandle;
use tokio::time::timeout;

use super::Conn;
use super::connect::{CONNECT_TIMEOUT, Connector};
use crate::error_chain;
use crate::store::{PoolStatus, errors};

/// How many of `connections` are lines: a quarter, four at most. More would not be faster until the server has more cores
/// than that to spare for reads.
pub(super) fn number(connections: usize) -> usize {
    (connections / 4).clamp(1, 4)
}

/// All lines to one server.
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
    pub(super) fn status(&self) -> PoolStatus {
        let places = || std::iter::once(&self.first).chain(&self.others);
        let open = || places().filter(|place| place.is_open());
        PoolStatus {
            name: "shared",
            max: places().count(),
            open: open().count(),
            in_use: open().filter(|place| place.readers() > 0).count(),
            waiting: 0,
        }
    }

    /// The rows of `query`, a single SELECT.
    pub(super) async fn read<Query, Row>(
        &self,
        doing: &'static str,
        query: Query,
    ) -> Result<Vec<Row>, InfraError>
    where
        Query: for<'line> LoadQuery<'static, &'line Conn, Row> + Clone + Send + 'static,
        Row: Send + 'static,
    {
        let mut outcome = self.try_to_read(doing, query.clone()).await;
        if matches!(outcome, Err(Failure::LineGivenUp)) {
            outcome = self.try_to_read(doing, query).await;
        }
        outcome.map_err(|failure| match failure {
            Failure::Final(error) => error,
            Failure::LineGivenUp => {
                errors::unavailable("two slow statements of others were in the way".to_owned())
            }
        })
    }

    /// In a task of its own, which goes on when the reader is gone, or does not look for a while: an answer that nobody takes
    /// off the line would hold up all those behind it, and a slow statement must not lose who minds its time.
    async fn try_to_read<Query, Row>(
        &self,
        doing: &'static str,
        query: Query,
    ) -> Result<Vec<Row>, Failure>
    where
        Query: for<'line> LoadQuery<'static, &'line Conn, Row> + Send + 'static,
        Row: Send + 'static,
    {
        let reader = Reader::at(self.least_busy());
        let line = reader
            .line(&self.connector)
            .await
            .map_err(|reason| Failure::Final(errors::unavailable(reason.to_string())))?;
        let (connector, limit) = (Arc::clone(&self.connector), self.statement_timeout);
        let statement = tokio::spawn(async move {
            let _counts_until_it_ends = reader;
            let mut conn = &line.conn;
            let rows = diesel_async::RunQueryDsl::load(query, &mut conn);
            match timeout(limit, rows).await {
                Ok(Ok(rows)) => Ok(rows),
                Ok(Err(error)) => Err(line.failure(errors::failed(doing, &error))),
                Err(_elapsed) => {
                    line.give_up(connector);
                    Err(Failure::Final(errors::out_of_time(doing)))
                }
            }
        });
        let abandoned = |error| Err(Failure::Final(errors::abandoned(doing, &error)));
        statement.await.unwrap_or_else(abandoned)
    }

    /// The first of the places with the fewest readers: as long as one line is enough, only one is opened.
    fn least_busy(&self) -> &Arc<Place> {
        self.others.iter().fold(&self.first, |least, place| {
            if place.readers() < least.readers() {
                place
            } else {
                least
            }
        })
    }
}

/// Why there are no rows.
enum Failure {
    /// The statement of somebody else ran out of time.
    LineGivenUp,
    Final(InfraError),
}

/// An attempt to open a line, and its outcome. All who wait for it share it, and so does the reason why it failed.
type Opening = Shared<BoxFuture<'static, Result<Arc<Line>, Arc<str>>>>;

/// Where there is a line, if one was needed yet.
#[derive(Default)]
struct Place {
    readers: AtomicUsize,
    newest: Mutex<Option<Opening>>,
}

impl Place {
    fn readers(&self) -> usize {
        self.readers.load(Ordering::Relaxed)
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
        })),
        Ok(Err(error)) => Err(error_chain(&error).into()),
        Err(_elapsed) => Err("the server did not answer in time".into()),
    }
}

/// Somebody who waits for a line, or reads on it.
struct Reader(Arc<Place>);

impl Reader {
    fn at(place: &Arc<Place>) -> Self {
        place.readers.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(place))
    }

    async fn line(&self, connector: &Arc<Connector>) -> Result<Arc<Line>, Arc<str>> {
        self.0.opening(connector).await
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.0.readers.fetch_sub(1, Ordering::Relaxed);
    }
}

/// An open connection.
struct Line {
    conn: Conn,
    /// The task that writes and reads. To abort it closes the connection under everybody.
    driver: AbortHandle,
    /// Closed because of a slow statement.
    given_up: AtomicBool,
}

impl Line {
    fn is_open(&self) -> bool {
        !self.given_up.load(Ordering::Acquire) && !self.driver.is_finished()
    }

    /// Closes the line, and asks the server to stop what runs on it. The next reader opens another one.
    fn give_up(&self, connector: Arc<Connector>) {
        if self.given_up.swap(true, Ordering::AcqRel) {
            return;
        }
        self.driver.abort();
        let running = self.conn.cancel_token();
        tokio::spawn(async move { connector.cancel(running).await });
    }

    /// What an error on this line means to its reader.
    fn failure(&self, error: InfraError) -> Failure {
        if error.kind != InfraErrorKind::Interrupted {
            return Failure::Final(error);
        }
        if self.given_up.load(Ordering::Acquire) {
            return Failure::LineGivenUp;
        }
        // Dying, but perhaps not closed yet: the next reader must not get it.
        self.driver.abort();
        Failure::Final(errors::line_lost(error))
    }
}
