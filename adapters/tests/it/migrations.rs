//! Migrations run once, whoever comes first, and each can be taken back.

use std::path::{Path, PathBuf};

use futures_util::future::join_all;
use taskhive_adapters::backend::Backend;

use testkit::databases::{PostgresDatabase, SqliteFile};

/// Eight processes that start at once, as far as the database can tell.
async fn eight_migrators_share_the_work(backends: Vec<Backend>, all: usize) {
    let migrators = backends
        .iter()
        .cloned()
        .map(|backend| tokio::spawn(async move { backend.migrate().await.unwrap() }));
    let steps: Vec<usize> = join_all(migrators)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();

    assert_eq!(steps.iter().sum::<usize>(), all, "{steps:?}");
    assert_eq!(steps.iter().filter(|steps| **steps > 0).count(), 1);
    for backend in backends {
        assert_eq!(backend.migrate().await.unwrap(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_migrators_share_the_work_on_sqlite() {
    let (file, mut backends) = (SqliteFile::new(), Vec::new());
    for _ in 0..8 {
        backends.push(Backend::open(file.settings()).await.unwrap());
    }
    eight_migrators_share_the_work(backends, folders("sqlite").len()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_migrators_share_the_work_on_postgres() {
    let (database, mut backends) = (PostgresDatabase::empty().await, Vec::new());
    for _ in 0..8 {
        backends.push(Backend::open(database.settings()).await.unwrap());
    }
    eight_migrators_share_the_work(backends, folders("postgres").len()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn down_takes_back_what_up_made_on_postgres() {
    let database = PostgresDatabase::empty().await;
    let client = database.client().await;
    for _ in 0..2 {
        for step in steps("postgres") {
            client.batch_execute(&step).await.unwrap();
        }
    }
}

#[test]
fn down_takes_back_what_up_made_on_sqlite() {
    use diesel::connection::SimpleConnection;
    use diesel::{Connection, SqliteConnection};

    let file = SqliteFile::new();
    let mut conn = SqliteConnection::establish(&file.path()).unwrap();
    for _ in 0..2 {
        for step in steps("sqlite") {
            conn.batch_execute(&step).unwrap();
        }
    }
}

/// A folder for each migration, in order.
pub(crate) fn folders(database: &str) -> Vec<PathBuf> {
    let root = format!("{}/../migrations/{database}", env!("CARGO_MANIFEST_DIR"));
    let mut folders: Vec<_> = std::fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    folders.sort();
    folders
}

/// All migrations up, in order, and down again.
fn steps(database: &str) -> Vec<String> {
    let folders = folders(database);
    let down = folders
        .iter()
        .rev()
        .map(|folder| read(&folder.join("down.sql")));
    folders
        .iter()
        .map(|folder| up(folder))
        .chain(down)
        .collect()
}

/// What a migration does.
pub(crate) fn up(folder: &Path) -> String {
    read(&folder.join("up.sql"))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}
