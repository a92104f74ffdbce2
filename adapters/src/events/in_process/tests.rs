//! Who is told what, in which order, and what is kept for it.

use futures_util::{FutureExt, StreamExt};
use taskhive_domain::Timestamp;
use taskhive_domain::event::TaskChange;

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

fn event() -> TaskEvent {
    TaskEvent {
        task: TaskId::new(NOW),
        change: TaskChange::Deleted,
        occurred_at: NOW,
    }
}

fn watched(events: &InProcessEvents) -> usize {
    events.channels.lock().len()
}

#[tokio::test]
async fn every_watcher_of_an_owner_sees_that_owners_events_in_order() {
    let events = InProcessEvents::new();
    let (ada, bob) = (UserId::new(NOW), UserId::new(NOW));
    let mut phone = events.subscribe(ada);
    let mut laptop = events.subscribe(ada);
    let mut other = events.subscribe(bob);

    let published: Vec<TaskEvent> = (0..10).map(|_| event()).collect();
    for event in &published {
        events.publish(ada, event.clone());
    }
    for stream in [&mut phone, &mut laptop] {
        for event in &published {
            assert_eq!(stream.next().await, Some(Ok(event.clone())));
        }
        assert_eq!(stream.next().now_or_never(), None);
    }
    assert_eq!(other.next().now_or_never(), None);
}

#[tokio::test]
async fn watchers_see_what_comes_after_them_only() {
    let events = InProcessEvents::new();
    let ada = UserId::new(NOW);
    let _early = events.subscribe(ada);
    events.publish(ada, event());
    let mut late = events.subscribe(ada);
    let last = event();
    events.publish(ada, last.clone());
    assert_eq!(late.next().await, Some(Ok(last)));
}

#[tokio::test]
async fn a_waiting_watcher_is_woken() {
    let events = InProcessEvents::new();
    let ada = UserId::new(NOW);
    let mut stream = events.subscribe(ada);
    let watcher = tokio::spawn(async move { stream.next().await });
    let event = event();
    events.publish(ada, event.clone());
    assert_eq!(watcher.await.unwrap(), Some(Ok(event)));
}

#[tokio::test]
async fn a_full_buffer_is_no_loss() {
    let events = InProcessEvents::new();
    let ada = UserId::new(NOW);
    let stream = events.subscribe(ada);
    for _ in 0..BUFFER {
        events.publish(ada, event());
    }
    let seen: Vec<_> = stream.take(BUFFER).collect().await;
    assert!(seen.iter().all(Result::is_ok));
}

#[tokio::test]
async fn who_is_too_slow_is_told_once_and_the_stream_ends() {
    let events = InProcessEvents::new();
    let ada = UserId::new(NOW);
    let mut slow = events.subscribe(ada);
    for _ in 0..=BUFFER {
        events.publish(ada, event());
    }
    assert_eq!(slow.next().await, Some(Err(Lagged)));
    assert_eq!(watched(&events), 0, "a lagged watcher no longer counts");
    events.publish(ada, event());
    assert_eq!(slow.next().await, None);
}

#[tokio::test]
async fn nothing_is_kept_for_owners_whom_nobody_watches() {
    let events = InProcessEvents::new();
    let ada = UserId::new(NOW);
    events.publish(ada, event());
    assert_eq!(watched(&events), 0);

    let (phone, laptop) = (events.subscribe(ada), events.subscribe(ada));
    let bob = events.subscribe(UserId::new(NOW));
    assert_eq!(watched(&events), 2);
    drop(phone);
    assert_eq!(watched(&events), 2, "the laptop still watches");
    drop(laptop);
    assert_eq!(watched(&events), 1);
    drop(bob);
    assert_eq!(watched(&events), 0);
}

#[tokio::test]
async fn a_gap_ends_the_streams_of_those_who_watched_then() {
    let events = InProcessEvents::new();
    let (ada, bob) = (UserId::new(NOW), UserId::new(NOW));
    let (mut early, mut other) = (events.subscribe(ada), events.subscribe(bob));
    let (first, second) = (event(), event());
    events.publish(ada, first.clone());

    events.lag(ada);
    let mut late = events.subscribe(ada);
    events.publish(ada, second.clone());

    assert_eq!(early.next().await, Some(Ok(first)));
    assert_eq!(early.next().await, Some(Err(Lagged)));
    assert_eq!(early.next().await, None);
    assert_eq!(late.next().await, Some(Ok(second)));
    assert_eq!(other.next().now_or_never(), None);

    events.lag_all();
    for mut stream in [late, other] {
        assert_eq!(stream.next().await, Some(Err(Lagged)));
        assert_eq!(stream.next().await, None);
    }
    assert_eq!(watched(&events), 0);
}
