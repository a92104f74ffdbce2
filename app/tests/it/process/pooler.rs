//! The program behind PgBouncer, which lends a connection to the server for one transaction: statements that were prepared
//! must be known on each.

use std::path::Path;

use futures_util::future::join_all;
use serde_json::json;
use tempfile::tempdir;
use testkit::databases::PostgresDatabase;
use testkit::pooler::PgBouncer;
use testkit::{DELETE, Process, SECRET, Socket, TASK, TASK_EVENTS, TestUser, UPDATE};

use super::server::{outcome, refusal};
use crate::TASKHIVE;

/// 1.18: statements stay where they were prepared.
const UNSUPPORTED: &str = "bookworm";
/// 1.24.
const SUPPORTED: &str = "trixie";
/// Fewer servers than clients, so that clients meet servers that others had.
const TRANSACTIONS: &str = "pool_mode = transaction\ndefault_pool_size = 2";
/// Tasks that live at the same time.
const TASKS: usize = 16;

fn start(directory: &Path, through: &str, direct: &str) -> Process {
    let settings = [
        ("DATABASE_URL", through),
        ("DATABASE_DIRECT_URL", direct),
        ("JWT_SECRET", SECRET),
        // The servers of the pooler are few, and what waits for one waits long on a busy machine.
        ("LIMIT_STATEMENT_SECONDS", "60"),
        ("LIMIT_POOL_WAIT_SECONDS", "60"),
        ("LIMIT_EXECUTION_SECONDS", "120"),
    ];
    TASKHIVE.start(directory, &settings)
}

/// A task is made, changed, found in every way, and deleted. The statements are those of shared connections and of others.
async fn live_through_a_task(user: &TestUser, number: usize) {
    let title = format!("number {number:03} of {}", user.email);
    let id = user.create_id(&title).await;
    let input = json!({"id": id, "description": title});
    let updated = user.mutate(UPDATE, input).await;
    assert_eq!(updated.data()["updateTask"]["task"]["version"], 2);
    let read = user.run(TASK, json!({ "id": id })).await;
    assert_eq!(read.data()["task"]["description"], title);
    let found = user.titles(json!({"filter": {"search": format!("number {number:03}")}}));
    assert_eq!(found.await, [title]);
    let deleted = user.mutate(DELETE, json!({ "id": id })).await;
    assert_eq!(deleted.data()["deleteTask"]["deletedTaskId"], json!(id));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_instances_serve_through_one_that_carries_statements_along() {
    let database = PostgresDatabase::migrated().await;
    let configuration = format!("{TRANSACTIONS}\nmax_prepared_statements = 100");
    let pooler = PgBouncer::start(SUPPORTED, &database.url, &configuration);
    let through = pooler.url(&database.url);
    let directories = [tempdir().unwrap(), tempdir().unwrap()];
    let services = directories
        .each_ref()
        .map(|directory| start(directory.path(), &through, &database.url));
    let mut socket = None;
    for (name, service, other) in [
        ("ada", &services[0], &services[1]),
        ("bea", &services[1], &services[0]),
    ] {
        let user = service.user(name).await;
        let mut listening = Socket::signed_in(other.address, &user).await;
        listening.subscribe("1", TASK_EVENTS).await;
        join_all((0..TASKS).map(|number| live_through_a_task(&user, number))).await;
        assert_eq!(listening.hear().await["type"], "next");
        socket = Some(listening);
    }
    drop(socket);
    let examined = outcome(&through, &["doctor"]);
    let said = String::from_utf8(examined.stdout).unwrap();
    assert!(said.contains("ok     prepared statements: "), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_forgets_statements_is_found_out_at_the_start() {
    let database = PostgresDatabase::migrated().await;
    let switched_off = format!("{TRANSACTIONS}\nmax_prepared_statements = 0");
    for (release, configuration) in [
        (UNSUPPORTED, TRANSACTIONS),
        (SUPPORTED, switched_off.as_str()),
    ] {
        let pooler = PgBouncer::start(release, &database.url, configuration);
        let through = pooler.url(&database.url);
        let message = refusal(&through, &["serve"]);
        assert!(
            message.contains("prepared statements") && message.contains("max_prepared_statements"),
            "{message}"
        );
        let examined = outcome(&through, &["doctor"]);
        assert_eq!(examined.status.code(), Some(1));
        let said = String::from_utf8(examined.stdout).unwrap();
        assert!(
            said.contains("WRONG  prepared statements: ")
                && said.contains("max_prepared_statements"),
            "{said}"
        );
    }
}

/// What `docs/operations.md` says of old ones.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_one_in_session_mode_serves() {
    let database = PostgresDatabase::migrated().await;
    let pooler = PgBouncer::start(UNSUPPORTED, &database.url, "pool_mode = session");
    let directory = tempdir().unwrap();
    let service = start(directory.path(), &pooler.url(&database.url), &database.url);
    let ada = service.user("ada").await;
    join_all((0..TASKS).map(|number| live_through_a_task(&ada, number))).await;
}
