//! Both databases keep the contract of the domain's repositories.

use taskhive_adapters::store::Store;
use taskhive_domain::testing::contract::Repositories;

use crate::support::{PostgresDatabase, SqliteFile};

mod sqlite {
    taskhive_domain::repository_contract!(super::sqlite_repositories());
}

mod postgres {
    taskhive_domain::repository_contract!(super::postgres_repositories());
}

/// In a file of its own.
async fn sqlite_repositories() -> (SqliteFile, Repositories) {
    let file = SqliteFile::new();
    let store = Store::connect(file.settings()).await.unwrap();
    store.migrate().await.unwrap();
    (file, repositories(&store))
}

/// In a database of its own.
async fn postgres_repositories() -> (PostgresDatabase, Repositories) {
    let database = PostgresDatabase::migrated().await;
    let store = Store::connect(database.settings()).await.unwrap();
    (database, repositories(&store))
}

fn repositories(store: &Store) -> Repositories {
    Repositories {
        tasks: store.tasks(),
        users: store.users(),
        external: store.external_users(),
        sessions: store.sessions(),
    }
}
