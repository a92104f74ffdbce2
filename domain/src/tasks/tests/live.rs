//! The stream of changes: whoever was away, is slow, or is told in the wrong order, learns of everything all the same.

use std::collections::HashMap;

use super::*;

/// What somebody holds who applies every event.
#[derive(Default)]
struct Replica(HashMap<TaskId, Task>);

impl Replica {
    fn apply(&mut self, events: &[TaskEvent]) {
        for event in events {
            match &event.change {
                TaskChange::Created(task) | TaskChange::Updated(task) => {
                    let before = self.0.insert(task.id, task.clone());
                    assert!(before.is_none_or(|before| before.version <= task.version));
                }
                TaskChange::Deleted => {
                    self.0.remove(&event.task);
                }
            }
        }
    }
}

#[tokio::test]
async fn who_was_away_is_told_everything_once_and_then_what_happens() {
    let house = House::new();
    let ada = house.user("ada@example.org").await;
    let (old, gone) = (
        house.create(ada, "old").await,
        house.create(ada, "gone").await,
    );
    let before = house.here(ada).await;

    let new = house.create(ada, "new").await;
    house.toggle(ada, old.id).await;
    house.toggle(ada, old.id).await;
    house.tasks.delete(ada, gone.id).await.unwrap();
    house.toggle(ada, new.id).await;
    let brief = house.create(ada, "brief").await;
    house.tasks.delete(ada, brief.id).await.unwrap();

    let mut stream = house.watch_after(ada, before).await;
    let missed = arrived(&mut stream);
    let expected = [
        ("updated", old.id),
        ("deleted", gone.id),
        ("created", new.id),
        ("deleted", brief.id),
    ];
    assert_eq!(kinds(&missed), expected);
    let live = house.create(ada, "live").await;
    assert_eq!(kinds(&arrived(&mut stream)), [("created", live.id)]);

    for (n, event) in missed.iter().enumerate() {
        let mut again = house.watch_after(ada, event.position).await;
        let rest = arrived(&mut again);
        let told: Vec<TaskId> = rest.iter().map(|event| event.task).collect();
        let expected = expected[n + 1..].iter().map(|(_, id)| *id);
        assert_eq!(told, expected.chain([live.id]).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn what_was_made_while_somebody_was_away_is_new_on_every_page() {
    let house = House::new();
    let ada = house.user("ada@example.org").await;
    let before = house.here(ada).await;
    let first = house.create(ada, "changed later").await;
    for n in 0..250 {
        house.create(ada, &format!("{n}")).await;
    }
    house.toggle(ada, first.id).await;
    let mut stream = house.watch_after(ada, before).await;
    let missed = arrived(&mut stream);
    assert_eq!(missed.len(), 251);
    assert!(kinds(&missed).iter().all(|(kind, _)| *kind == "created"));
    assert_eq!(
        house.asked(),
        4,
        "three pages, and the question where we are"
    );
    house.toggle(ada, first.id).await;
    assert_eq!(kinds(&arrived(&mut stream)), [("updated", first.id)]);
}

#[tokio::test]
async fn a_slow_reader_misses_nothing_of_five_thousand_changes() {
    let house = House::new();
    let ada = house.user("ada@example.org").await;
    let (mut slow, mut asleep) = (house.watch(ada).await, house.watch(ada).await);
    let (mut seen, mut slept) = (Replica::default(), Replica::default());
    let mut ids = Vec::new();
    for n in 0..5_000_usize {
        match n % 5 {
            0 => ids.push(house.create(ada, &format!("{n}")).await.id),
            4 if n % 3 == 0 => house
                .tasks
                .delete(ada, ids.remove(n % 7 % ids.len()))
                .await
                .unwrap(),
            _ => drop(house.toggle(ada, ids[n * 7 % ids.len()]).await),
        }
        if n % 4 == 0 {
            let event = slow.next().now_or_never().flatten();
            seen.apply(&[event.unwrap().unwrap()]);
        }
    }
    seen.apply(&arrived(&mut slow));
    let late = arrived(&mut asleep);
    slept.apply(&late);
    let tasks = house.all(ada).await;
    assert_eq!(seen.0, tasks);
    assert_eq!(slept.0, tasks);
    assert_eq!(late.len(), 1_000, "each task once");
}

#[tokio::test]
async fn long_texts_are_read_again_rather_than_kept() {
    let house = House::new();
    let ada = house.user("ada@example.org").await;
    let before = house.here(ada).await;
    let long = "\u{1f33b}".repeat(2_000);
    for n in 0..100 {
        let draft = TaskDraft::parse(TaskDraftInput {
            title: &format!("{n}"),
            description: Some(&long),
            ..TaskDraftInput::default()
        })
        .unwrap();
        house.tasks.create(ada, draft).await.unwrap();
    }
    house.asked();
    let mut stream = house.watch_after(ada, before).await;
    let first: Vec<TaskEvent> = stream.by_ref().take(5).map(Result::unwrap).collect().await;
    assert_eq!(house.asked(), 1);
    let mut replica = Replica::default();
    replica.apply(&first);
    let rest = arrived(&mut stream);
    assert_eq!(rest.len(), 95);
    assert!((9..20).contains(&house.asked()), "by pieces that fit");
    replica.apply(&rest);
    assert_eq!(replica.0, house.all(ada).await);
}

/// The schedule of hasura/graphql-engine#8632, as far as it can happen where numbers come in the order of commits: the news of
/// two writers arrive the other way round. A stream of times or of ids would go past the first one.
#[tokio::test]
async fn news_that_overtake_one_another_are_told_in_order_and_once() {
    let house = House::new();
    let ada = house.user("ada@example.org").await;
    let mut stream = house.watch(ada).await;
    let earlier = house.store_silently(ada, "earlier").await;
    let later = house.store_silently(ada, "later").await;

    let both = [("created", earlier.task), ("created", later.task)];
    house
        .events
        .publish(ada.user, Poke::Happened(Arc::new(later)));
    assert_eq!(kinds(&arrived(&mut stream)), both);
    house
        .events
        .publish(ada.user, Poke::Happened(Arc::new(earlier)));
    assert_eq!(arrived(&mut stream), []);
}
