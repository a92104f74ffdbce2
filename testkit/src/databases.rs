//! Empty or migrated databases: a temporary SQLite file, or a database of its own on the PostgreSQL server that
//! `scripts/with-postgres` starts. Each is removed when its guard is dropped.
//!
//! The unit tests of the adapters use them, too. They know their own crate twice, as it is tested and as this kit depends on
//! it, so they take the `url` of a database and nothing that names a type of the adapters.

use std::time::Duration;

use taskhive_adapters::backend::Backend;
use taskhive_adapters::store::{StoreSettings, StoreUrl};
use tempfile::TempDir;
use tokio::runtime::Handle;
use tokio::sync::OnceCell;
pub use tokio_postgres::Client;
use tokio_postgres::NoTls;
use uuid::Uuid;

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseKind {
    /// A file.
    Sqlite,
    /// A server.
    Postgres,
}

impl DatabaseKind {
    /// The one this run is about.
    #[expect(
        clippy::disallowed_methods,
        reason = "tests are configured by their environment"
    )]
    pub fn of_this_run() -> Self {
        match std::env::var("TASKHIVE_TEST_DATABASE").as_deref() {
            Err(_) | Ok("sqlite") => Self::Sqlite,
            Ok("postgres") => Self::Postgres,
            Ok(other) => panic!("TASKHIVE_TEST_DATABASE is sqlite or postgres, not {other}"),
        }
    }
}

/// Keeps a SQLite file for as long as it lives.
#[derive(Debug)]
pub struct SqliteFile(TempDir);

impl SqliteFile {
    /// Where one can be made: there is none yet.
    #[expect(clippy::new_without_default, reason = "it makes a folder")]
    pub fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    /// Where the file is.
    pub fn path(&self) -> String {
        let path = self.0.path().join("taskhive.db");
        path.to_str().unwrap().to_owned()
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("sqlite://{}", self.path())
    }

    /// How to open it.
    pub fn settings(&self) -> StoreSettings {
        settings(&self.url())
    }
}

/// Keeps a PostgreSQL database for as long as it lives. To be dropped within a runtime of several threads.
#[derive(Debug)]
pub struct PostgresDatabase {
    /// Its URL.
    pub url: String,
    /// Its name on the server.
    pub name: String,
}

impl PostgresDatabase {
    /// An empty one, without tables.
    pub async fn empty() -> Self {
        Self::create("template0").await
    }

    /// A migrated one: a copy of one that was migrated once, which is faster than migrating each.
    pub async fn migrated() -> Self {
        static TEMPLATE: OnceCell<String> = OnceCell::const_new();
        let template = TEMPLATE
            .get_or_init(async || {
                let template = Self::empty().await;
                let backend = Backend::open(template.settings()).await.unwrap();
                backend.migrate().await.unwrap();
                template.grant_service_role().await;
                // Lives as long as the server, which is thrown away with it.
                let name = template.name.clone();
                std::mem::forget(template);
                name
            })
            .await;
        Self::create(template).await
    }

    async fn create(template: &str) -> Self {
        let name = format!("taskhive_test_{}", Uuid::new_v4().simple());
        // Waits by itself for the last connection to the template to be closed.
        let sql = format!("CREATE DATABASE {name} TEMPLATE {template}");
        client(&server_url())
            .await
            .batch_execute(&sql)
            .await
            .unwrap();
        let url = server_url().replacen("/postgres?", &format!("/{name}?"), 1);
        Self { url, name }
    }

    /// Lets the role of [`service_url`](Self::service_url) do what `docs/operations.md` says, and no more.
    pub async fn grant_service_role(&self) {
        self.make_service_role().await;
        let client = self.client().await;
        client.batch_execute(documented_grants()).await.unwrap();
    }

    /// Makes that role, which may do nothing yet.
    pub async fn make_service_role(&self) {
        // Roles belong to the server, and other tests make the same one.
        let create = format!(
            "DO $$ BEGIN CREATE ROLE {SERVICE_ROLE} LOGIN; \
             EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
        );
        let client = self.client().await;
        client.batch_execute(&create).await.unwrap();
        // Before PostgreSQL 15 everybody may make tables; the script does this, too.
        let only_the_owner = "REVOKE CREATE ON SCHEMA public FROM PUBLIC";
        client.batch_execute(only_the_owner).await.unwrap();
    }

    /// Its URL for a role that may read and change rows, and nothing else.
    pub fn service_url(&self) -> String {
        let (before, user) = self.url.split_once("user=").unwrap();
        let rest = user
            .split_once('&')
            .map_or(String::new(), |(_, rest)| format!("&{rest}"));
        format!("{before}user={SERVICE_ROLE}{rest}")
    }

    /// How to open it.
    pub fn settings(&self) -> StoreSettings {
        settings(&self.url)
    }

    /// A connection past the store.
    pub async fn client(&self) -> Client {
        client(&self.url).await
    }
}

/// The role of the service in the operator's manual.
const SERVICE_ROLE: &str = "tasks_service";

/// The script of the operator's manual, word for word.
fn documented_grants() -> &'static str {
    let manual = include_str!("../../docs/operations.md");
    let mut blocks = manual.split("```sql\n").skip(1);
    let block = blocks.find(|block| block.starts_with("GRANT ")).unwrap();
    block.split("```").next().unwrap()
}

impl Drop for PostgresDatabase {
    fn drop(&mut self) {
        let sql = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        tokio::task::block_in_place(|| {
            Handle::current().block_on(async {
                client(&server_url()).await.batch_execute(&sql).await.ok();
            });
        });
    }
}

/// How to open a database that tests use.
pub fn settings(url: &str) -> StoreSettings {
    StoreSettings {
        url: StoreUrl::parse(url).unwrap(),
        direct_url: None,
        pool_size: POOL_SIZE,
        runtimes: 1,
        wait_timeout: POOL_WAIT,
        statement_timeout: Duration::from_secs(5),
    }
}

/// Few connections: many tests run at once, and what needs more is a defect.
pub(crate) const POOL_SIZE: usize = 4;
/// Many tests run at once, so a connection may be long in coming.
pub(crate) const POOL_WAIT: Duration = Duration::from_secs(20);

pub(crate) async fn client(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests are configured by their environment"
)]
fn server_url() -> String {
    let url = std::env::var("TEST_DATABASE_URL").expect(
        "these tests need a PostgreSQL server: run them with `scripts/with-postgres cargo test …`",
    );
    assert!(
        url.contains("/postgres?"),
        "TEST_DATABASE_URL must name the database `postgres` and have options"
    );
    url
}
