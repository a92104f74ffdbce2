//! The service on a fresh database, listening on a port of its own.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::json;
use taskhive::config::Config;
use taskhive::http::server::{self, ServerLimits};
use taskhive::wiring;
use taskhive_adapters::jwt::SigningSecrets;
use taskhive_adapters::store::Store;
use taskhive_domain::testing::PlainHasher;
use tokio::net::TcpListener;

use super::databases::{PostgresDatabase, SqliteFile};
use super::{Client, REGISTER, TestUser};

/// What every account in these tests has for a password.
const PASSWORD: &str = "tidal-ochre-kestrel-42";
/// What signs the tokens of every service in these tests.
const SECRET: &str = "x7Q2mVb9Lr4TzK1pWc8Ys5Nd3Gh6Jf0A";

/// Which database a service stores in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backend {
    Sqlite,
    Postgres,
}

/// Keeps a database for as long as it lives.
enum Database {
    Sqlite(SqliteFile),
    Postgres(PostgresDatabase),
}

/// A running service. It stops with the test that started it.
pub(crate) struct TestApp {
    pub(crate) address: SocketAddr,
    database: Database,
}

impl Backend {
    /// The one this run is about.
    #[expect(
        clippy::disallowed_methods,
        reason = "tests are configured by their environment"
    )]
    fn of_this_run() -> Self {
        match std::env::var("TASKHIVE_TEST_DATABASE").as_deref() {
            Err(_) | Ok("sqlite") => Self::Sqlite,
            Ok("postgres") => Self::Postgres,
            Ok(other) => panic!("TASKHIVE_TEST_DATABASE is sqlite or postgres, not {other}"),
        }
    }
}

/// What signs the tokens of every service in these tests.
pub(crate) fn signing_secrets() -> SigningSecrets {
    SigningSecrets::parse(SECRET).unwrap()
}

impl TestApp {
    /// With the settings that hold when nothing is set, but without limits of rate, which have tests of their own.
    pub(crate) async fn new() -> Self {
        Self::with(&[]).await
    }

    /// With some settings of its own.
    pub(crate) async fn with(settings: &[(&str, &str)]) -> Self {
        Self::on(Backend::of_this_run(), settings).await
    }

    /// On a database of the test's own choice.
    pub(crate) async fn on(backend: Backend, settings: &[(&str, &str)]) -> Self {
        let (database, store) = match backend {
            Backend::Sqlite => {
                let file = SqliteFile::new();
                let store = Store::connect(file.settings()).await.unwrap();
                store.migrate().await.unwrap();
                (Database::Sqlite(file), store)
            }
            Backend::Postgres => {
                let database = PostgresDatabase::migrated().await;
                let store = Store::connect(database.settings()).await.unwrap();
                (Database::Postgres(database), store)
            }
        };
        let address = serve(&store, settings).await;
        Self { address, database }
    }

    /// One more instance of the service on the same database: where it listens.
    pub(crate) async fn another_instance(&self) -> Client {
        let settings = match &self.database {
            Database::Sqlite(file) => file.settings(),
            Database::Postgres(database) => database.settings(),
        };
        let store = Store::connect(settings).await.unwrap();
        Client::new(serve(&store, &[]).await)
    }

    /// Somebody who sends no credential.
    pub(crate) fn anonymous(&self) -> Client {
        Client::new(self.address)
    }

    /// A new account under `name`, signed in.
    pub(crate) async fn user(&self, name: &str) -> TestUser {
        let email = format!("{name}@example.org");
        let input = json!({"email": email, "password": PASSWORD});
        let reply = self
            .anonymous()
            .run(REGISTER, json!({ "input": input }))
            .await;
        TestUser::new(
            &self.anonymous(),
            email,
            PASSWORD,
            &reply.data()["register"],
        )
    }

    /// Makes the database useless under the running service, in the way that says most about itself: tables have other
    /// names, or the file holds something else.
    pub(crate) async fn break_database(&self) {
        match &self.database {
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
    pub(crate) fn internals(&self) -> Vec<String> {
        match &self.database {
            Database::Postgres(_) => Vec::new(),
            Database::Sqlite(file) => vec![file.path()],
        }
    }
}

/// Starts an instance on a database, and says where it listens.
async fn serve(store: &Store, settings: &[(&str, &str)]) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let config = config(address, settings);
    let hasher = Arc::new(PlainHasher::default());
    let app = wiring::build_with(&config, store, &signing_secrets(), hasher).unwrap();
    let limits = ServerLimits {
        connections: config.limits.connections,
        header_timeout: config.limits.headers,
        notice: std::time::Duration::ZERO,
        grace: config.limits.grace,
    };
    let never = std::future::pending();
    tokio::spawn(server::serve(
        listener,
        app.router,
        limits,
        app.shutdown,
        never,
    ));
    address
}

fn config(address: SocketAddr, settings: &[(&str, &str)]) -> Config {
    let port = address.port().to_string();
    let unlimited = [
        "LIMIT_LOGIN_PER_MINUTE",
        "LIMIT_REGISTER_PER_HOUR",
        "LIMIT_REFRESH_PER_MINUTE",
        "LIMIT_ACCOUNT_FAILURES",
        "LIMIT_ACCOUNT_FAILURES_PER_HOUR",
        "LIMIT_REQUESTS_PER_MINUTE",
    ];
    let mut vars: BTreeMap<String, String> = unlimited
        .iter()
        .map(|name| ((*name).to_owned(), "0".to_owned()))
        .collect();
    vars.insert("PORT".to_owned(), port);
    vars.extend(
        settings
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
    );
    Config::from_vars(&vars).unwrap()
}

/// In place, because the file is mapped into memory: cutting it short would end the process.
fn overwrite(path: &str) {
    use std::io::Write;
    let length = std::fs::metadata(path).map_or(0, |file| file.len());
    let garbage = vec![0xA5; usize::try_from(length).unwrap()];
    let mut file = std::fs::OpenOptions::new().write(true).open(path).unwrap();
    file.write_all(&garbage).unwrap();
}
