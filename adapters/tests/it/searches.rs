//! Searches that take too long: they neither keep their connections nor take all of them.

use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use futures_util::future::join_all;
use taskhive_adapters::backend::Backend;
use taskhive_adapters::store::StoreSettings;
use taskhive_domain::UserId;
use taskhive_domain::listing::{Search, TaskFilter};
use taskhive_domain::ports::{InfraError, InfraErrorKind};

use crate::failures::register;
use testkit::databases::SqliteFile;

/// An account with tasks almost without end: to look through them takes far longer than anybody waits here.
const ENDLESS: &str = "
    DROP TABLE tasks;
    CREATE VIEW tasks AS
        WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 20000000)
        SELECT (SELECT id FROM users) AS owner_id, x'00' AS id, 'x' AS title, 'x' || n AS title_folded,
               '' AS description, '' AS description_folded, n AS created_at, n AS updated_at,
               NULL AS completed_at, TRUE AS is_open, 1 AS version, 1 AS change
        FROM numbers;";

async fn search(backend: &Backend, owner: UserId) -> Result<u64, InfraError> {
    let filter = TaskFilter {
        search: Search::parse("nowhere").unwrap(),
        ..TaskFilter::default()
    };
    backend.tasks.count(owner, &filter).await
}

#[tokio::test(flavor = "multi_thread")]
async fn many_slow_searches_do_not_stop_the_reads_of_others() {
    let file = SqliteFile::new();
    let settings = StoreSettings {
        pool_size: 4,
        wait_timeout: Duration::from_secs(5),
        statement_timeout: Duration::from_millis(300),
        ..file.settings()
    };
    let backend = Backend::open(settings).await.unwrap();
    backend.migrate().await.unwrap();
    let (user, _) = register(&backend, "ada@example.org").await.unwrap();
    let mut conn = SqliteConnection::establish(&file.path()).unwrap();
    conn.batch_execute(ENDLESS).unwrap();

    let searches = join_all((0..8).map(|_| search(&backend, user.id)));
    let reads = async {
        loop {
            let found = backend.users.find(user.id).await.unwrap();
            assert_eq!(found.as_ref(), Some(&user));
        }
    };
    let outcomes = tokio::select! {
        outcomes = searches => outcomes,
        () = reads => unreachable!("it goes on for as long as somebody searches"),
    };

    // Two at a time had a connection, and gave it back.
    let kinds: Vec<_> = outcomes
        .into_iter()
        .map(|outcome| outcome.unwrap_err().kind)
        .collect();
    assert_eq!(kinds, [InfraErrorKind::Interrupted; 8]);
}
