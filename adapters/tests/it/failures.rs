//! What a caller is told when the database cannot, and that the store recovers by itself.

use std::sync::Arc;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use taskhive_adapters::backend::Backend;
use taskhive_adapters::store::StoreSettings;
use taskhive_domain::listing::TaskFilter;
use taskhive_domain::ports::{InfraError, InfraErrorKind, RegistrationOutcome};
use taskhive_domain::session::{Rotation, Session};
use taskhive_domain::user::{EmailAddress, PasswordHash, User};
use taskhive_domain::{TaskId, Timestamp, UserId};

use testkit::databases::{PostgresDatabase, SqliteFile, settings};

pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
const SOON: Duration = Duration::from_millis(100);

pub(crate) async fn register(
    backend: &Backend,
    email: &str,
) -> Result<(User, Session), InfraError> {
    let user = User {
        id: UserId::new(NOW),
        email: EmailAddress::parse(email).unwrap(),
        created_at: NOW,
    };
    let session = Session::begin(user.id, "test", NOW);
    let hash = PasswordHash::new("hash".to_owned());
    let outcome = backend.users.register(&user, &hash, Some(&session)).await?;
    assert_eq!(outcome, RegistrationOutcome::Registered);
    Ok((user, session))
}

/// Counts tasks, on a connection of the pool.
fn count(backend: &Backend) -> impl Future<Output = Result<u64, InfraError>> + use<> {
    let tasks = Arc::clone(&backend.tasks);
    async move { tasks.count(UserId::new(NOW), &TaskFilter::default()).await }
}

fn kind<T>(result: Result<T, InfraError>) -> InfraErrorKind {
    result.err().expect("a failure").kind
}

