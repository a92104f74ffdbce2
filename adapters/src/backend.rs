//! Everything that is kept in a database or told through it, opened once: the repositories of the store, and the events of
//! its tasks. It knows both, and they need not know each other's users.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use taskhive_domain::ports::{
    Archive, ExternalUserRepository, InfraError, SessionRepository, TaskChanges, TaskEvents,
    TaskRepository, UserRepository,
};

use crate::events::Events;
use crate::store::url::Target;
use crate::store::{
    Finding, Maintenance, PoolStatus, Repositories, Schema, StoreSettings, postgres, sqlite,
};

/// Keeps others from serving the same database.
#[derive(Debug)]
pub struct Claim(#[expect(dead_code, reason = "closing it ends the claim")] Option<File>);

/// An open database. Cheap to clone: clones share the connections, and the events.
#[derive(Clone)]
pub struct Backend {
    /// The tasks.
    pub tasks: Arc<dyn TaskRepository>,
    /// The order of their changes.
    pub changes: Arc<dyn TaskChanges>,
    /// The users.
    pub users: Arc<dyn UserRepository>,
    /// The users of an identity provider.
    pub external_users: Arc<dyn ExternalUserRepository>,
    /// The sessions.
    pub sessions: Arc<dyn SessionRepository>,
    /// All of it, account by account.
    pub archive: Arc<dyn Archive>,
    /// Who is told that the tasks have changed: on SQLite within this process, on PostgreSQL also in all others, once
    /// [`start_events`](Self::start_events) was called.
    pub events: Arc<dyn TaskEvents>,
    database: Arc<dyn Maintenance>,
    /// The same as `events`.
    running_events: Arc<Events>,
}

impl Backend {
    /// Makes the file, if it is SQLite and there is none; prepares TLS, if it is PostgreSQL. Connections are opened when they
    /// are needed: [`ping`](Self::ping) tells whether that works.
    pub async fn open(settings: StoreSettings) -> Result<Self, InfraError> {
        match settings.url.0.clone() {
            Target::Sqlite(path) => {
                let database = sqlite::Database::open(path, &settings).await?;
                let repositories = sqlite::queries::repositories(database);
                let events = Events::in_process(Arc::clone(&repositories.changes));
                Ok(Self::new(repositories, events))
            }
            Target::Postgres(target) => {
                let direct = settings.direct_target(&target)?;
                let database = postgres::Database::prepare(&target, &direct, &settings)?;
                let repositories = postgres::queries::repositories(database.clone());
                let changes = Arc::clone(&repositories.changes);
                let events = Events::between_instances(changes, database);
                Ok(Self::new(repositories, events))
            }
        }
    }

    fn new(repositories: Repositories, events: Events) -> Self {
        let events = Arc::new(events);
        Self {
            tasks: repositories.tasks,
            changes: repositories.changes,
            users: repositories.users,
            external_users: repositories.external_users,
            sessions: repositories.sessions,
            archive: repositories.archive,
            events: Arc::clone(&events) as Arc<dyn TaskEvents>,
            database: repositories.database,
            running_events: events,
        }
    }

    /// How the tables stand to this binary. Changes nothing. Fails if they are more than one release too new for it; on SQLite
    /// also if they are those of another program.
    pub async fn schema(&self) -> Result<Schema, InfraError> {
        self.database.schema().await
    }

    /// Fails if the tables are not up to date. Changes nothing.
    pub async fn check_schema(&self) -> Result<(), InfraError> {
        let schema = self.schema().await?;
        schema.warn_if_newer();
        schema.nothing_pending()
    }

    /// Brings the tables up to date and says how many steps that took. All steps or none; any number of processes may do it at
    /// once. When nothing is pending, nothing is changed, so a role that may not do that may call this, too.
    pub async fn migrate(&self) -> Result<usize, InfraError> {
        self.database.migrate().await
    }

    /// Makes sure that this process is the only one that serves a SQLite file, for as long as what is returned lives. Commands
    /// that do not serve need no claim.
    pub fn claim(&self) -> Result<Claim, InfraError> {
        self.database.claim().map(Claim)
    }

    /// Fails if a pooler in between forgets prepared statements.
    pub async fn check_prepared_statements(&self) -> Result<(), InfraError> {
        self.database.check_prepared_statements().await
    }

    /// Looks at everything that has to be right for the service to work: the connection and who may listen in on it, the tables,
    /// the rights, what stands in between. Changes nothing.
    pub async fn examine(&self) -> Vec<Finding> {
        let mut findings = self.database.examine().await;
        let answers = findings.iter().any(|finding| finding.outcome.is_ok());
        if answers {
            findings.extend(self.running_events.examine().await);
        }
        findings
    }

    /// Writes a copy of a SQLite database, as it is at one moment, into an empty file. Others go on reading and writing. Fails on
    /// PostgreSQL, which has tools of its own for that.
    pub async fn backup(&self, target: &Path) -> Result<(), InfraError> {
        self.database.backup(target).await
    }

    /// How busy the connections are.
    #[must_use]
    pub fn pools(&self) -> Vec<PoolStatus> {
        self.database.pools()
    }

    /// Whether the database answers from its tables, and is likely to go on.
    pub async fn ping(&self) -> Result<(), InfraError> {
        self.database.ping().await
    }

    /// Begins to make good what watchers did not hear of and, on PostgreSQL, to tell other instances and to hear them, the latter
    /// on a connection of its own, until the last user of the events is gone. Must be called within a Tokio runtime; the database
    /// need not be there. Nothing happens the second time. A command that does not serve leaves it out.
    pub fn start_events(&self) {
        self.running_events.start();
    }

    /// For the end of a process, after its last change: hears no more of other instances, and waits, 2 s at most, until they
    /// were told.
    pub async fn close(&self) {
        self.running_events.close().await;
    }
}
