//! Both databases keep the contract of the domain's repositories.

use std::sync::Arc;

use taskhive_adapters::backend::Backend;
use taskhive_domain::testing::contract::Repositories;

use testkit::databases::{PostgresDatabase, SqliteFile};

mod sqlite {
    taskhive_domain::repository_contract!(super::sqlite_repositories());
}

mod postgres {
    taskhive_domain::repository_contract!(super::postgres_repositories());
}

/// In a file of its own.
async fn sqlite_repositories() -> (SqliteFile, Repositories) {
    let file = SqliteFile::new();
    let backend = Backend::open(file.settings()).await.unwrap();
    backend.migrate().await.unwrap();
    (file, repositories(&backend))
}

/// In a database of its own.
async fn postgres_repositories() -> (PostgresDatabase, Repositories) {
    let database = PostgresDatabase::migrated().await;
    let backend = Backend::open(database.settings()).await.unwrap();
    (database, repositories(&backend))
}

fn repositories(backend: &Backend) -> Repositories {
    Repositories {
        tasks: Arc::clone(&backend.tasks),
        changes: Arc::clone(&backend.changes),
        users: Arc::clone(&backend.users),
        external: Arc::clone(&backend.external_users),
        sessions: Arc::clone(&backend.sessions),
        archive: Arc::clone(&backend.archive),
    }
}
