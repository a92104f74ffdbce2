//! What kind of failure a driver's error is.
//!
//! Diesel has kinds for a few of the databases' codes and keeps the others to itself: `DatabaseErrorInformation` has no code, and
//! what is behind it is private on both databases. So the rest is told apart by the messages. SQLite's are compiled in and
//! have no translations. PostgreSQL's are in the language of its `lc_messages`; in another one than English the failures
//! below that have no kind of Diesel's are `Broken`: less helpful, still safe. The tests hold each message that can be
//! provoked against the real thing.

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use taskhive_domain::ports::InfraErrorKind::{self, Broken, Interrupted, Unavailable};

/// The kind, and whether the disk, or what is on it, is the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// No space, no right to write, not readable, not as it was written.
    Storage(InfraErrorKind),
    /// Anything else.
    Other(InfraErrorKind),
}

impl Failure {
    pub(super) fn of(error: &DieselError) -> Self {
        match error {
            DieselError::DatabaseError(kind, info) => match kind {
                // Rolled back, or refused before anything was done: a second try may go better. A server that only reads
                // (25006) is one after a failover, or one whose disk is nearly full.
                DatabaseErrorKind::SerializationFailure
                | DatabaseErrorKind::ReadOnlyTransaction => Self::Other(Unavailable),
                DatabaseErrorKind::UnableToSendCommand | DatabaseErrorKind::ClosedConnection => {
                    Self::Other(Interrupted)
                }
                DatabaseErrorKind::Unknown => Self::said(info.message()),
                _ => Self::Other(Broken),
            },
            DieselError::BrokenTransactionManager => Self::Other(Interrupted),
            // Says which failure began it; the failed roll-back is a consequence.
            DieselError::RollbackErrorOnCommit { commit_error, .. } => Self::of(commit_error),
            _ => Self::Other(Broken),
        }
    }

    fn said(message: &str) -> Self {
        let begins = |beginnings: &[&str]| beginnings.iter().any(|text| message.starts_with(text));
        if begins(STORAGE_IN_DOUBT) {
            Self::Storage(Interrupted)
        } else if begins(STORAGE) || message.ends_with(NO_SPACE) {
            Self::Storage(Unavailable)
        } else if begins(NOTHING_DONE) {
            Self::Other(Unavailable)
        } else if begins(IN_DOUBT) {
            Self::Other(Interrupted)
        } else {
            Self::Other(Broken)
        }
    }
}

/// SQLITE_IOERR: also a commit whose pages were written and perhaps not flushed.
const STORAGE_IN_DOUBT: &[&str] = &["disk I/O error"];

/// Nothing was done, because of the disk or what is on it.
const STORAGE: &[&str] = &[
    // SQLITE_FULL, READONLY, CANTOPEN, CORRUPT, NOTADB.
    "database or disk is full",
    "attempt to write a readonly database",
    "unable to open database",
    "database disk image is malformed",
    "malformed database schema",
    "file is not a database",
    // 53100 and 58030, 58P01, XX001, as PostgreSQL reports its files.
    "could not extend file",
    "could not write",
    "could not read",
    "could not fsync",
    "could not open file",
    "could not create file",
    "could not access file",
    "invalid page in block",
];

/// The operating system's ENOSPC behind whatever PostgreSQL was doing: 53100.
const NO_SPACE: &str = "No space left on device";

/// Nothing was done, for other reasons that pass.
const NOTHING_DONE: &[&str] = &[
    // SQLITE_BUSY, LOCKED, PROTOCOL, and NOMEM, which is 53200 as well.
    "database is locked",
    "database table is locked",
    "database schema is locked",
    "locking protocol",
    "out of memory",
    // 40P01, 53200, 53300, 53400, 57P03.
    "deadlock detected",
    "out of shared memory",
    "sorry, too many clients already",
    "remaining connection slots are reserved",
    "too many connections for",
    "temporary file size exceeds",
    "the database system is",
    // PgBouncer found no server in time (08P01): the statement was not sent.
    "query_wait_timeout",
];

/// It may have been done: 57014, 57P01, 57P02, 57P05, and PgBouncer's lost server.
const IN_DOUBT: &[&str] = &[
    super::errors::STOPPED,
    "terminating connection",
    "server conn crashed",
    super::errors::OUT_OF_TIME,
];

#[cfg(test)]
mod tests;
