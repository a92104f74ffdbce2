//! Between all instances on one PostgreSQL database, carried by NOTIFY: whose tasks have changed, and nothing more.
//!
//! Owners wait in the `queue` until the next statement takes all that wait. It is not part of the transaction that changes a
//! task: NOTIFY in it would make all commits of the server queue behind one lock. Nothing depends on its arrival.

mod line;
mod listener;
mod queue;

use std::sync::Arc;

use taskhive_domain::UserId;
use tokio::time::sleep;
use uuid::Uuid;

use self::listener::{Listener, Probes};
use self::queue::Queue;
use super::backoff::Backoff;
use super::watchers::Watchers;
use crate::store::Finding;
use crate::store::postgres::Database;

/// The way to the other instances and back.
pub(super) struct Between {
    /// This instance, among all that tell each other.
    me: Uuid,
    database: Database,
    watchers: Watchers,
    queue: Arc<Queue>,
}

impl Between {
    pub(super) fn new(database: Database, watchers: Watchers) -> Self {
        Self {
            me: Uuid::new_v4(),
            database,
            watchers,
            queue: Arc::default(),
        }
    }

    /// The others are to hear that this owner's tasks have changed. Never waits.
    pub(super) fn tell(&self, owner: UserId) {
        self.queue.put([owner]);
    }

    /// What waits is still told, and nothing more.
    pub(super) fn close(&self) {
        self.queue.close();
    }

    /// Whether instances hear each other.
    pub(super) async fn examine(&self) -> Finding {
        let (subject, fix) = (
            "live updates",
            "set DATABASE_DIRECT_URL to the same database without the pooler in between",
        );
        match self.listener().probe().await {
            Ok(true) => Finding::good(subject, "what one instance tells, others hear"),
            Ok(false) => {
                let what = "what is told does not arrive, so instances hear of each other late";
                Finding::bad(subject, what, fix)
            }
            Err(error) => Finding::failed(subject, &error, fix),
        }
    }

    /// Pokes watchers here about what others tell, until it is dropped.
    pub(super) fn listen(&self) -> impl Future<Output = ()> + Send + use<> {
        self.listener().run()
    }

    fn listener(&self) -> Listener {
        Listener {
            me: self.me,
            database: self.database.clone(),
            watchers: self.watchers.clone(),
            probes: Probes::default(),
        }
    }

    /// Tells what is in the queue until that is closed.
    pub(super) fn send(&self) -> impl Future<Output = ()> + Send + use<> {
        send(self.me, self.database.clone(), Arc::clone(&self.queue))
    }
}

async fn send(me: Uuid, database: Database, queue: Arc<Queue>) {
    let mut backoff = Backoff::new("live updates reach other instances late");
    while let Some(owners) = queue.take().await {
        match database.notify(line::about(me, &owners)).await {
            Ok(()) => backoff.recovered(),
            Err(_) if queue.is_closed() => return,
            Err(error) => {
                // Perhaps they were told all the same. Hearing of it twice does no harm.
                queue.put(owners);
                sleep(backoff.failed(&error)).await;
            }
        }
    }
}
