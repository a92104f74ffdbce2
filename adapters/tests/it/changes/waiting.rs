//! Statements that wait for the owner's counter, and then must not believe what they saw before.

use std::sync::Arc;
use std::time::Duration;

use taskhive_adapters::backend::Backend;
use taskhive_adapters::store::StoreSettings;
use taskhive_domain::change::{ChangeNumber, Position};
use taskhive_domain::ports::{ChangesSince, Insertion, Update};
use taskhive_domain::task::{Completion, TaskEdit};
use taskhive_domain::user::PasswordHash;
use taskhive_domain::{TaskId, UserId};
use testkit::databases::PostgresDatabase;
use tokio::time::timeout;
use tokio_postgres::Client;

use super::{changes, numbers, task};
use crate::failures::{NOW, register};

/// A service, an account, and a transaction of somebody else.
struct Scene {
    backend: Backend,
    owner: UserId,
    other: Client,
    database: PostgresDatabase,
}

impl Scene {
    async fn new() -> Self {
        let database = PostgresDatabase::migrated().await;
        let settings = StoreSettings {
            pool_size: 8,
            ..database.settings()
        };
        let backend = Backend::open(settings).await.unwrap();
        let (user, _) = register(&backend, "ada@example.org").await.unwrap();
        Self {
            backend,
            owner: user.id,
            other: database.client().await,
            database,
        }
    }

    async fn store(&self, title: &str) -> TaskId {
        let task = task(title);
        let stored = self.backend.tasks.insert(self.owner, &task).await.unwrap();
        assert!(matches!(stored, Insertion::Created(_)));
        task.id
    }

    /// Keeps everybody from changing a task of the owner until [`release`](Self::release).
    async fn hold(&self) {
        let sql = format!(
            "BEGIN; SELECT FROM task_counters WHERE owner_id = '{}' FOR UPDATE",
            self.owner.uuid()
        );
        self.other.batch_execute(&sql).await.unwrap();
    }

    /// They go on, one after the other; of two that wait, the one that came first.
    async fn release(&self) {
        self.other.batch_execute("COMMIT").await.unwrap();
    }

    /// Returns when so many statements wait for a lock.
    async fn until_waiting(&self, statements: i64) {
        let observer = self.database.client().await;
        let waiting = async {
            let sql = "SELECT count(*) FROM pg_stat_activity \
                       WHERE datname = current_database() AND wait_event_type = 'Lock'";
            while observer.query_one(sql, &[]).await.unwrap().get::<_, i64>(0) < statements {}
        };
        timeout(Duration::from_secs(20), waiting).await.unwrap();
    }

    /// Rows that are left of the owner in all tables of tasks.
    async fn left(&self) -> i64 {
        let sql = format!(
            "SELECT (SELECT count(*) FROM tasks WHERE owner_id = '{0}') \
             + (SELECT count(*) FROM deleted_tasks WHERE owner_id = '{0}') \
             + (SELECT count(*) FROM task_counters WHERE owner_id = '{0}')",
            self.owner.uuid()
        );
        self.other.query_one(&sql, &[]).await.unwrap().get(0)
    }
}

/// The insertion sees the table as it was when it began to wait: without the task being remembered as deleted.
#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_creation_that_waited_for_the_deletion_does_not_undo_it() {
    let scene = Scene::new().await;
    let id = scene.store("doomed").await;
    let repeated = taskhive_domain::task::Task {
        id,
        ..task("doomed")
    };
    scene.hold().await;
    let (tasks, owner) = (Arc::clone(&scene.backend.tasks), scene.owner);
    let deletion = tokio::spawn(async move { tasks.delete(owner, id, NOW).await });
    scene.until_waiting(1).await;
    let tasks = Arc::clone(&scene.backend.tasks);
    let insertion = tokio::spawn(async move { tasks.insert(owner, &repeated).await });
    scene.until_waiting(2).await;
    scene.release().await;

    assert!(deletion.await.unwrap().unwrap().is_some());
    assert_eq!(insertion.await.unwrap().unwrap(), Insertion::Deleted);
    assert_eq!(scene.backend.tasks.find(owner, id).await.unwrap(), None);
}

/// Another task than the one that is deleted meanwhile: what was seen was not true any more, so it is looked at once more.
#[tokio::test(flavor = "multi_thread")]
async fn a_creation_that_waited_for_another_deletion_is_made() {
    let scene = Scene::new().await;
    let id = scene.store("doomed").await;
    scene.hold().await;
    let (tasks, owner) = (Arc::clone(&scene.backend.tasks), scene.owner);
    let deletion = tokio::spawn(async move { tasks.delete(owner, id, NOW).await });
    scene.until_waiting(1).await;
    let tasks = Arc::clone(&scene.backend.tasks);
    let insertion = tokio::spawn(async move { tasks.insert(owner, &task("new")).await });
    scene.until_waiting(2).await;
    scene.release().await;

    let deleted = deletion.await.unwrap().unwrap().unwrap();
    let Insertion::Created(created) = insertion.await.unwrap().unwrap() else {
        panic!("nothing is in its way");
    };
    assert!(created.change > deleted);
    let all = changes(&scene.backend, owner, None).await;
    assert_eq!(numbers(&all), [(created.change.get(), created.id)]);
}

