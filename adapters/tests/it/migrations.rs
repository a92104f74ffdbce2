//! Migrations run once, whoever comes first; looking at them changes nothing; and each can be taken back.

use futures_util::future::join_all;
use taskhive_adapters::store::Store;

use testkit::databases::{PostgresDatabase, SqliteFile};

/// Eight processes that start at once, as far as the database can tell.
async fn eight_migrators_share_the_work(stores: Vec<Store>) {
    let pending = stores[0].pending_migrations().await.unwrap();
    assert!(!pending.is_empty());
    assert_eq!(stores[0].pending_migrations().await.unwrap(), pending);

    let migrators = stores
        .iter()
        .cloned()
        .map(|store| tokio::spawn(async move { store.migrate().await.unwrap() }));
    let steps: Vec<usize> = join_all(migrators)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();

    assert_eq!(steps.iter().sum::<usize>(), pending.len(), "{steps:?}");
    assert_eq!(steps.iter().filter(|steps| **steps > 0).count(), 1);
    for store in stores {
        assert!(store.pending_migrations().await.unwrap().is_empty());
        assert_eq!(store.migrate().await.unwrap(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_migrators_share_the_work_on_sqlite() {
    let file = SqliteFile::new();
    let mut stores = Vec::new();
    for _ in 0..8 {
        stores.push(Store::connect(file.settings()).await.unwrap());
    }
    eight_migrators_share_the_work(stores).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_migrators_share_the_work_on_postgres() {
    let database = PostgresDatabase::empty().await;
    let mut stores = Vec::new();
    for _ in 0..8 {
        stores.push(Store::connect(database.settings()).await.unwrap());
    }
    eight_migrators_share_the_work(stores).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_at_an_empty_database_leaves_it_empty() {
    let database = PostgresDatabase::empty().await;
    let store = Store::connect(database.settings()).await.unwrap();
    store.pending_migrations().await.unwrap();
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    let count: i64 = database
        .client()
        .await
        .query_one(tables, &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(count, 0);
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

/// All migrations up, in order, and down again.
fn steps(database: &str) -> Vec<String> {
    let root = format!("{}/../migrations/{database}", env!("CARGO_MANIFEST_DIR"));
    let mut folders: Vec<_> = std::fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    folders.sort();
    let read = |path: std::path::PathBuf| std::fs::read_to_string(path).unwrap();
    let up = folders.iter().map(|folder| read(folder.join("up.sql")));
    let down = folders.iter().rev();
    up.chain(down.map(|folder| read(folder.join("down.sql"))))
        .collect()
}
