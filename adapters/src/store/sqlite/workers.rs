//! Threads that each own a connection, and the queue in front of them.
//!
//! A connection stays on its thread, so a call changes threads twice, whatever number of statements it has; a thread that is
//! done takes the next call without being woken for it. Callers are served in the order they came.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use diesel::Connection as _;
use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::result::Error as DieselError;
use taskhive_domain::ports::{InfraError, InfraErrorKind};

use super::call::{Call, Outcome};
use super::connection::{Connection, Opener};
use crate::store::PoolStatus;

/// As many writes are committed together at most. A write takes some 0.1 ms, so nobody waits longer than some 10 ms for the
/// others of a group.
const GROUP: usize = 64;

/// What the threads do with calls.
#[derive(Clone, Copy)]
pub(super) enum Role {
    /// One call after the other.
    Read,
    /// Whoever waits already, in one transaction.
    Write,
}

/// Running threads. They end when this is dropped.
pub(super) struct Workers {
    queue: Arc<Queue>,
    threads: Vec<JoinHandle<()>>,
}

impl Workers {
    /// Starts as many threads as said. Each opens its connection when it gets its first call, and again when it is broken.
    pub(super) fn start(
        role: Role,
        threads: usize,
        opener: &Arc<Opener>,
        statement_timeout: Duration,
    ) -> Result<Self, InfraError> {
        let mut workers = Self {
            queue: Arc::default(),
            threads: Vec::with_capacity(threads),
        };
        for _ in 0..threads {
            let mut worker = Worker {
                role,
                queue: Arc::clone(&workers.queue),
                opener: Arc::clone(opener),
                statement_timeout,
            };
            let thread = std::thread::Builder::new()
                .name("sqlite".to_owned())
                .spawn(move || worker.serve())
                .map_err(|error| {
                    InfraError::new(InfraErrorKind::Broken, "start a thread for SQLite", error)
                })?;
            workers.threads.push(thread);
        }
        Ok(workers)
    }

    /// How busy they are.
    pub(super) fn status(&self, name: &'static str) -> PoolStatus {
        let state = self.queue.lock();
        let threads = self.threads.len();
        PoolStatus {
            name,
            max: threads,
            open: threads,
            in_use: threads.saturating_sub(state.idle),
            waiting: state.calls.len(),
        }
    }

    /// Puts a call at the end of the queue.
    pub(super) fn send(&self, call: Box<dyn Call>) {
        self.queue.lock().calls.push_back(call);
        self.queue.changed.notify_one();
    }
}

impl Drop for Workers {
    /// Waits until the connections are closed: the last one that closes a file puts everything into it.
    fn drop(&mut self) {
        self.queue.lock().closed = true;
        self.queue.changed.notify_all();
        for thread in self.threads.drain(..) {
            // A thread that panicked has said so already.
            let _ = thread.join();
        }
    }
}

#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    calls: VecDeque<Box<dyn Call>>,
    /// Threads that wait for one.
    idle: usize,
    closed: bool,
}

impl State {
    /// Begins the first call that somebody still waits for.
    fn begin_next(&mut self) -> Option<Box<dyn Call>> {
        std::iter::from_fn(|| self.calls.pop_front()).find(|call| call.begin())
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next call, when there is one; `None` at the end.
    fn wait(&self) -> Option<Box<dyn Call>> {
        let mut state = self.lock();
        loop {
            if state.closed {
                return None;
            }
            if let Some(call) = state.begin_next() {
                return Some(call);
            }
            state.idle += 1;
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
        }
    }
}

struct Worker {
    role: Role,
    queue: Arc<Queue>,
    opener: Arc<Opener>,
    statement_timeout: Duration,
}

impl Worker {
    fn serve(&mut self) {
        let mut open = None;
        while let Some(call) = self.queue.wait() {
            match open.take().map_or_else(|| self.opener.open(), Ok) {
                Ok(mut connection) => {
                    match self.role {
                        Role::Read => self.read(&mut connection, call),
                        Role::Write => self.write(&mut connection, call),
                    }
                    // One with an open transaction is closed, which rolls back.
                    open = (connection.depth() == Some(0)).then_some(connection);
                }
                Err(error) => call.answer(Outcome::Unreachable(&error)),
            }
        }
    }

    fn read(&self, connection: &mut Connection, mut call: Box<dyn Call>) {
        connection.deadline.set(self.statement_timeout);
        match call.run(&mut connection.conn) {
            Ok(()) => call.answer(Outcome::Done),
            Err(error) => call.answer(Outcome::Failed(&error)),
        }
    }

    /// Commits once for all who wait: to have a commit on the disk is most of what a write takes. Each call has a savepoint of
    /// its own, so one that fails takes nothing back but what it did itself, and none is answered before the commit.
    fn write(&self, connection: &mut Connection, first: Box<dyn Call>) {
        // Takes the write lock at once: a transaction that begins with reading and then finds another process ahead cannot go
        // on, and fails without waiting.
        let begun =
            AnsiTransactionManager::begin_transaction_sql(&mut connection.conn, "BEGIN IMMEDIATE");
        if let Err(error) = begun {
            first.answer(Outcome::Failed(&error));
            return;
        }
        let mut group = Vec::new();
        let mut next = Some(first);
        while let Some(mut call) = next {
            connection.deadline.set(self.statement_timeout);
            match connection.conn.transaction(|conn| call.run(conn)) {
                Ok(()) => group.push(call),
                Err(error) => call.answer(Outcome::Failed(&error)),
            }
            // When the disk is full, SQLite takes back the whole transaction by itself. Nothing may follow.
            let goes_on = connection.depth() == Some(1) && group.len() < GROUP;
            next = if goes_on {
                self.queue.lock().begin_next()
            } else {
                None
            };
        }
        let committed = match connection.depth() {
            Some(1) => AnsiTransactionManager::commit_transaction(&mut connection.conn),
            _ => Err(DieselError::BrokenTransactionManager),
        };
        for call in group {
            call.answer(match &committed {
                Ok(()) => Outcome::Done,
                Err(error) => Outcome::Failed(error),
            });
        }
    }
}
