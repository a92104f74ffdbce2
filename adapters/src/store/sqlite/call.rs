//! A call of the store on its way to a thread with a connection, and back.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use diesel::result::Error as DieselError;
use diesel::{ConnectionError, QueryResult};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use taskhive_domain::ports::InfraError;
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tokio::time::timeout_at;

use super::Conn;
use crate::error_chain;
use crate::store::errors;

/// What a thread with a connection sees of a call.
pub(super) trait Call: Send {
    /// Whether somebody still waits for it. If so, it is begun now, and can no longer be withdrawn.
    fn begin(&self) -> bool;

    /// Does the work, once. Its result is kept until [`answer`](Self::answer).
    fn run(&mut self, conn: &mut Conn) -> QueryResult<()>;

    /// Tells whoever waits.
    fn answer(self: Box<Self>, outcome: Outcome<'_>);
}

/// How a call ended.
#[derive(Clone, Copy)]
pub(super) enum Outcome<'a> {
    /// It ran, and what it wrote is on the disk.
    Done,
    /// It failed, or the end of its transaction did; nothing is left of it.
    Failed(&'a DieselError),
    /// There was no connection.
    Unreachable(&'a ConnectionError),
}

/// Whoever is first decides: the thread that begins a call, or the caller who waits no longer.
enum Claim {
    Begun(Instant),
    Withdrawn,
}

/// How long a caller waits.
#[derive(Clone, Copy)]
pub(super) struct Patience {
    /// For a thread that begins the call.
    pub(super) beginning: Duration,
    /// From then on.
    pub(super) statement: Duration,
}

/// The half of a call that goes to a thread.
struct Pending<T, W> {
    doing: &'static str,
    work: Option<W>,
    result: Option<T>,
    claim: Arc<OnceLock<Claim>>,
    answer: oneshot::Sender<Result<T, InfraError>>,
    /// Given back when the call is over.
    _permit: Option<OwnedSemaphorePermit>,
}

/// The caller's half. A call that has not begun when this is dropped never will.
pub(super) struct Waiting<T> {
    doing: &'static str,
    claim: Arc<OnceLock<Claim>>,
    answer: oneshot::Receiver<Result<T, InfraError>>,
}

/// Both halves of a call. `work` must not wait for anything but the connection.
pub(super) fn call<T, W>(
    doing: &'static str,
    permit: Option<OwnedSemaphorePermit>,
    work: W,
) -> (Box<dyn Call>, Waiting<T>)
where
    T: Send + 'static,
    W: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, QueryResult<T>> + Send + 'static,
{
    let (sender, receiver) = oneshot::channel();
    let claim = Arc::new(OnceLock::new());
    let pending = Pending {
        doing,
        work: Some(work),
        result: None,
        claim: Arc::clone(&claim),
        answer: sender,
        _permit: permit,
    };
    let waiting = Waiting {
        doing,
        claim,
        answer: receiver,
    };
    (Box::new(pending), waiting)
}

impl<T, W> Call for Pending<T, W>
where
    T: Send + 'static,
    W: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, QueryResult<T>> + Send + 'static,
{
    fn begin(&self) -> bool {
        self.claim.set(Claim::Begun(Instant::now())).is_ok()
    }

    fn run(&mut self, conn: &mut Conn) -> QueryResult<()> {
        let Some(work) = self.work.take() else {
            return Err(defect("the call ran already"));
        };
        // All futures of `RunQueryDsl` are ready here, so one poll is all it takes.
        let polled = catch_unwind(AssertUnwindSafe(|| work(conn).now_or_never()));
        let result = polled.map_err(|_| defect("the statement was abandoned"))?;
        let result = result.ok_or_else(|| defect("the call waits for something else"))?;
        self.result = Some(result?);
        Ok(())
    }

    fn answer(mut self: Box<Self>, outcome: Outcome<'_>) {
        let result = match outcome {
            Outcome::Failed(error) => Err(errors::failed(self.doing, error)),
            Outcome::Unreachable(error) => Err(errors::unavailable(error_chain(error))),
            Outcome::Done => self
                .result
                .take()
                .ok_or_else(|| errors::failed(self.doing, &defect("the call did not run"))),
        };
        // Whoever waited may be gone.
        let _ = self.answer.send(result);
    }
}

/// What only a mistake in this crate can bring about.
fn defect(message: &'static str) -> DieselError {
    DieselError::QueryBuilderError(message.into())
}

impl<T> Waiting<T> {
    /// What became of the call.
    pub(super) async fn outcome(mut self, patience: Patience) -> Result<T, InfraError> {
        let given_up = Instant::now() + patience.beginning;
        let mut until = given_up.min(Instant::now() + patience.statement);
        loop {
            if let Ok(answer) = timeout_at(until.into(), &mut self.answer).await {
                return answer.unwrap_or_else(|_| Err(errors::ended(self.doing)));
            }
            until = match self.claim.get() {
                Some(Claim::Begun(begun)) if *begun + patience.statement <= until => {
                    return Err(errors::out_of_time(self.doing));
                }
                Some(Claim::Begun(begun)) => *begun + patience.statement,
                // Looks again in a while: a thread does not say when it begins, which would wake the caller for nothing.
                _ if until < given_up => given_up.min(until + patience.statement),
                _ if self.claim.set(Claim::Withdrawn).is_ok() => {
                    return Err(errors::unavailable("all connections are busy".to_owned()));
                }
                // Begun in this very moment.
                _ => until + patience.statement,
            };
        }
    }
}

impl<T> Drop for Waiting<T> {
    fn drop(&mut self) {
        // Has no effect on a call that was begun.
        let _ = self.claim.set(Claim::Withdrawn);
    }
}
