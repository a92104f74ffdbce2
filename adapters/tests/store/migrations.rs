//! Migrations run once, whoever comes first; looking at them changes nothing; and each can be taken back.

use futures_util::future::join_all;
use taskhive_adapters::store::Store;

use crate::support::{PostgresDatabase, SqliteFile};

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
    let up = include_str!("../../../migrations/postgres/20261123000000_initial/up.sql");
    let down = include_str!("../../../migrations/postgres/20261123000000_initial/down.sql");
    for _ in 0..2 {
        client.batch_execute(up).await.unwrap();
        client.batch_execute(down).await.unwrap();
    }
}

#[test]
fn down_takes_back_what_up_made_on_sqlite() {
    use diesel::connection::SimpleConnection;
    use diesel::{Connection, SqliteConnection};

    let file = SqliteFile::new();
    let mut conn = SqliteConnection::establish(&file.path()).unwrap();
    let up = include_str!("../../../migrations/sqlite/20261123000000_initial/up.sql");
    let down = include_str!("../../../migrations/sqlite/20261123000000_initial/down.sql");
    for _ in 0..2 {
        conn.batch_execute(up).unwrap();
        conn.batch_execute(down).unwrap();
    }
}
