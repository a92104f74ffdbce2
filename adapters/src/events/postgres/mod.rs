//! Task events between all instances on one PostgreSQL database, carried by NOTIFY.
//!
//! Watchers of the same process are told at once, without the database. Other instances get a short message (`notification`), which
//! waits in the `notify_queue` until the next statement takes all that waits; their `listener` looks up how the task is now.
//!
//! Messages are not part of the transaction that changes a task: NOTIFY in it would make all commits of the server queue
//! behind one lock, and watchers here would wait for the database. The price: when an instance is killed in the
//! milliseconds between commit and message, the watchers of other instances do not hear of that change. Every other gap (no
//! connection, too much at once) is made known: watchers get [`Lagged`](taskhive_domain::event::Lagged) and fetch anew.

mod backoff;
mod listener;
mod notification;
mod notify_queue;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use taskhive_domain::UserId;
use taskhive_domain::event::{TaskEvent, TaskEventStream};
use taskhive_domain::ports::{TaskEvents, TaskRepository};
use tokio::task::{AbortHandle, JoinHandle};
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use self::backoff::Backoff;
use self::listener::Listener;
use self::notification::{Message, TaskNotification};
use self::notify_queue::NotifyQueue;
use super::InProcessEvents;
use crate::store::Finding;
use crate::store::postgres::Database;

/// How long the end of the process may wait for the last messages.
const CLOSE_WAIT: Duration = Duration::from_secs(2);

/// Tells watchers in every process on the database, once it is started. When it is dropped, it sends what it still has and
/// stops listening.
pub(crate) struct PostgresEvents {
    /// This instance, among all that tell each other.
    me: Uuid,
    database: Database,
    tasks: Arc<dyn TaskRepository>,
    local: InProcessEvents,
    queue: Arc<NotifyQueue>,
    running: Mutex<Option<Running>>,
}

/// The tasks that send and listen.
struct Running {
    /// Until somebody waits for its end.
    sender: Option<JoinHandle<()>>,
    listener: AbortHandle,
}

impl PostgresEvents {
    /// Within this process only, until [`start`](Self::start).
    pub(crate) fn new(database: Database, tasks: Arc<dyn TaskRepository>) -> Self {
        Self {
            me: Uuid::new_v4(),
            database,
            tasks,
            local: InProcessEvents::new(),
            queue: Arc::default(),
            running: Mutex::new(None),
        }
    }

    /// Whether instances hear each other.
    pub(crate) async fn examine(&self) -> Finding {
        let (subject, fix) = (
            "live updates",
            "set DATABASE_DIRECT_URL to the same database without the pooler in between",
        );
        match self.listener().probe().await {
            Ok(Some(())) => Finding::good(subject, "what one instance tells, others hear"),
            Ok(None) => {
                let what = "what is told does not arrive, so instances do not hear each other";
                Finding::bad(subject, what, fix)
            }
            Err(error) => Finding::failed(subject, &error, fix),
        }
    }

    fn listener(&self) -> Listener {
        Listener {
            me: self.me,
            database: self.database.clone(),
            tasks: Arc::clone(&self.tasks),
            local: self.local.clone(),
        }
    }

    /// Begins to listen and to send, on two tasks of the current runtime, unless they run already. The database need not be
    /// there yet.
    pub(crate) fn start(&self) {
        self.running().get_or_insert_with(|| {
            let sender = send(self.me, self.database.clone(), Arc::clone(&self.queue));
            Running {
                sender: Some(tokio::spawn(sender)),
                listener: tokio::spawn(self.listener().run()).abort_handle(),
            }
        });
    }

    /// Stops listening, and sends what is still to be sent. What is published later reaches watchers of this process only.
    pub(crate) async fn close(&self) {
        let sender = self.stop();
        if let Some(sender) = sender
            && timeout(CLOSE_WAIT, sender).await.is_err()
        {
            tracing::warn!("the last live updates did not reach other instances");
        }
    }

    /// The sender, if nobody waits for it yet, goes on until all is sent.
    fn stop(&self) -> Option<JoinHandle<()>> {
        self.queue.close();
        let mut running = self.running();
        let running = running.as_mut()?;
        // Or the end of the runtime, which closes the connection, would look like an outage.
        running.listener.abort();
        running.sender.take()
    }

    fn running(&self) -> MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TaskEvents for PostgresEvents {
    fn publish(&self, owner: UserId, event: TaskEvent) {
        let notification = TaskNotification::of(owner, &event);
        self.local.publish(owner, event);
        self.queue.put(notification);
    }

    fn subscribe(&self, owner: UserId) -> TaskEventStream {
        self.local.subscribe(owner)
    }
}

impl Drop for PostgresEvents {
    fn drop(&mut self) {
        // Detached, the sender ends by itself.
        drop(self.stop());
    }
}

/// Sends what is in the queue until that is closed.
async fn send(me: Uuid, database: Database, queue: Arc<NotifyQueue>) {
    let mut backoff = Backoff::new("live updates do not reach other instances");
    while let Some(batch) = queue.take().await {
        let message = |notification| {
            Message {
                from: me,
                notification,
            }
            .to_string()
        };
        let lines = batch.iter().copied().map(message).collect();
        match database.notify(lines).await {
            Ok(()) => backoff.recovered(),
            Err(_) if queue.is_closed() => return,
            Err(error) => {
                // Perhaps they were sent all the same. Hearing of an event twice does no harm, not hearing of it would.
                queue.put_back(batch);
                sleep(backoff.failed(&error)).await;
            }
        }
    }
}
