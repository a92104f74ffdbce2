//! What happens to a task reaches its owner's watchers on every instance, and where something may be missing, they are told.

mod instance;

use std::collections::HashSet;
use std::sync::Arc;

use futures_util::{FutureExt, StreamExt};
use taskhive_adapters::backend::Backend;
use taskhive_adapters::store::StoreSettings;
use taskhive_domain::event::{Lagged, TaskChange, TaskEvent};
use taskhive_domain::listing::TaskFilter;
use taskhive_domain::{TaskId, UserId};

use self::instance::{Instance, next, next_change};
use crate::failures::{LOCK_EVERYTHING, NOW, register, until_waiting};
use testkit::databases::{PostgresDatabase, SqliteFile, settings};

/// Two instances that hear each other, and a user.
async fn two_instances(database: &PostgresDatabase) -> (Instance, Instance, UserId) {
    let here = Instance::start(database, "here").await;
    let there = Instance::start(database, "there").await;
    here.until_it_hears(&there).await;
    there.until_it_hears(&here).await;
    let (ada, _) = register(&here.backend, "ada@example.org").await.unwrap();
    (here, there, ada.id)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_s_life_is_told_on_every_instance_in_order_and_once() {
    let database = PostgresDatabase::migrated().await;
    let (here, there, ada) = two_instances(&database).await;
    let mut streams = [here.events.subscribe(ada), there.events.subscribe(ada)];

    for _ in 0..2 {
        let task = here.create(ada).await;
        for stream in &mut streams {
            assert_eq!(next_change(stream).await, TaskChange::Created(task.clone()));
        }
        for instance in [&there, &here, &there] {
            let toggled = instance.toggle(ada, task.id).await;
            for stream in &mut streams {
                assert_eq!(
                    next(stream).await,
                    Ok(TaskEvent {
                        task: task.id,
                        change: TaskChange::Updated(toggled.clone()),
                        occurred_at: NOW
                    })
                );
            }
        }
        there.delete(ada, task.id).await;
        for stream in &mut streams {
            assert_eq!(next_change(stream).await, TaskChange::Deleted);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_owner_is_told() {
    let database = PostgresDatabase::migrated().await;
    let (here, there, ada) = two_instances(&database).await;
    let (bob, _) = register(&here.backend, "bob@example.org").await.unwrap();
    let (mut adas, mut bobs) = (there.events.subscribe(ada), there.events.subscribe(bob.id));

    here.create(ada).await;
    let last = here.create(bob.id).await;
    next(&mut adas).await.unwrap();

    assert_eq!(next_change(&mut bobs).await, TaskChange::Created(last));
    assert_eq!(adas.next().now_or_never(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_on_two_instances_never_make_a_version_go_back() {
    const EACH: i32 = 40;
    let database = PostgresDatabase::migrated().await;
    let (here, there, ada) = two_instances(&database).await;
    let task = here.create(ada).await;
    here.until_it_hears(&there).await;
    there.until_it_hears(&here).await;
    let streams = [here.events.subscribe(ada), there.events.subscribe(ada)];

    let toggle = async |instance: &Instance| {
        for _ in 0..EACH / 2 {
            tokio::join!(instance.toggle(ada, task.id), instance.toggle(ada, task.id));
        }
    };
    tokio::join!(toggle(&here), toggle(&there));

    for mut stream in streams {
        let mut version = 1;
        while version < 1 + 2 * EACH {
            let TaskChange::Updated(task) = next_change(&mut stream).await else {
                panic!("only updates");
            };
            assert!(task.version > version, "{} after {version}", task.version);
            version = task.version;
        }
        assert_eq!(version, 1 + 2 * EACH);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_connection_is_a_gap_for_that_instance_and_then_comes_back() {
    let database = PostgresDatabase::migrated().await;
    let (here, there, ada) = two_instances(&database).await;
    let third = Instance::start(&database, "third").await;
    third.until_it_hears(&here).await;
    let (mut lost, mut unaffected) = (there.events.subscribe(ada), third.events.subscribe(ada));

    let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                WHERE datname = current_database() AND application_name = 'there'";
    let client = database.client().await;
    assert_eq!(client.execute(kill, &[]).await.unwrap(), 1);

    assert_eq!(next(&mut lost).await, Err(Lagged));
    assert_eq!(lost.next().await, None);
    let mut found = there.events.subscribe(ada);
    let task = here.create(ada).await;
    for stream in [&mut found, &mut unaffected] {
        assert_eq!(next_change(stream).await, TaskChange::Created(task.clone()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn too_much_to_tell_is_a_gap_for_the_others() {
    let database = PostgresDatabase::migrated().await;
    let there = Instance::start(&database, "there").await;
    let here = Instance::with(StoreSettings {
        pool_size: 1,
        ..database.settings()
    })
    .await;
    there.until_it_hears(&here).await;
    here.until_it_hears(&there).await;
    let ada = UserId::new(NOW);
    let mut watching = there.events.subscribe(UserId::new(NOW));

    // The one connection that is lent waits for a lock, so nothing can be sent.
    let client = database.client().await;
    client.batch_execute(LOCK_EVERYTHING).await.unwrap();
    let tasks = Arc::clone(&here.tasks);
    let blocked = tokio::spawn(async move { tasks.count(ada, &TaskFilter::default()).await });
    until_waiting(&database, 1).await;
    for _ in 0..6_000 {
        here.publish(ada, TaskId::new(NOW), TaskChange::Deleted);
    }
    client.batch_execute("ROLLBACK").await.unwrap();

    assert_eq!(next(&mut watching).await, Err(Lagged));
    assert_eq!(blocked.await.unwrap().unwrap(), 0);
    let mut after = there.events.subscribe(ada);
    here.publish(ada, TaskId::new(NOW), TaskChange::Deleted);
    assert_eq!(next_change(&mut after).await, TaskChange::Deleted);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_burst_every_event_arrives_or_the_gap_is_told() {
    const BURST: usize = 6_000;
    let database = PostgresDatabase::migrated().await;
    let (here, there, ada) = two_instances(&database).await;
    let mut stream = there.events.subscribe(ada);
    let watcher = tokio::spawn(async move {
        let mut seen = HashSet::new();
        while seen.len() < BURST
            && let Ok(event) = next(&mut stream).await
        {
            assert!(seen.insert(event.task), "told twice");
        }
        seen.len()
    });

    for _ in 0..BURST {
        here.publish(ada, TaskId::new(NOW), TaskChange::Deleted);
    }

    // It ends: with all of them, or with having been told.
    assert!(watcher.await.unwrap() <= BURST);
    let mut after = there.events.subscribe(ada);
    let task = here.create(ada).await;
    let told = async {
        loop {
            match next(&mut after).await {
                Ok(event) if event.task == task.id => return,
                Ok(_) => {}
                Err(Lagged) => return,
            }
        }
    };
    told.await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_away_keeps_nobody_from_watching_here() {
    let directory = tempfile::TempDir::new().unwrap();
    let url = format!("postgres:///t?host={}&user=u", directory.path().display());
    let instance = Instance::with(settings(&url)).await;
    let ada = UserId::new(NOW);
    let mut stream = instance.events.subscribe(ada);
    for _ in 0..10 {
        instance.publish(ada, TaskId::new(NOW), TaskChange::Deleted);
        assert_eq!(next_change(&mut stream).await, TaskChange::Deleted);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_listens_when_the_last_user_is_gone_and_what_waits_is_told() {
    let database = PostgresDatabase::migrated().await;
    let (here, there, ada) = two_instances(&database).await;
    let mut stream = there.events.subscribe(ada);
    here.publish(ada, TaskId::new(NOW), TaskChange::Deleted);
    drop(here);
    assert_eq!(next_change(&mut stream).await, TaskChange::Deleted);

    let client = database.client().await;
    let listening = "SELECT count(*) FROM pg_stat_activity \
                     WHERE datname = current_database() AND application_name = 'here'";
    for _ in 0..100_000 {
        let row = client.query_one(listening, &[]).await.unwrap();
        if row.get::<_, i64>(0) == 0 {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("still listening");
}

#[test]
fn what_is_published_before_the_end_is_told() {
    let runtime = || tokio::runtime::Runtime::new().unwrap();
    let (staying, leaving) = (runtime(), runtime());
    let (database, there) = staying.block_on(async {
        let database = PostgresDatabase::migrated().await;
        let there = Instance::start(&database, "there").await;
        (database, there)
    });
    let ada = UserId::new(NOW);
    let mut stream = leaving.block_on(async {
        let here = Instance::start(&database, "here").await;
        there.until_it_hears(&here).await;
        let stream = there.events.subscribe(ada);
        for _ in 0..100 {
            here.publish(ada, TaskId::new(NOW), TaskChange::Deleted);
        }
        here.backend.close().await;
        stream
    });
    drop(leaving);
    staying.block_on(async {
        for _ in 0..100 {
            assert_eq!(next_change(&mut stream).await, TaskChange::Deleted);
        }
        tokio::spawn(async { drop(database) }).await.unwrap();
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn clones_of_a_backend_share_their_events() {
    let file = SqliteFile::new();
    let backend = Backend::open(file.settings()).await.unwrap();
    let ada = UserId::new(NOW);
    let mut stream = backend.clone().events.subscribe(ada);
    let event = TaskEvent {
        task: TaskId::new(NOW),
        change: TaskChange::Deleted,
        occurred_at: NOW,
    };
    backend.events.publish(ada, event.clone());
    assert_eq!(next(&mut stream).await, Ok(event));
}
