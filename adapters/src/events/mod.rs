//! Who is told that a user's tasks have changed: those who watch in this process (`watchers`) and, on PostgreSQL, those in
//! every other process on the database (`postgres`). Only pokes travel; what has changed, everybody reads from the tables. A poke
//! that got lost is made good by comparing how far the owners have come (`comparison`).

mod backoff;
mod comparison;
mod postgres;
mod watchers;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use taskhive_domain::UserId;
use taskhive_domain::ports::{Poke, TaskChanges, TaskEvents, TaskPokes};
use tokio::task::{AbortHandle, JoinHandle};
use tokio::time::timeout;

use self::postgres::Between;
use self::watchers::Watchers;
use crate::store::Finding;
use crate::store::postgres::Database;

/// How long the end of the process may wait for the last messages.
const CLOSE_WAIT: Duration = Duration::from_secs(2);

/// Pokes watchers in this process and, once it is started, in every process on the database. When it is dropped, it tells
/// what it still has to tell and stops listening.
pub(crate) struct Events {
    changes: Arc<dyn TaskChanges>,
    watchers: Watchers,
    /// The way to other instances, if there can be any.
    between: Option<Between>,
    running: Mutex<Option<Running>>,
}

/// What runs beside the requests.
struct Running {
    /// Until somebody waits for its end.
    sender: Option<JoinHandle<()>>,
    others: Vec<AbortHandle>,
}

impl Events {
    /// Within this process.
    pub(crate) fn in_process(changes: Arc<dyn TaskChanges>) -> Self {
        Self::new(changes, Watchers::default(), None)
    }

    /// Between all processes on this database.
    pub(crate) fn between_instances(changes: Arc<dyn TaskChanges>, database: Database) -> Self {
        let watchers = Watchers::default();
        let between = Between::new(database, watchers.clone());
        Self::new(changes, watchers, Some(between))
    }

    fn new(changes: Arc<dyn TaskChanges>, watchers: Watchers, between: Option<Between>) -> Self {
        Self {
            changes,
            watchers,
            between,
            running: Mutex::new(None),
        }
    }

    /// Whether instances hear each other, if there can be any.
    pub(crate) async fn examine(&self) -> Option<Finding> {
        match &self.between {
            Some(between) => Some(between.examine().await),
            None => None,
        }
    }

    /// Begins to compare, to listen and to tell, on tasks of the current runtime, unless that runs already. The database need
    /// not be there yet.
    pub(crate) fn start(&self) {
        self.running().get_or_insert_with(|| {
            let comparison = comparison::run(self.watchers.clone(), Arc::clone(&self.changes));
            let listener = self.between.as_ref().map(Between::listen);
            let mut others = vec![tokio::spawn(comparison).abort_handle()];
            others.extend(listener.map(|listener| tokio::spawn(listener).abort_handle()));
            let sender = self.between.as_ref().map(Between::send);
            Running {
                sender: sender.map(tokio::spawn),
                others,
            }
        });
    }

    /// Stops listening, and tells what is still to be told. What is published later reaches watchers of this process only.
    pub(crate) async fn close(&self) {
        if let Some(sender) = self.stop()
            && timeout(CLOSE_WAIT, sender).await.is_err()
        {
            tracing::warn!("the last live updates reach other instances some seconds late");
        }
    }

    /// The sender, if nobody waits for it yet, goes on until all is told.
    fn stop(&self) -> Option<JoinHandle<()>> {
        if let Some(between) = &self.between {
            between.close();
        }
        let mut running = self.running();
        let running = running.as_mut()?;
        for other in &running.others {
            // Or the end of the runtime, which closes the connections, would look like an outage.
            other.abort();
        }
        running.sender.take()
    }

    fn running(&self) -> MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TaskEvents for Events {
    fn publish(&self, owner: UserId, poke: Poke) {
        self.watchers.poke(owner, &poke);
        if let Some(between) = &self.between {
            between.tell(owner);
        }
    }

    fn subscribe(&self, owner: UserId) -> TaskPokes {
        self.watchers.subscribe(owner)
    }

    fn remind(&self, owner: UserId) {
        self.watchers.remind(owner);
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        // Detached, the sender ends by itself.
        drop(self.stop());
    }
}
