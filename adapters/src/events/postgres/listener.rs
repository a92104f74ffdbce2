//! Hears what other instances tell, looks up how the task is now, and tells the watchers of this instance.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use taskhive_domain::event::{TaskChange, TaskEvent};
use taskhive_domain::ports::{InfraError, InfraErrorKind, TaskEvents, TaskRepository};
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use super::backoff::Backoff;
use super::notification::{ChangeKind, Message, Notification, ParseError, TaskNotification};
use crate::error_chain;
use crate::events::InProcessEvents;
use crate::store::postgres::Database;
use crate::store::postgres::notifications::Listening;

/// How long one's own message may take to arrive: longer than waiting for a connection and a slow statement.
const PROBE_WAIT: Duration = Duration::from_secs(10);
/// A pooler that swallows messages is a mistake in the configuration: it will not go away soon.
const INEFFECTIVE_PAUSE: Duration = Duration::from_mins(5);
/// How many messages are looked at together.
const CHUNK: usize = 4096;
/// How many tasks of one chunk are looked up. Beyond, looking up falls behind, and watchers are told to fetch anew.
const MOST_LOOKUPS: usize = 1024;
/// How many tasks are looked up at once: few, because requests need the connections too.
const LOOKUPS_AT_ONCE: usize = 4;

pub(super) struct Listener {
    /// This instance: what it says itself, its watchers know already.
    pub(super) me: Uuid,
    pub(super) database: Database,
    pub(super) tasks: Arc<dyn TaskRepository>,
    pub(super) local: InProcessEvents,
}

/// Why listening ended.
enum End {
    Lost(InfraError),
    /// The server took the order to listen, and nothing arrives.
    ListenIneffective,
}

impl From<InfraError> for End {
    fn from(error: InfraError) -> Self {
        Self::Lost(error)
    }
}

impl Listener {
    /// Until it is aborted.
    pub(super) async fn run(self) {
        let mut backoff = Backoff::new("live updates from other instances do not arrive");
        loop {
            let Err(end) = self.listen(&mut backoff).await;
            let pause = match end {
                End::Lost(error) => backoff.failed(&error),
                End::ListenIneffective => {
                    backoff.failed(&listen_ineffective());
                    INEFFECTIVE_PAUSE
                }
            };
            sleep(pause).await;
        }
    }

    /// One connection's life.
    async fn listen(&self, backoff: &mut Backoff) -> Result<Infallible, End> {
        let mut connection = self.database.listen().await?;
        let heard = timeout(PROBE_WAIT, self.until_heard(&mut connection)).await;
        let Ok(heard) = heard else {
            connection.stop().await;
            return Err(End::ListenIneffective);
        };
        heard?;
        // Whatever was told before this moment may have been missed, and from now on nothing is.
        self.local.lag_all();
        backoff.recovered();
        let mut chunks = pin!(connection.lines().ready_chunks(CHUNK));
        loop {
            let lines = chunks.next().await.ok_or_else(closed)?;
            self.handle_notifications(lines).await?;
        }
    }

    /// Whether what is told arrives, on a connection of its own. `None` if it does not.
    pub(super) async fn probe(&self) -> Result<Option<()>, InfraError> {
        let mut connection = self.database.listen().await?;
        let heard = timeout(PROBE_WAIT, self.until_heard(&mut connection)).await;
        connection.stop().await;
        heard.ok().transpose()
    }

    /// Says something, as if to others, and waits until it arrives.
    async fn until_heard(&self, connection: &mut Listening) -> Result<(), InfraError> {
        let probe = Message {
            from: self.me,
            notification: Notification::Probe,
        };
        self.database.notify(vec![probe.to_string()]).await?;
        let mut lines = pin!(connection.lines());
        while lines.next().await.ok_or_else(closed)??.parse() != Ok(probe) {}
        Ok(())
    }

    async fn handle_notifications(
        &self,
        lines: Vec<Result<String, InfraError>>,
    ) -> Result<(), InfraError> {
        let mut watched = Vec::new();
        for line in lines {
            match line?.parse::<Message>() {
                Ok(message) if message.from == self.me => {}
                Ok(Message {
                    notification: Notification::Task(notification),
                    ..
                }) => {
                    if self.local.is_watched(notification.owner) {
                        watched.push(notification);
                    }
                }
                Ok(Message {
                    notification: Notification::Probe,
                    ..
                }) => {}
                // What cannot be read comes from another version of the service.
                Ok(Message {
                    notification: Notification::Gap,
                    ..
                })
                | Err(ParseError) => {
                    watched.clear();
                    self.local.lag_all();
                }
            }
        }
        self.deliver(watched).await;
        Ok(())
    }

    /// In the order in which it was heard.
    async fn deliver(&self, watched: Vec<TaskNotification>) {
        if watched.len() > MOST_LOOKUPS {
            for notification in watched {
                self.local.lag(notification.owner);
            }
            return;
        }
        let mut events = pin!(
            stream::iter(watched)
                .map(async |notification| (notification.owner, self.look_up(notification).await))
                .buffered(LOOKUPS_AT_ONCE)
        );
        while let Some((owner, event)) = events.next().await {
            match event {
                Ok(Some(event)) => self.local.publish(owner, event),
                Ok(None) => {}
                Err(error) => {
                    tracing::debug!(
                        reason = error_chain(&error),
                        "a changed task was not looked up"
                    );
                    self.local.lag(owner);
                }
            }
        }
    }

    /// The event as it looks now, unless that was told already. Between the message and now the task may have gone on, been
    /// deleted, or even been created again: the last event always tells how it is.
    async fn look_up(
        &self,
        notification: TaskNotification,
    ) -> Result<Option<TaskEvent>, InfraError> {
        if let ChangeKind::Created { version } | ChangeKind::Updated { version } = notification.kind
            && self
                .local
                .knows(notification.owner, notification.task, version)
        {
            return Ok(None);
        }
        let task = self
            .tasks
            .find(notification.owner, notification.task)
            .await?;
        let change = match (task, notification.kind) {
            (Some(task), ChangeKind::Created { .. }) => TaskChange::Created(task),
            (Some(task), ChangeKind::Updated { .. } | ChangeKind::Deleted) => {
                TaskChange::Updated(task)
            }
            (None, ChangeKind::Deleted) => TaskChange::Deleted,
            // Whoever deleted it will say so.
            (None, ChangeKind::Created { .. } | ChangeKind::Updated { .. }) => return Ok(None),
        };
        Ok(Some(TaskEvent {
            task: notification.task,
            change,
            occurred_at: notification.occurred_at,
        }))
    }
}

fn closed() -> InfraError {
    InfraError::bare(
        InfraErrorKind::Interrupted,
        "the listening connection was closed",
    )
}

fn listen_ineffective() -> InfraError {
    InfraError::bare(
        InfraErrorKind::Broken,
        "the database takes LISTEN, but no message arrives, as behind a pooler in transaction mode: set \
         DATABASE_DIRECT_URL to the same database without the pooler",
    )
}
