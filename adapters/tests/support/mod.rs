//! Empty, migrated databases for tests: a temporary SQLite file, or a database of its own on the PostgreSQL server that
//! `scripts/with-postgres` starts. Each is removed when its guard is dropped.

use std::time::Duration;

use taskhive_adapters::backend::Backend;
use taskhive_adapters::store::{StoreSettings, StoreUrl};
use tempfile::TempDir;
use tokio::runtime::Handle;
use tokio::sync::OnceCell;
use tokio_postgres::{Client, NoTls};
use uuid::Uuid;

/// Keeps a SQLite file for as long as it lives.
pub(crate) struct SqliteFile(TempDir);

impl SqliteFile {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub(crate) fn path(&self) -> String {
        let path = self.0.path().join("taskhive.db");
        path.to_str().unwrap().to_owned()
    }

    pub(crate) fn settings(&self) -> StoreSettings {
        settings(&format!("sqlite://{}", self.path()))
    }
}

/// Keeps a PostgreSQL database for as long as it lives.
pub(crate) struct PostgresDatabase {
    pub(crate) url: String,
    name: String,
}

impl PostgresDatabase {
    /// An empty one, without tables.
    pub(crate) async fn empty() -> Self {
        Self::create("template0").await
    }

    /// A migrated one: a copy of one that was migrated once, which is faster than migrating each.
    pub(crate) async fn migrated() -> Self {
        static TEMPLATE: OnceCell<String> = OnceCell::const_new();
        let template = TEMPLATE
            .get_or_init(async || {
                let template = Self::empty().await;
                let backend = Backend::open(template.settings()).await.unwrap();
                backend.migrate().await.unwrap();
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

    pub(crate) fn settings(&self) -> StoreSettings {
        settings(&self.url)
    }

    /// A connection past the store.
    pub(crate) async fn client(&self) -> Client {
        client(&self.url).await
    }
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

/// Few connections: many tests run at once, and what needs more is a defect.
pub(crate) fn settings(url: &str) -> StoreSettings {
    StoreSettings {
        url: StoreUrl::parse(url).unwrap(),
        direct_url: None,
        pool_size: 4,
        wait_timeout: Duration::from_secs(20),
        statement_timeout: Duration::from_secs(5),
    }
}

async fn client(url: &str) -> Client {
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
