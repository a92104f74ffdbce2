//! What happens to a task reaches its owner's watchers on every instance, whatever is lost on the way.

mod instance;

use futures_util::{FutureExt, StreamExt};
use taskhive_adapters::backend::Backend;
use taskhive_domain::event::TaskChange;
use taskhive_domain::ports::Poke;
use taskhive_domain::{Identity, TaskError, UserId};

use self::instance::{Instance, next, next_change, poked};
use crate::failures::NOW;
use testkit::databases::{PostgresDatabase, SqliteFile, settings};

/// Two instances that hear each other, and a user.
async fn two_instances(database: &PostgresDatabase) -> (Instance, Instance, Identity) {
    let here = Instance::start(database, "here").await;
    let there = Instance::start(database, "there").await;
    let ada = here.user("ada@example.org").await;
    (here, there, ada)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_s_life_is_told_on_every_instance_in_order_and_once() {
    let database = PostgresDatabase::migrated().await;
    let (here, there, ada) = two_instances(&database).await;
    let mut streams = [here.watch(ada).await, there.watch(ada).await];

    for _ in 0..2 {
        let task = here.create(ada).await;
        for stream in &mut streams {
            assert_eq!(next_change(stream).await, TaskChange::Created(task.clone()));
        }
        for instance in [&there, &here, &there] {
            let toggled = instance.toggle(ada, task.id).await;
            for stream in &mut streams {
                let event = next(stream).await;
                assert_eq!(event.task, task.id);
                assert_eq!(event.change, TaskChange::Updated(toggled.clone()));
                assert_eq!(event.occurred_at, toggled.updated_at);
                assert_eq!(event.position.number, toggled.change);
            }
        }
        there.tasks.delete(ada, task.id).await.unwrap();
        for stream in &mut streams {
            assert_eq!(next_change(stream).await, TaskChange::Deleted);
        }
        here.tasks.restore(ada, &[task.id]).await.unwrap();
        for stream in &mut streams {
            assert!(matches!(next_change(stream).await, TaskChange::Created(_)));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_owner_is_told() {
    let database = PostgresDatabase::migrated().await;
    let (here, there, ada) = two_instances(&database).await;
    let bob = here.user("bob@example.org").await;
    let (mut adas, mut bobs) = (there.watch(ada).await, there.watch(bob).await);

    here.create(ada).await;
    let last = here.create(bob).await;
    next(&mut adas).await;

    assert_eq!(next_change(&mut bobs).await, TaskChange::Created(last));
    assert!(adas.next().now_or_never().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_on_two_instances_never_make_a_version_go_back() {
    const EACH: i32 = 40;
    let database = PostgresDatabase::migrated().await;
    let (here, there, ada) = two_instances(&database).await;
    let task = here.create(ada).await;
    let streams = [here.watch(ada).await, there.watch(ada).await];

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
async fn a_listening_connection_that_is_lost_costs_nothing_but_time() {
    let database = PostgresDatabase::migrated().await;
    let (here, there, ada) = two_instances(&database).await;
    let mut stream = there.watch(ada).await;
    let task = here.create(ada).await;
    next(&mut stream).await;

    let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                WHERE datname = current_database() AND application_name = 'there'";
    let client = database.client().await;
    for killed in 0..3 {
        client.execute(kill, &[]).await.unwrap();
        let toggled = here.toggle(ada, task.id).await;
        let told = next_change(&mut stream).await;
        assert_eq!(told, TaskChange::Updated(toggled), "after {killed}");
    }
}

/// As an instance that is killed between its commit and its message.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_nobody_tells_is_found_within_seconds() {
    let database = PostgresDatabase::migrated().await;
    let (_here, there, ada) = two_instances(&database).await;
    let mute = Instance::on(Backend::open(database.settings()).await.unwrap());
    let mut stream = there.watch(ada).await;
    let task = mute.create(ada).await;
    assert_eq!(next_change(&mut stream).await, TaskChange::Created(task));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_by_another_process_on_the_same_file_is_found_within_seconds() {
    let file = SqliteFile::new();
    let here = Instance::with(file.settings()).await;
    here.backend.migrate().await.unwrap();
    let ada = here.user("ada@example.org").await;
    let mute = Instance::on(Backend::open(file.settings()).await.unwrap());
    let mut stream = here.watch(ada).await;
    let task = mute.create(ada).await;
    assert_eq!(next_change(&mut stream).await, TaskChange::Created(task));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_deleted_ends_its_streams_on_every_instance() {
    let database = PostgresDatabase::migrated().await;
    let (here, there, ada) = two_instances(&database).await;
    let mut stream = there.watch(ada).await;
    let users = &here.backend.users;
    let hash = users
        .credentials_of(ada.user())
        .await
        .unwrap()
        .unwrap()
        .hash;
    users.delete(ada.user(), &hash, NOW).await.unwrap();
    let end = stream.next().await;
    assert!(matches!(end, Some(Err(TaskError::AccountGone))));
    assert!(stream.next().await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_burst_everything_arrives_and_nothing_twice() {
    const BURST: usize = 2_000;
    let database = PostgresDatabase::migrated().await;
    let (here, there, ada) = two_instances(&database).await;
    let (mut near, mut far) = (here.watch(ada).await, there.watch(ada).await);
    let reader = tokio::spawn(async move {
        let (mut told, mut also) = (Vec::new(), Vec::new());
        while told.len() < BURST || also.len() < BURST {
            tokio::select! {
                event = near.next(), if told.len() < BURST => told.push(event.unwrap().unwrap().task),
                event = far.next(), if also.len() < BURST => also.push(event.unwrap().unwrap().task),
            }
        }
        (told, also)
    });
    let mut made = Vec::new();
    for _ in 0..BURST {
        made.push(here.create(ada).await.id);
    }
    let (told, also) = reader.await.unwrap();
    assert_eq!(told, made);
    assert_eq!(also, made);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_away_keeps_nobody_from_being_poked_here() {
    let directory = tempfile::TempDir::new().unwrap();
    let url = format!("postgres:///t?host={}&user=u", directory.path().display());
    let instance = Instance::with(settings(&url)).await;
    let ada = UserId::new(NOW);
    let mut pokes = instance.backend.events.subscribe(ada);
    for _ in 0..10 {
        instance.backend.events.publish(ada, Poke::Look);
        poked(&mut pokes).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_listens_when_the_last_user_is_gone_and_what_waits_is_told() {
    let database = PostgresDatabase::migrated().await;
    let (here, there, ada) = two_instances(&database).await;
    let mut stream = there.watch(ada).await;
    let task = here.create(ada).await;
    drop(here);
    assert_eq!(next_change(&mut stream).await, TaskChange::Created(task));

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
    let (database, there, owners) = staying.block_on(async {
        let database = PostgresDatabase::migrated().await;
        let there = Instance::start(&database, "there").await;
        let mut owners = Vec::new();
        for n in 0..10 {
            // Nothing has changed there, so no comparison pokes their watchers.
            owners.push(there.user(&format!("{n}@example.org")).await.user());
        }
        (database, there, owners)
    });
    let mut pokes = leaving.block_on(async {
        let here = Instance::start(&database, "here").await;
        // Heard, or about to be: an instance pokes everybody when it begins to hear.
        let mut first = there.backend.events.subscribe(owners[0]);
        here.backend.events.publish(owners[0], Poke::Look);
        poked(&mut first).await;
        let subscribe = |owner: &UserId| there.backend.events.subscribe(*owner);
        let pokes: Vec<_> = owners.iter().map(subscribe).collect();
        for owner in &owners {
            here.backend.events.publish(*owner, Poke::Look);
        }
        here.backend.close().await;
        pokes
    });
    drop(leaving);
    staying.block_on(async {
        for pokes in &mut pokes {
            poked(pokes).await;
        }
        tokio::spawn(async { drop(database) }).await.unwrap();
    });
}
