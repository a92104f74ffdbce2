//! The service on a fresh database, in this process, listening on a port of its own.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::Request;
use taskhive::config::{Config, Vars};
use taskhive::http::cells::Cells;
use taskhive::http::peer::Peer;
use taskhive::transport::router::HttpService;
use taskhive::wiring;
use taskhive_adapters::jwt::SigningSecrets;
use taskhive_domain::testing::InsecureHasher;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::databases::{DatabaseKind, POOL_SIZE, POOL_WAIT, PostgresDatabase, SqliteFile};
use crate::{Client, Reply, SECRET, TestUser};

/// Limits of rate, which have tests of their own.
const UNLIMITED: [(&str, &str); 6] = [
    ("LIMIT_LOGIN_PER_MINUTE", "0"),
    ("LIMIT_REGISTER_PER_HOUR", "0"),
    ("LIMIT_REFRESH_PER_MINUTE", "0"),
    ("LIMIT_ACCOUNT_FAILURES", "0"),
    ("LIMIT_ACCOUNT_FAILURES_PER_HOUR", "0"),
    ("LIMIT_REQUESTS_PER_MINUTE", "0"),
];

/// Keeps a database for as long as it lives.
enum Database {
    Sqlite(SqliteFile),
    Postgres(PostgresDatabase),
}

impl Database {
    async fn fresh(backend: DatabaseKind) -> Self {
        match backend {
            DatabaseKind::Sqlite => Self::Sqlite(SqliteFile::new()),
            DatabaseKind::Postgres => Self::Postgres(PostgresDatabase::migrated().await),
        }
    }

    fn url(&self) -> String {
        match self {
            Self::Sqlite(file) => file.url(),
            // Not as the owner of the tables: a statement that needs more than the service should have fails here.
            Self::Postgres(database) => database.service_url(),
        }
    }
}

/// A running instance of the service. It ends with the test that started it, or before when it is [stopped](Self::stop).
///
/// ```no_run
/// # async fn test() {
/// # use serde_json::json;
/// use testkit::{ME, TestApp};
///
/// let app = TestApp::new().await;
/// let ada = app.user("ada").await;
/// assert_eq!(ada.run(ME, json!({})).await.data()["me"]["id"], ada.id);
/// # }
/// ```
pub struct TestApp {
    /// Where it listens.
    pub address: SocketAddr,
    service: HttpService,
    settings: Vars,
    database: Arc<Database>,
    stop: oneshot::Sender<()>,
    served: JoinHandle<()>,
}

/// What signs the tokens of every service in tests.
pub fn signing_secrets() -> SigningSecrets {
    SigningSecrets::parse(SECRET).unwrap()
}

impl TestApp {
    /// With the settings that hold when nothing is set, but without limits of rate.
    pub async fn new() -> Self {
        Self::with(&[]).await
    }

    /// With some settings of its own.
    pub async fn with(settings: &[(&str, &str)]) -> Self {
        Self::configured(settings, |_| {}).await
    }

    /// With some settings of its own, and what settings cannot say: less than a second, above all.
    pub async fn configured(
        settings: &[(&str, &str)],
        configure: impl FnOnce(&mut Config),
    ) -> Self {
        let settings = [&UNLIMITED, settings].concat();
        Self::fresh(DatabaseKind::of_this_run(), &settings, configure).await
    }

    /// With some settings of its own, and the limits of rate that hold when nothing is set.
    pub async fn limited(settings: &[(&str, &str)]) -> Self {
        Self::fresh(DatabaseKind::of_this_run(), settings, |_| {}).await
    }

    /// On a database of the test's own choice.
    pub async fn on(backend: DatabaseKind) -> Self {
        Self::fresh(backend, &UNLIMITED, |_| {}).await
    }

    async fn fresh(
        backend: DatabaseKind,
        settings: &[(&str, &str)],
        configure: impl FnOnce(&mut Config),
    ) -> Self {
        let settings = settings
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let database = Arc::new(Database::fresh(backend).await);
        Self::start(database, settings.collect(), configure).await
    }

