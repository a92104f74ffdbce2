//! Connections to a database file, and how a statement on one of them ends when its time is up.
//!
//! Nobody can stop a statement from outside without C (`sqlite3_interrupt`), so a statement that may have to look at many rows
//! asks by itself: `in_time()` in its WHERE is evaluated for each row, and fails once the time is up.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::result::Error::DatabaseError;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::Bool;
use diesel::sqlite::Sqlite;
use diesel::{Connection as _, ConnectionError, QueryResult, declare_sql_function};

use super::Conn;
use crate::store::errors::OUT_OF_TIME;

/// A connection, and until when its statement may run.
pub(super) struct Connection {
    pub(super) conn: Conn,
    pub(super) deadline: Deadline,
}

impl Connection {
    /// How many transactions are open, one within the other; `None` if that cannot be said.
    pub(super) fn depth(&mut self) -> Option<u32> {
        let status = AnsiTransactionManager::transaction_manager_status_mut(&mut self.conn);
        let depth = status.transaction_depth().ok()?;
        Some(depth.map_or(0, NonZeroU32::get))
    }
}

/// Belongs to a connection, and is set by whoever has it: when it passes, no later statement can be meant.
#[derive(Clone)]
pub(super) struct Deadline(Arc<Mutex<Instant>>);

impl Deadline {
    fn passed() -> Self {
        Self(Arc::new(Mutex::new(Instant::now())))
    }

    pub(super) fn set(&self, limit: Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now() + limit;
    }

    fn allows(&self) -> InTime {
        let deadline = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        InTime(Instant::now() < deadline)
    }
}

/// What `in_time()` answers: yes, or a failure.
#[derive(Debug)]
struct InTime(bool);

impl ToSql<Bool, Sqlite> for InTime {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        if !self.0 {
            return Err(OUT_OF_TIME.into());
        }
        out.set_value(1);
        Ok(IsNull::No)
    }
}

#[declare_sql_function]
extern "SQL" {
    /// True, until the time of the statement is up.
    fn in_time() -> Bool;
}

/// Opens connections.
pub(super) struct Opener {
    pub(super) path: String,
    pub(super) pragmas: &'static str,
    /// How long a connection waits for another process that writes.
    pub(super) busy_timeout: Duration,
}

impl Opener {
    /// `busy_timeout` comes first: switching to WAL takes a lock itself.
    pub(super) fn open(&self) -> Result<Connection, ConnectionError> {
        let (busy_timeout, pragmas) = (self.busy_timeout.as_millis(), self.pragmas);
        let mut conn = Conn::establish(&self.path)?;
        conn.batch_execute(&format!("PRAGMA busy_timeout = {busy_timeout}"))
            .and_then(|()| self.until_not_locked(|| conn.batch_execute(pragmas)))
            .map_err(ConnectionError::CouldntSetupConfiguration)?;
        let deadline = Deadline::passed();
        let asked = deadline.clone();
        // Not deterministic, or SQLite would ask once for all rows.
        in_time_utils::register_nondeterministic_impl(&conn, move || asked.allows())
            .map_err(ConnectionError::CouldntSetupConfiguration)?;
        Ok(Connection { conn, deadline })
    }

    /// SQLite does not wait by itself where two switch a new file to WAL at the same time: both hold what the other one needs.
    /// One of them is told so, and finds the file switched a moment later.
    fn until_not_locked(&self, mut set_up: impl FnMut() -> QueryResult<()>) -> QueryResult<()> {
        let given_up = Instant::now() + self.busy_timeout;
        loop {
            match set_up() {
                Err(DatabaseError(_, info))
                    if info.message() == "database is locked" && Instant::now() < given_up =>
                {
                    std::thread::sleep(Duration::from_millis(5));
                }
                outcome => return outcome,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use diesel::sql_types::Text;
    use diesel::{Connection, RunQueryDsl};

    use super::*;

    /// As `.cargo/config.toml` says. Flags with a mistake in them are no error to anybody.
    #[test]
    fn connections_share_no_lock() {
        let mut conn = Conn::establish(":memory:").unwrap();
        let options = diesel::dsl::sql::<Text>("PRAGMA compile_options");
        let options: Vec<String> = options.load(&mut conn).unwrap();
        let has = |option: &str| options.iter().any(|said| said == option);
        assert!(!has("ENABLE_MEMORY_MANAGEMENT"), "{options:?}");
        assert!(
            has("DEFAULT_MEMSTATUS=0") && has("THREADSAFE=2"),
            "{options:?}"
        );
    }
}