/// What somebody else wrote before it was their turn is what an edit goes by, and a deletion.
#[tokio::test(flavor = "multi_thread")]
async fn changes_that_waited_see_what_came_before_them() {
    let scene = Scene::new().await;
    let (id, owner) = (scene.store("back and forth").await, scene.owner);
    let toggle = || {
        let tasks = Arc::clone(&scene.backend.tasks);
        let toggle = TaskEdit::completion(Completion::Toggle);
        tokio::spawn(async move { tasks.update(owner, id, &toggle, NOW).await })
    };
    scene.hold().await;
    let first = toggle();
    scene.until_waiting(1).await;
    let second = toggle();
    scene.until_waiting(2).await;
    scene.release().await;
    let mut edits = vec![
        first.await.unwrap().unwrap(),
        second.await.unwrap().unwrap(),
    ];

    scene.hold().await;
    let third = toggle();
    scene.until_waiting(1).await;
    let tasks = Arc::clone(&scene.backend.tasks);
    let deletion = tokio::spawn(async move { tasks.delete(owner, id, NOW).await });
    scene.until_waiting(2).await;
    scene.release().await;
    edits.push(third.await.unwrap().unwrap());

    let mut last = ChangeNumber::NONE;
    for (edit, version) in edits.into_iter().zip(2..) {
        let Update::Changed(task) = edit else {
            panic!("every toggle changes the task");
        };
        assert_eq!(task.version, version);
        assert!(task.change > last);
        last = task.change;
    }
    assert!(deletion.await.unwrap().unwrap() > Some(last));
    let remembered = scene.backend.archive.deleted_tasks(owner, None, 9).await;
    let remembered = remembered.unwrap().remove(0).task.unwrap();
    assert_eq!((remembered.version, remembered.is_open()), (4, false));
}

/// Two writers, of whom the one with the later number would commit first: a reader who looks in between would miss the earlier
/// one for good. So it waits, and there is nothing to be seen.
#[tokio::test(flavor = "multi_thread")]
async fn no_later_number_is_seen_before_an_earlier_one() {
    let scene = Scene::new().await;
    let (first, owner) = (TaskId::new(NOW), scene.owner);
    let sql = format!(
        "BEGIN; INSERT INTO tasks (owner_id, id, title, title_folded, description, description_folded, \
         created_at, updated_at, version) VALUES ('{}', '{}', 'x', 'x', '', '', now(), now(), 1)",
        owner.uuid(),
        first.uuid()
    );
    scene.other.batch_execute(&sql).await.unwrap();
    let tasks = Arc::clone(&scene.backend.tasks);
    let second = task("second");
    let id = second.id;
    let insertion = tokio::spawn(async move { tasks.insert(owner, &second).await });
    scene.until_waiting(1).await;

    let before = changes(&scene.backend, owner, None).await;
    assert_eq!(numbers(&before), []);
    assert_eq!(before.end, Position::after(ChangeNumber::NONE));
    scene.release().await;
    insertion.await.unwrap().unwrap();
    let after = changes(&scene.backend, owner, Some(before.end)).await;
    assert_eq!(numbers(&after), [(1, first), (2, id)]);
}

/// Owners do not wait for each other.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_for_the_changes_of_others() {
    let scene = Scene::new().await;
    let (other, _) = register(&scene.backend, "bob@example.org").await.unwrap();
    scene.hold().await;
    let insertion = scene.backend.tasks.insert(other.id, &task("his")).await;
    assert!(matches!(insertion, Ok(Insertion::Created(_))));
    scene.release().await;
}

/// Whichever of the two comes first.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_of_an_account_that_was_deleted_while_a_task_was_stored() {
    for account_first in [true, false] {
        let scene = Scene::new().await;
        scene.store("there").await;
        let gone = scene.store("gone").await;
        let (owner, backend) = (scene.owner, &scene.backend);
        assert!(
            backend
                .tasks
                .delete(owner, gone, NOW)
                .await
                .unwrap()
                .is_some()
        );
        scene.hold().await;
        let leave = || {
            let users = Arc::clone(&backend.users);
            let hash = PasswordHash::new("hash".to_owned());
            tokio::spawn(async move { users.delete(owner, &hash, NOW).await })
        };
        let store = || {
            let tasks = Arc::clone(&backend.tasks);
            tokio::spawn(async move { tasks.insert(owner, &task("late")).await })
        };
        let (leaving, insertion);
        if account_first {
            leaving = leave();
            scene.until_waiting(1).await;
            insertion = store();
        } else {
            insertion = store();
            scene.until_waiting(1).await;
            leaving = leave();
        }
        scene.until_waiting(2).await;
        scene.release().await;

        assert!(leaving.await.unwrap().unwrap().is_some());
        let insertion = insertion.await.unwrap().unwrap();
        assert_eq!(insertion == Insertion::UnknownOwner, account_first);
        assert_eq!(scene.left().await, 0);
        let since = backend.changes.since(owner, None, 9).await.unwrap();
        assert_eq!(since, ChangesSince::UnknownOwner);
    }
}