    /// One more instance of the service on the same database.
    pub async fn another_instance(&self) -> Self {
        Self::start(Arc::clone(&self.database), self.settings.clone(), |_| {}).await
    }

    /// The same, where more than one may serve the database.
    pub async fn another_instance_if_shared(&self) -> Option<Self> {
        match *self.database {
            Database::Sqlite(_) => None,
            Database::Postgres(_) => Some(self.another_instance().await),
        }
    }

    async fn start(
        database: Arc<Database>,
        settings: Vars,
        configure: impl FnOnce(&mut Config),
    ) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut vars = settings.clone();
        vars.extend([
            ("PORT".to_owned(), address.port().to_string()),
            ("DATABASE_URL".to_owned(), database.url()),
            ("JWT_SECRET".to_owned(), SECRET.to_owned()),
        ]);
        let mut config = Config::from_vars(&vars).unwrap();
        (config.store.pool_size, config.store.wait_timeout) = (POOL_SIZE, POOL_WAIT);
        configure(&mut config);
        let store = wiring::open_backend(&config).await.unwrap();
        store.migrate().await.unwrap();
        let hasher = Arc::new(InsecureHasher::default());
        let app = wiring::build_with(&config, &store, &signing_secrets(), hasher).unwrap();
        let service = app.service.clone();
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(app.serve(listener, Cells::one(), async move {
            // Who was not told to stop goes on, whoever has gone.
            if stopped.await.is_err() {
                std::future::pending::<()>().await;
            }
        }));
        Self {
            address,
            service,
            settings,
            database,
            stop,
            served,
        }
    }

    /// Stops the service; returns when it has stopped.
    pub async fn stop(self) {
        self.stop.send(()).expect("a service that runs");
        self.served.await.expect("a service that stops in peace");
    }

    /// Where a path of the service is.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Somebody who sends no credential.
    pub fn anonymous(&self) -> Client {
        Client::new(self.address)
    }

    /// A new account under `name`, signed in.
    pub async fn user(&self, name: &str) -> TestUser {
        self.anonymous().sign_up(name).await
    }

    /// What a request is answered that comes from the address and port `peer`, without a network in between.
    pub async fn answer(&self, peer: &str, request: Request<Body>) -> Reply {
        let peer = Peer::at(peer.parse().unwrap());
        let response = self.service.respond(request, &peer).await;
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        Reply::new(parts.status, parts.headers, body.into())
    }

    /// Makes the database useless under the running service, in the way that says most about itself: tables have other
    /// names, or the file holds something else.
    pub async fn break_database(&self) {
        match &*self.database {
            Database::Postgres(database) => {
                let sql = "ALTER TABLE tasks RENAME TO hidden_tasks; ALTER TABLE users RENAME TO hidden_users;
                     ALTER TABLE sessions RENAME TO hidden_sessions; ALTER TABLE ended_sessions RENAME TO hidden_ended";
                database.client().await.batch_execute(sql).await.unwrap();
            }
            Database::Sqlite(file) => {
                for suffix in ["", "-wal", "-shm"] {
                    overwrite(&format!("{}{suffix}", file.path()));
                }
            }
        }
    }

    /// Texts that only the inside of this service knows and no answer may contain, besides those of its making.
    pub fn internals(&self) -> Vec<String> {
        match &*self.database {
            Database::Postgres(_) => Vec::new(),
            Database::Sqlite(file) => vec![file.path()],
        }
    }
}

/// In place, because the file is mapped into memory: cutting it short would end the process.
fn overwrite(path: &str) {
    let length = std::fs::metadata(path).map_or(0, |file| file.len());
    let garbage = vec![0xA5; usize::try_from(length).unwrap()];
    let mut file = std::fs::OpenOptions::new().write(true).open(path).unwrap();
    file.write_all(&garbage).unwrap();
}
