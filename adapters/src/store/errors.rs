//! What a database failure means to whoever asked, in the three kinds that the domain knows.
//!
//! The source that is kept for the log holds the driver's one-line message. Details are dropped: PostgreSQL puts the values of
//! a row into them ("Key (email)=(…) already exists").

use std::fmt::Write;

use diesel::result::Error as DieselError;
use diesel_async::pooled_connection::PoolError as SetupError;
use diesel_async::pooled_connection::deadpool::PoolError;
use taskhive_domain::ports::{InfraError, InfraErrorKind};

use super::failure::Failure;
use crate::error_chain;

/// What is left of a driver's error.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Cause(pub(crate) String);

/// No connection could be had, so nothing was begun.
pub(crate) fn no_connection(error: &PoolError) -> InfraError {
    let reason = match error {
        PoolError::Backend(SetupError::ConnectionError(error)) => error_chain(error),
        PoolError::Backend(SetupError::QueryError(error)) => redacted(error),
        other => error_chain(other),
    };
    unavailable(reason)
}

/// No connection could be had, for this reason, so nothing was begun.
pub(crate) fn unavailable(reason: String) -> InfraError {
    InfraError::new(
        InfraErrorKind::Unavailable,
        "no connection to the database",
        Cause(reason),
    )
}

/// A statement, or the last one of a transaction, failed.
pub(crate) fn failed(doing: &'static str, error: &DieselError) -> InfraError {
    match Failure::of(error) {
        Failure::Storage(kind) => InfraError::new(kind, doing, StorageFault(redacted(error))),
        Failure::Other(kind) => InfraError::new(kind, doing, Cause(redacted(error))),
    }
}

/// What is left of a driver's error that says: the disk, or what is on it, is not as it should be.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct StorageFault(String);

/// Whether the statement was stopped because somebody asked for it (57014). Nothing of it was done, and the connection is as
/// good as before.
pub(crate) fn is_stopped(error: &DieselError) -> bool {
    matches!(error, DieselError::DatabaseError(_, info) if info.message().starts_with(STOPPED))
}

/// Whether the disk, or what is on it, is the reason.
pub(crate) fn is_storage_fault(error: &InfraError) -> bool {
    std::error::Error::source(error).is_some_and(<dyn std::error::Error>::is::<StorageFault>)
}

/// How the server begins to say that it was asked to stop a statement.
pub(crate) const STOPPED: &str = "canceling statement";

/// What is said when time ran out before the database answered.
pub(crate) const OUT_OF_TIME: &str = "the database did not answer in time";

/// All connections that may search do so. Nothing was begun.
pub(crate) fn too_many_searches() -> InfraError {
    unavailable("too many searches at once".to_owned())
}

/// Time ran out before the database answered.
pub(crate) fn out_of_time(doing: &'static str) -> InfraError {
    InfraError::new(
        InfraErrorKind::Interrupted,
        doing,
        Cause(OUT_OF_TIME.to_owned()),
    )
}

/// What failed was a read whose shared connection was lost: nothing was changed, so trying again is safe.
pub(crate) fn line_lost(mut error: InfraError) -> InfraError {
    error.kind = InfraErrorKind::Unavailable;
    error
}

/// What was there a moment ago is gone again. Nothing was done.
pub(crate) fn changed_meanwhile(doing: &'static str) -> InfraError {
    InfraError::bare(InfraErrorKind::Unavailable, doing)
}

/// The task that ran the statement did not end well: a panic, or the end of the process.
pub(crate) fn abandoned(doing: &'static str, error: &tokio::task::JoinError) -> InfraError {
    let kind = if error.is_cancelled() {
        InfraErrorKind::Interrupted
    } else {
        InfraErrorKind::Broken
    };
    InfraError::new(kind, doing, Cause("the statement was abandoned".to_owned()))
}

/// The thread that was to run the statement has ended.
pub(crate) fn ended(doing: &'static str) -> InfraError {
    InfraError::new(
        InfraErrorKind::Interrupted,
        doing,
        Cause("the statement was abandoned".to_owned()),
    )
}

/// The message, and the names of what it is about.
fn redacted(error: &DieselError) -> String {
    let DieselError::DatabaseError(kind, info) = error else {
        return error.to_string();
    };
    let mut text = format!("{kind:?}: {}", info.message());
    if let Some(table) = info.table_name() {
        let _ = write!(text, ", table {table}");
    }
    if let Some(constraint) = info.constraint_name() {
        let _ = write!(text, ", constraint {constraint}");
    }
    text
}
