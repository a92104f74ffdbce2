//! The stream of changes when something goes wrong: pokes that get lost, a database that is away, positions and accounts that go.

use super::*;
use crate::change::RESTORABLE_FOR;

#[tokio::test]
async fn pokes_that_get_lost_cost_time_and_nothing_else() {
    let house = House::new();
    let ada = house.user("ada@example.org").await;
    let mut stream = house.watch(ada).await;
    house.events.lose_pokes(true);
    let lost = house.create(ada, "lost").await;
    assert_eq!(arrived(&mut stream), []);
    house.events.lose_pokes(false);

    // As those do who compare how far owners have come.
    let newest = house.store.newest(&[ada.user]).await.unwrap();
    for (owner, number) in newest.repeat(3) {
        house.events.publish(owner, Poke::Reached(number));
    }
    assert_eq!(kinds(&arrived(&mut stream)), [("created", lost.id)]);
    assert_eq!(house.asked(), 1);
    house.events.publish(ada.user, Poke::Reached(lost.change));
    assert_eq!(arrived(&mut stream), []);
    assert_eq!(house.asked(), 0, "nobody asks for what is known");

    house.events.lose_pokes(true);
    let lost = house.toggle(ada, lost.id).await;
    house.events.lose_pokes(false);
    let next = house.create(ada, "next").await;
    let both = [("updated", lost.id), ("created", next.id)];
    assert_eq!(kinds(&arrived(&mut stream)), both);
}

#[tokio::test]
async fn what_was_made_here_is_told_without_asking() {
    let house = House::new();
    let ada = house.user("ada@example.org").await;
    let mut streams = [house.watch(ada).await, house.watch(ada).await];
    for n in 0..10 {
        let task = house.create(ada, &format!("{n}")).await;
        for stream in &mut streams {
            assert_eq!(kinds(&arrived(stream)), [("created", task.id)]);
        }
    }
    assert_eq!(house.asked(), 0);
}

#[tokio::test]
async fn a_database_that_is_away_for_a_while_ends_nothing_that_has_begun() {
    let house = House::new();
    let ada = house.user("ada@example.org").await;
    let before = house.here(ada).await;
    let mut stream = house.watch(ada).await;
    let missed = house.create(ada, "missed").await;
    house.events.publish(ada.user, Poke::Look);
    house.failing(Some(InfraErrorKind::Unavailable));
    let refused = house.tasks.changes(ada, Some(before)).await;
    assert!(matches!(refused, Err(TaskError::Infra(_))));
    assert_eq!(arrived(&mut stream), []);
    assert_eq!(house.events.reminders(), [ada.user]);

    house.failing(None);
    house.events.publish(ada.user, Poke::Reached(missed.change));
    assert_eq!(kinds(&arrived(&mut stream)), [("created", missed.id)]);

    house.failing(Some(InfraErrorKind::Broken));
    house.events.publish(ada.user, Poke::Look);
    let end = stream.next().now_or_never().flatten();
    assert!(matches!(end, Some(Err(TaskError::Infra(_)))));
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn a_position_that_expires_is_the_end() {
    let house = House::new();
    let ada = house.user("ada@example.org").await;
    let before = house.here(ada).await;
    let future = Position::after(before.number.next());
    let refused = house.tasks.changes(ada, Some(future)).await;
    assert!(matches!(refused, Err(TaskError::PositionExpired)));

    let mut stream = house.watch_after(ada, before).await;
    for n in 0..150 {
        house.create(ada, &format!("{n}")).await;
    }
    let task = house.create(ada, "brief").await;
    stream.next().await.unwrap().unwrap();
    house.tasks.delete(ada, task.id).await.unwrap();
    house.clock.advance(RESTORABLE_FOR + Duration::from_secs(1));
    let now = house.clock.now();
    while house
        .store
        .clear_deletions(now, Duration::ZERO, 10)
        .await
        .unwrap()
        > 0
    {}
    let mut rest: Vec<_> = stream.collect().await;
    assert!(matches!(rest.pop(), Some(Err(TaskError::PositionExpired))));
    assert!(rest.len() < 100, "what had been read before");
    assert!(rest.iter().all(Result::is_ok));
}

#[tokio::test]
async fn an_account_that_is_deleted_is_the_end() {
    let house = House::new();
    let ada = house.user("ada@example.org").await;
    let mut stream = house.watch(ada).await;
    UserRepository::delete(
        house.store.as_ref(),
        ada.user,
        &PasswordHash::new(String::new()),
        house.clock.now(),
    )
    .await
    .unwrap();
    house.events.publish(ada.user, Poke::Look);
    assert!(matches!(
        stream.next().await,
        Some(Err(TaskError::AccountGone))
    ));
    assert!(stream.next().await.is_none());
    let refused = house.tasks.changes(ada, None).await;
    assert!(matches!(refused, Err(TaskError::AccountGone)));
}

#[tokio::test]
async fn a_waiting_watcher_is_woken() {
    let house = House::new();
    let ada = house.user("ada@example.org").await;
    let mut changes = house.watch(ada).await;
    let watcher = tokio::spawn(async move { changes.next().await });
    tokio::task::yield_now().await;
    let created = house.create(ada, "news").await;
    let event = watcher.await.unwrap().unwrap().unwrap();
    assert_eq!(event.task, created.id);
}
