//! Hears whose tasks have changed on other instances, and pokes their watchers here.

use std::convert::Infallible;
use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt;
use taskhive_domain::ports::{InfraError, InfraErrorKind, Poke};
use tokio::time::{Instant, sleep, timeout_at};
use uuid::Uuid;

use super::line::{self, Line};
use crate::events::backoff::Backoff;
use crate::events::watchers::Watchers;
use crate::store::postgres::Database;
use crate::store::postgres::notifications::Listening;

/// How an instance finds out whether it still hears the others: it tells something to itself. A connection can be dead without
/// being closed: behind a firewall that forgot it, nothing arrives and nobody says so.
#[derive(Debug, Clone, Copy)]
pub(super) struct Probes {
    /// How often.
    every: Duration,
    /// How long that may take to arrive: longer than waiting for a connection and a slow statement.
    wait: Duration,
}

impl Default for Probes {
    fn default() -> Self {
        Self {
            every: Duration::from_secs(30),
            wait: Duration::from_secs(10),
        }
    }
}

/// A pooler that swallows messages is a mistake in the configuration: it will not go away soon.
const INEFFECTIVE_PAUSE: Duration = Duration::from_mins(5);

pub(super) struct Listener {
    /// This instance: what it says itself, its watchers know already.
    pub(super) me: Uuid,
    pub(super) database: Database,
    pub(super) watchers: Watchers,
    pub(super) probes: Probes,
}

/// Why listening ended.
enum End {
    Lost(InfraError),
    /// The server took the order to listen, and nothing arrived from the beginning.
    Ineffective,
}

impl From<InfraError> for End {
    fn from(error: InfraError) -> Self {
        Self::Lost(error)
    }
}

impl Listener {
    /// Until it is aborted.
    pub(super) async fn run(self) {
        let mut backoff = Backoff::new("live updates from other instances arrive late");
        loop {
            let Err(end) = self.listen(&mut backoff).await;
            let pause = match end {
                End::Lost(error) => backoff.failed(&error),
                End::Ineffective => {
                    backoff.failed(&ineffective());
                    INEFFECTIVE_PAUSE
                }
            };
            sleep(pause).await;
        }
    }

    /// One connection's life.
    async fn listen(&self, backoff: &mut Backoff) -> Result<Infallible, End> {
        let mut connection = self.database.listen().await?;
        if !self.is_heard(&mut connection).await? {
            connection.stop().await;
            return Err(End::Ineffective);
        }
        // Whatever was told before this moment may have been missed.
        self.watchers.poke_all();
        backoff.recovered();
        loop {
            self.hear(&mut connection, Instant::now() + self.probes.every)
                .await?;
            if !self.is_heard(&mut connection).await? {
                return Err(silent().into());
            }
        }
    }

    /// Whether what is told arrives, on a connection of its own.
    pub(super) async fn probe(&self) -> Result<bool, InfraError> {
        let mut connection = self.database.listen().await?;
        let heard = self.is_heard(&mut connection).await;
        connection.stop().await;
        heard
    }

    /// Says something, as if to others, and waits until it arrives.
    async fn is_heard(&self, connection: &mut Listening) -> Result<bool, InfraError> {
        let until = Instant::now() + self.probes.wait;
        self.database.notify(vec![line::probe(self.me)]).await?;
        self.hear(connection, until).await
    }

    /// Passes on what is heard, until this moment or until the own question arrives, which it says.
    async fn hear(&self, connection: &mut Listening, until: Instant) -> Result<bool, InfraError> {
        let mut lines = pin!(connection.lines());
        while let Ok(line) = timeout_at(until, lines.next()).await {
            match line::read(&line.ok_or_else(closed)??) {
                Some(Line { from, owners }) if from == self.me => {
                    if owners.is_empty() {
                        return Ok(true);
                    }
                }
                Some(Line { owners, .. }) => {
                    for owner in owners {
                        self.watchers.poke(owner, &Poke::Look);
                    }
                }
                // It comes from another version of the service.
                None => self.watchers.poke_all(),
            }
        }
        Ok(false)
    }
}

fn closed() -> InfraError {
    InfraError::bare(
        InfraErrorKind::Interrupted,
        "the listening connection was closed",
    )
}

fn silent() -> InfraError {
    InfraError::bare(
        InfraErrorKind::Interrupted,
        "nothing arrives any more on the listening connection",
    )
}

fn ineffective() -> InfraError {
    InfraError::bare(
        InfraErrorKind::Broken,
        "the database takes LISTEN, but no message arrives, as behind a pooler in transaction mode: set \
         DATABASE_DIRECT_URL to the same database without the pooler",
    )
}

#[cfg(test)]
mod tests {
    use taskhive_domain::{Timestamp, UserId};
    use testkit::databases::PostgresDatabase;
    use testkit::network::{Fault, FaultyLine};
    use tokio::time::timeout;

    use super::*;
    use crate::store::postgres::testing::prepared;
    use crate::store::{StoreSettings, StoreUrl};

    /// Only a defect takes so long.
    const PATIENCE: Duration = Duration::from_mins(1);

    #[tokio::test(flavor = "multi_thread")]
    async fn a_connection_that_has_fallen_silent_is_given_up_for_a_new_one() {
        let database = PostgresDatabase::migrated().await;
        let line = FaultyLine::start(&database.url).await;
        let watchers = Watchers::default();
        let mut pokes = watchers.subscribe(UserId::new(Timestamp::from_millis(0)));
        let listener = Listener {
            me: Uuid::new_v4(),
            database: prepared(&StoreSettings {
                direct_url: Some(StoreUrl::parse(&line.url(&database.url)).unwrap()),
                ..StoreSettings::for_tests(&database.url)
            }),
            watchers,
            probes: Probes {
                every: Duration::from_millis(50),
                wait: Duration::from_secs(5),
            },
        };
        let running = tokio::spawn(listener.run());
        // Whenever it begins to listen, everybody is poked.
        timeout(PATIENCE, pokes.next()).await.unwrap().unwrap();
        line.fail(Fault::HalfOpen);
        timeout(PATIENCE, pokes.next()).await.unwrap().unwrap();
        running.abort();
    }
}
