//! The instances and their database, and what stands before and behind them.

use std::net::SocketAddr;
use std::path::PathBuf;

use tempfile::TempDir;
use testkit::balancer::Balancer;
use testkit::databases::DatabaseKind;
use testkit::network::Forwarder;
use testkit::server::PostgresServer;
use testkit::{Client, Process, Random, SECRET};
use tokio::task::block_in_place;

/// How a request says that it wants everything: the variable of whoever knows nothing yet.
const FROM_THE_BEGINNING: &str = "\"after\":null";

/// Two instances on one PostgreSQL server, or one on a SQLite file.
pub(super) struct Cluster {
    /// How clients reach the instances.
    pub(super) balancer: Balancer,
    instances: Vec<Instance>,
    /// Removed last.
    pub(super) database: Database,
}

/// Where everything is kept.
pub(super) enum Database {
    Sqlite(TempDir),
    Postgres {
        server: PostgresServer,
        /// On the way on which instances hear each other.
        forwarder: Forwarder,
    },
}

struct Instance {
    process: Option<Process>,
    directory: TempDir,
    settings: Vec<(&'static str, String)>,
}

impl Instance {
    fn new(database: &Database) -> Self {
        let mut settings = vec![
            ("JWT_SECRET", SECRET.to_owned()),
            ("LOG_REQUESTS", "off".to_owned()),
            ("LIMIT_LOGIN_PER_MINUTE", "0".to_owned()),
            ("START_WAIT_SECONDS", "30".to_owned()),
        ];
        match database {
            Database::Sqlite(directory) => {
                let file: PathBuf = directory.path().join("taskhive.db");
                settings.push(("DATABASE_URL", format!("sqlite://{}", file.display())));
            }
            Database::Postgres { server, forwarder } => {
                settings.push(("DATABASE_URL", server.url.clone()));
                settings.push(("DATABASE_DIRECT_URL", forwarder.url(&server.url)));
                settings.push(("DATABASE_POOL_SIZE", "4".to_owned()));
            }
        }
        let mut instance = Self {
            process: None,
            directory: tempfile::tempdir().unwrap(),
            settings,
        };
        instance.start();
        instance
    }

    /// Starts it, and says where it listens.
    fn start(&mut self) -> SocketAddr {
        let settings: Vec<_> = self
            .settings
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let directory = self.directory.path();
        let process = block_in_place(|| crate::TASKHIVE.start(directory, &settings));
        self.process.insert(process).address
    }

    fn address(&self) -> SocketAddr {
        self.process.as_ref().unwrap().address
    }
}

impl Cluster {
    pub(super) async fn start(kind: DatabaseKind, random: Random) -> Self {
        let (database, count) = match kind {
            DatabaseKind::Sqlite => (Database::Sqlite(tempfile::tempdir().unwrap()), 1),
            DatabaseKind::Postgres => {
                let server = block_in_place(|| PostgresServer::start(""));
                let forwarder = Forwarder::start(&server.url).await;
                (Database::Postgres { server, forwarder }, 2)
            }
        };
        let instances: Vec<_> = (0..count).map(|_| Instance::new(&database)).collect();
        let addresses = instances.iter().map(Instance::address).collect();
        Self {
            balancer: Balancer::start(addresses, FROM_THE_BEGINNING, random).await,
            instances,
            database,
        }
    }

    pub(super) fn size(&self) -> usize {
        self.instances.len()
    }

    /// Somebody on the bad network.
    pub(super) fn client(&self) -> Client {
        Client::new(self.balancer.address)
    }

    /// Somebody beside an instance.
    pub(super) fn near(&self) -> Client {
        Client::new(self.instances[0].address())
    }

    /// How often everything was asked for.
    pub(super) fn walks(&self) -> usize {
        self.balancer.marked()
    }

    /// Ends an instance as a power cut would.
    pub(super) fn kill(&mut self, instance: usize) {
        let process = self.instances[instance].process.take();
        block_in_place(|| process.unwrap().kill());
    }

    /// Starts it again, and waits until it serves.
    pub(super) fn restart(&mut self, instance: usize) {
        let address = self.instances[instance].start();
        self.balancer.moved(instance, address);
    }
}
