//! Users, sessions and tasks, stored with Diesel on SQLite or PostgreSQL: one text of queries (`queries/`), compiled once for
//! each database, on native types.
//!
//! Reading order: `schema` and `rows`, `queries/`, then `sqlite/` and `postgres/`, which supply the connections and the few
//! true differences. The tables themselves are explained in `migrations/`.

#![expect(
    clippy::duplicate_mod,
    reason = "queries/ is compiled once for each database, which is the point of it"
)]

mod errors;
mod migrations;
pub(crate) mod postgres;
mod rows;
mod schema;
mod sqlite;
#[cfg(test)]
#[path = "../../tests/support/mod.rs"]
mod support;
mod types;
mod url;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use taskhive_domain::ports::{
    ExternalUserRepository, InfraError, InfraErrorKind, SessionRepository, TaskEvents,
    TaskRepository, UserRepository,
};

pub(crate) use self::errors::chain;
use self::url::Target;
pub use self::url::{StoreUrl, StoreUrlError};
use crate::events::InProcessEvents;
use crate::events::postgres::PostgresEvents;

/// Where to store, and how long to wait for it.
#[derive(Debug, Clone)]
pub struct StoreSettings {
    /// The database.
    pub url: StoreUrl,
    /// The same PostgreSQL database without a pooler in between, for migrations and for events from other instances; `None`
    /// uses `url`.
    pub direct_url: Option<StoreUrl>,
    /// Connections to PostgreSQL; on SQLite connections that read (one more writes).
    pub pool_size: usize,
    /// How long a call waits for a free connection.
    pub wait_timeout: Duration,
    /// How long the statements of one call may take together.
    pub statement_timeout: Duration,
    /// How long a new connection to PostgreSQL may take, TLS included.
    pub connect_timeout: Duration,
}

impl StoreSettings {
    /// The documented defaults: 2 s for a connection, 5 s for a statement.
    #[must_use]
    pub const fn new(url: StoreUrl) -> Self {
        Self {
            url,
            direct_url: None,
            pool_size: 16,
            wait_timeout: Duration::from_secs(2),
            statement_timeout: Duration::from_secs(5),
            connect_timeout: Duration::from_secs(2),
        }
    }
}

/// An open database. Cheap to clone: clones share the connections, and the events.
#[derive(Clone)]
pub struct Store {
    backend: Backend,
    /// Begun when somebody asks for them.
    events: Arc<OnceLock<Events>>,
}

#[derive(Clone)]
enum Backend {
    Sqlite(sqlite::Database),
    Postgres(postgres::Database),
}

enum Events {
    InProcess(InProcessEvents),
    Postgres(Arc<PostgresEvents>),
}

impl Store {
    /// Makes the file, if it is SQLite and there is none; prepares TLS, if it is PostgreSQL. Connections are opened when they
    /// are needed: [`ping`](Self::ping) tells whether that works.
    pub async fn connect(settings: StoreSettings) -> Result<Self, InfraError> {
        match settings.url.0.clone() {
            Target::Sqlite(path) => sqlite::Database::open(path, &settings)
                .await
                .map(Backend::Sqlite),
            Target::Postgres(target) => {
                let direct = match settings.direct_url.clone() {
                    None => (*target).clone(),
                    Some(StoreUrl(Target::Postgres(direct))) => *direct,
                    Some(StoreUrl(Target::Sqlite(_))) => {
                        return Err(InfraError::bare(
                            InfraErrorKind::Broken,
                            "the direct URL names a file, the database URL a server",
                        ));
                    }
                };
                postgres::Database::prepare(&target, &direct, &settings).map(Backend::Postgres)
            }
        }
        .map(|backend| Self {
            backend,
            events: Arc::default(),
        })
    }

    /// Brings the tables up to date and says how many steps that took. All steps or none; any number of processes may do it at
    /// once.
    pub async fn migrate(&self) -> Result<usize, InfraError> {
        match &self.backend {
            Backend::Sqlite(database) => database.migrate().await,
            Backend::Postgres(database) => database.migrate().await,
        }
    }

    /// The names of the steps that [`migrate`](Self::migrate) would take now. Changes nothing.
    pub async fn pending_migrations(&self) -> Result<Vec<String>, InfraError> {
        match &self.backend {
            Backend::Sqlite(database) => database.pending_migrations().await,
            Backend::Postgres(database) => database.pending_migrations().await,
        }
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), InfraError> {
        match &self.backend {
            Backend::Sqlite(database) => sqlite::queries::ping(database).await,
            Backend::Postgres(database) => postgres::queries::ping(database).await,
        }
    }

    /// The tasks.
    #[must_use]
    pub fn tasks(&self) -> Arc<dyn TaskRepository> {
        match self.backend.clone() {
            Backend::Sqlite(database) => Arc::new(sqlite::queries::DieselTasks(database)),
            Backend::Postgres(database) => Arc::new(postgres::queries::DieselTasks(database)),
        }
    }

    /// The users.
    #[must_use]
    pub fn users(&self) -> Arc<dyn UserRepository> {
        match self.backend.clone() {
            Backend::Sqlite(database) => Arc::new(sqlite::queries::DieselUsers(database)),
            Backend::Postgres(database) => Arc::new(postgres::queries::DieselUsers(database)),
        }
    }

    /// Which users sign in elsewhere.
    #[must_use]
    pub fn external_users(&self) -> Arc<dyn ExternalUserRepository> {
        match self.backend.clone() {
            Backend::Sqlite(database) => Arc::new(sqlite::queries::DieselUsers(database)),
            Backend::Postgres(database) => Arc::new(postgres::queries::DieselUsers(database)),
        }
    }

    /// The sessions.
    #[must_use]
    pub fn sessions(&self) -> Arc<dyn SessionRepository> {
        match self.backend.clone() {
            Backend::Sqlite(database) => Arc::new(sqlite::queries::DieselSessions(database)),
            Backend::Postgres(database) => Arc::new(postgres::queries::DieselSessions(database)),
        }
    }

    /// What happens to the tasks. On PostgreSQL the watchers of all instances are told, and the first call begins to listen on
    /// a connection of its own, until the last clone of the store and the last user of the events are gone. It must come from
    /// within a runtime; the database need not be there.
    #[must_use]
    pub fn events(&self) -> Arc<dyn TaskEvents> {
        let events = self.events.get_or_init(|| match self.backend.clone() {
            Backend::Sqlite(_) => Events::InProcess(InProcessEvents::new()),
            Backend::Postgres(database) => {
                let events = PostgresEvents::start(database, self.tasks());
                Events::Postgres(Arc::new(events))
            }
        });
        match events {
            Events::InProcess(events) => Arc::new(events.clone()),
            Events::Postgres(events) => Arc::clone(events) as Arc<dyn TaskEvents>,
        }
    }

    /// For the end of a process, after its last change: hears no more of other instances, and waits, 2 s at most, until they
    /// were told.
    pub async fn close(&self) {
        if let Some(Events::Postgres(events)) = self.events.get() {
            events.close().await;
        }
    }
}