/// Waits until as many statements of the store as said wait for a lock. On a connection of its own, because a transaction
/// sees one and the same activity until it ends.
pub(crate) async fn until_waiting(database: &PostgresDatabase, statements: i64) {
    let client = database.client().await;
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                   AND application_name = 'taskhive' AND wait_event_type = 'Lock'";
    for _ in 0..100_000 {
        let row = client.query_one(waiting, &[]).await.unwrap();
        if row.get::<_, i64>(0) == statements {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("never {statements} statements waiting for a lock");
}

pub(crate) const LOCK_EVERYTHING: &str = "BEGIN; LOCK TABLE users, sessions, tasks";

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_there_is_unavailable() {
    let directory = tempfile::TempDir::new().unwrap();
    let url = format!("postgres:///t?host={}&user=u", directory.path().display());
    let backend = Backend::open(settings(&url)).await.unwrap();
    assert_eq!(kind(backend.ping().await), InfraErrorKind::Unavailable);
    assert_eq!(kind(backend.migrate().await), InfraErrorKind::Unavailable);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_free_connection_it_is_unavailable() {
    let database = PostgresDatabase::migrated().await;
    let settings = StoreSettings {
        pool_size: 1,
        wait_timeout: SOON,
        ..database.settings()
    };
    let (backend, client) = (
        Backend::open(settings).await.unwrap(),
        database.client().await,
    );
    client.batch_execute(LOCK_EVERYTHING).await.unwrap();
    let blocked = tokio::spawn(count(&backend));
    until_waiting(&database, 1).await;

    assert_eq!(kind(backend.ping().await), InfraErrorKind::Unavailable);

    client.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(blocked.await.unwrap().unwrap(), 0);
    backend.ping().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_takes_too_long_is_interrupted_and_stopped() {
    let database = PostgresDatabase::migrated().await;
    let settings = StoreSettings {
        pool_size: 1,
        statement_timeout: SOON,
        ..database.settings()
    };
    let (backend, client) = (
        Backend::open(settings).await.unwrap(),
        database.client().await,
    );
    client.batch_execute(LOCK_EVERYTHING).await.unwrap();

    let late = register(&backend, "ada@example.org").await;

    assert_eq!(kind(late), InfraErrorKind::Interrupted);
    until_waiting(&database, 0).await;
    client.batch_execute("ROLLBACK").await.unwrap();
    register(&backend, "ada@example.org").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_lost_in_a_statement_is_interrupted_and_replaced() {
    let database = PostgresDatabase::migrated().await;
    let (backend, client) = (
        Backend::open(database.settings()).await.unwrap(),
        database.client().await,
    );
    client.batch_execute(LOCK_EVERYTHING).await.unwrap();
    let blocked = tokio::spawn(count(&backend));
    until_waiting(&database, 1).await;

    let terminate = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                     WHERE datname = current_database() AND application_name = 'taskhive'";
    client.batch_execute(terminate).await.unwrap();

    assert_eq!(kind(blocked.await.unwrap()), InfraErrorKind::Interrupted);
    client.batch_execute("ROLLBACK").await.unwrap();
    register(&backend, "ada@example.org").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_completed_when_whoever_asked_for_it_went_away() {
    let database = PostgresDatabase::migrated().await;
    let settings = StoreSettings {
        pool_size: 1,
        ..database.settings()
    };
    let (backend, client) = (
        Backend::open(settings).await.unwrap(),
        database.client().await,
    );
    let (_, session) = register(&backend, "ada@example.org").await.unwrap();
    client.batch_execute(LOCK_EVERYTHING).await.unwrap();
    let sessions = Arc::clone(&backend.sessions);
    let rotation = tokio::spawn(async move { sessions.rotate(session.id, 1, NOW).await });
    until_waiting(&database, 1).await;

    rotation.abort();
    assert!(rotation.await.unwrap_err().is_cancelled());
    client.batch_execute("ROLLBACK").await.unwrap();

    let repeated = backend.sessions.rotate(session.id, 1, NOW).await.unwrap();
    assert!(matches!(repeated, Rotation::Repeated(session) if session.generation == 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_breaks_a_rule_is_named_but_not_quoted() {
    let database = PostgresDatabase::migrated().await;
    let (backend, client) = (
        Backend::open(database.settings()).await.unwrap(),
        database.client().await,
    );
    let (user, _) = register(&backend, "ada@example.org").await.unwrap();
    let id = TaskId::new(NOW);
    let (owner_text, id_text) = (user.id.uuid().to_string(), id.uuid().to_string());
    let insert = "INSERT INTO tasks (owner_id, id, title, title_folded, description, \
                  description_folded, created_at, updated_at, version, last_change) \
                  VALUES ($1::text::uuid, $2::text::uuid, E'secret\\nplan', 'x', '', '', \
                  now(), now(), 1, 0)";
    client
        .execute(insert, &[&owner_text, &id_text])
        .await
        .unwrap();

    let error = backend.tasks.find(user.id, id).await.unwrap_err();

    assert_eq!(error.kind, InfraErrorKind::Broken);
    let text = format!("{error} {error:?}");
    assert!(
        text.contains("tasks.title") && text.contains(&id_text),
        "{text}"
    );
    assert!(!text.contains("secret"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_violated_constraint_is_broken_quotes_nothing_and_does_no_harm() {
    let database = PostgresDatabase::migrated().await;
    let file = SqliteFile::new();
    for settings in [database.settings(), file.settings()] {
        let backend = Backend::open(StoreSettings {
            pool_size: 1,
            ..settings
        })
        .await
        .unwrap();
        backend.migrate().await.unwrap();
        let (ada, session) = register(&backend, "ada@example.org").await.unwrap();
        let twin = User {
            email: EmailAddress::parse("eve@example.org").unwrap(),
            ..ada.clone()
        };
        let hash = PasswordHash::new("hash".to_owned());

        let error = backend
            .users
            .register(&twin, &hash, Some(&session))
            .await
            .unwrap_err();

        assert_eq!(error.kind, InfraErrorKind::Broken);
        let text = format!("{error:?}");
        let id = ada.id.uuid().to_string();
        assert!(!text.contains("eve@") && !text.contains(&id), "{text}");
        assert_eq!(backend.users.find(ada.id).await.unwrap(), Some(ada));
        register(&backend, "eve@example.org").await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_locked_by_another_process_is_unavailable_to_writers_only() {
    let file = SqliteFile::new();
    let settings = StoreSettings {
        wait_timeout: SOON,
        ..file.settings()
    };
    let backend = Backend::open(settings).await.unwrap();
    backend.migrate().await.unwrap();
    let (user, _) = register(&backend, "ada@example.org").await.unwrap();
    let mut other = SqliteConnection::establish(&file.path()).unwrap();
    other.batch_execute("BEGIN IMMEDIATE").unwrap();

    let late = register(&backend, "eve@example.org").await;

    assert_eq!(kind(late), InfraErrorKind::Unavailable);
    let all = TaskFilter::default();
    assert_eq!(backend.tasks.count(user.id, &all).await.unwrap(), 0);
    other.batch_execute("ROLLBACK").unwrap();
    register(&backend, "eve@example.org").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_made_says_which_and_why() {
    let missing = settings("sqlite:///nowhere/at/all/taskhive.db");
    let error = Backend::open(missing).await.err().unwrap();
    assert!(error.to_string().contains("/nowhere/at/all/taskhive.db"));
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("the directory must exist"), "{cause}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_new_file_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;

    let file = SqliteFile::new();
    let backend = Backend::open(file.settings()).await.unwrap();
    backend.migrate().await.unwrap();
    register(&backend, "ada@example.org").await.unwrap();
    for name in [file.path(), format!("{}-wal", file.path())] {
        let mode = std::fs::metadata(&name).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}
