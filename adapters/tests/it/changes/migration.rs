//! Tasks from before changes had numbers.

use std::path::PathBuf;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use taskhive_adapters::backend::Backend;
use taskhive_domain::change::{ChangeNumber, Position};
use taskhive_domain::listing::{PageRequest, Take, TaskFilter, TaskOrder};
use taskhive_domain::{TaskId, UserId};
use testkit::databases::{PostgresDatabase, SqliteFile};
use uuid::Uuid;

use super::{changes, numbers, task};
use crate::migrations::{folders, up};

/// The migration before which there were no numbers.
const THIS: &str = "20261128000001_changes";

const OWNERS: [u128; 2] = [1, 2];

/// Two owners, the second without tasks. `{id:…}` is an id in the database's own way.
const OLD_ROWS: &str = "
    INSERT INTO users VALUES ({id:1}, 'a@example.org', 'x', {at:1}), ({id:2}, 'b@example.org', 'x', {at:1});
    INSERT INTO tasks (owner_id, id, title, title_folded, description, description_folded, created_at, updated_at, version, last_change)
        VALUES ({id:1}, {id:11}, 'x', 'x', '', '', {at:1}, {at:9}, 2, 7),
               ({id:1}, {id:12}, 'x', 'x', '', '', {at:2}, {at:3}, 1, 8),
               ({id:1}, {id:13}, 'x', 'x', '', '', {at:3}, {at:9}, 2, 9);";

fn old_rows(id: impl Fn(u128) -> String, at: impl Fn(u128) -> String) -> String {
    let mut sql = OLD_ROWS.to_owned();
    for n in [1, 2, 11, 12, 13] {
        sql = sql.replace(&format!("{{id:{n}}}"), &id(n));
    }
    for n in [1, 2, 3, 9] {
        sql = sql.replace(&format!("{{at:{n}}}"), &at(n));
    }
    sql
}

/// What is to be run before, and what then: the migration, and those after it.
fn steps(database: &str) -> (Vec<String>, Vec<String>) {
    let earlier = |folder: &PathBuf| folder.file_name().is_some_and(|name| name < THIS);
    let (before, then): (Vec<_>, Vec<_>) = folders(database).into_iter().partition(earlier);
    let up = |folders: Vec<PathBuf>| folders.iter().map(|folder| up(folder)).collect();
    (up(before), up(then))
}

async fn they_are_numbered_as_they_were_changed(backend: Backend) {
    let [owner, other] = OWNERS.map(|id| UserId::from_uuid(Uuid::from_u128(id)));
    let [first, second, third] = [12, 11, 13].map(|id| TaskId::from_uuid(Uuid::from_u128(id)));
    let all = changes(&backend, owner, None).await;
    assert_eq!(numbers(&all), [(1, first), (2, second), (3, third)]);
    assert_eq!(all.end, Position::after(ChangeNumber::new(3)));
    let request = PageRequest {
        filter: TaskFilter::default(),
        order: TaskOrder::RecentlyUpdated,
        take: Take::First(9),
        after: None,
        before: None,
        as_of: true,
    };
    let page = backend.tasks.page(owner, &request).await.unwrap();
    let listed: Vec<TaskId> = page.tasks.iter().map(|task| task.id).collect();
    assert_eq!(listed, [third, second, first]);
    assert_eq!(page.as_of, Some(all.end));
    let none = changes(&backend, other, None).await;
    assert_eq!(none.end, Position::after(ChangeNumber::NONE));
    for (owner, last) in [(owner, 3), (other, 0)] {
        backend.tasks.insert(owner, &task("new")).await.unwrap();
        let newest = backend.changes.newest(&[owner]).await.unwrap();
        assert_eq!(newest, [(owner, ChangeNumber::new(last + 1))]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn old_tasks_are_numbered_on_postgres() {
    let database = PostgresDatabase::empty().await;
    let client = database.client().await;
    let (before, then) = steps("postgres");
    for step in before {
        client.batch_execute(&step).await.unwrap();
    }
    let id = |n: u128| format!("'{}'", Uuid::from_u128(n));
    let at = |n: u128| format!("to_timestamp({n})");
    client.batch_execute(&old_rows(id, at)).await.unwrap();
    for step in then {
        client.batch_execute(&step).await.unwrap();
    }
    let backend = Backend::open(database.settings()).await.unwrap();
    they_are_numbered_as_they_were_changed(backend).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn old_tasks_are_numbered_on_sqlite() {
    let file = SqliteFile::new();
    let mut conn = SqliteConnection::establish(&file.path()).unwrap();
    let (before, then) = steps("sqlite");
    for step in before {
        conn.batch_execute(&step).unwrap();
    }
    let id = |n: u128| format!("x'{}'", Uuid::from_u128(n).simple());
    let at = |n: u128| n.to_string();
    conn.batch_execute(&old_rows(id, at)).unwrap();
    for step in then {
        conn.batch_execute(&step).unwrap();
    }
    drop(conn);
    let backend = Backend::open(file.settings()).await.unwrap();
    they_are_numbered_as_they_were_changed(backend).await;
}
