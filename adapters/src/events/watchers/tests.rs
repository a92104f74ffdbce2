//! Who is poked, and what is kept for it.

use futures_util::{FutureExt, StreamExt};
use taskhive_domain::Timestamp;

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

const fn reached(number: i64) -> Poke {
    Poke::Reached(ChangeNumber::new(number))
}

fn compare(watchers: &Watchers, newest: &[(UserId, i64)]) {
    let numbers = newest
        .iter()
        .map(|(owner, n)| (*owner, ChangeNumber::new(*n)));
    watchers.compare(&watchers.owners(), &numbers.collect());
}

fn poked(pokes: &mut TaskPokes) -> Option<Poke> {
    pokes.next().now_or_never().flatten()
}

#[test]
fn every_watcher_of_an_owner_is_poked_and_nobody_else() {
    let watchers = Watchers::default();
    let (ada, bob) = (UserId::new(NOW), UserId::new(NOW));
    let mut hers = [watchers.subscribe(ada), watchers.subscribe(ada)];
    let mut his = watchers.subscribe(bob);
    for n in 1..4 {
        watchers.poke(ada, &reached(n));
        for pokes in &mut hers {
            assert_eq!(poked(pokes), Some(reached(n)));
            assert_eq!(poked(pokes), None);
        }
    }
    assert_eq!(poked(&mut his), None);
    watchers.poke_all();
    for pokes in hers.iter_mut().chain([&mut his]) {
        assert_eq!(poked(pokes), Some(Poke::Look));
    }
}

#[test]
fn pokes_that_wait_are_one() {
    let watchers = Watchers::default();
    let ada = UserId::new(NOW);
    let mut slow = watchers.subscribe(ada);
    for n in 0..1_000 {
        watchers.poke(ada, &reached(n));
    }
    assert_eq!(poked(&mut slow), Some(Poke::Look));
    assert_eq!(poked(&mut slow), None);
}

#[tokio::test]
async fn a_waiting_watcher_is_woken() {
    let watchers = Watchers::default();
    let ada = UserId::new(NOW);
    let mut pokes = watchers.subscribe(ada);
    let watcher = tokio::spawn(async move { pokes.next().await });
    tokio::task::yield_now().await;
    watchers.poke(ada, &Poke::Look);
    assert_eq!(watcher.await.unwrap(), Some(Poke::Look));
}

#[test]
fn a_comparison_pokes_those_who_may_have_missed_something() {
    let watchers = Watchers::default();
    let (ada, bob) = (UserId::new(NOW), UserId::new(NOW));
    let (mut hers, mut his) = (watchers.subscribe(ada), watchers.subscribe(bob));
    watchers.poke(ada, &reached(7));
    poked(&mut hers);

    compare(&watchers, &[(ada, 7), (bob, 1)]);
    assert_eq!(
        (poked(&mut hers), poked(&mut his)),
        (None, Some(reached(1)))
    );
    compare(&watchers, &[(ada, 9), (bob, 1)]);
    assert_eq!(
        (poked(&mut hers), poked(&mut his)),
        (Some(reached(9)), None)
    );
    watchers.remind(ada);
    compare(&watchers, &[(ada, 9), (bob, 1)]);
    assert_eq!(
        (poked(&mut hers), poked(&mut his)),
        (Some(reached(9)), None)
    );
    compare(&watchers, &[(ada, 9)]);
    assert_eq!(
        (poked(&mut hers), poked(&mut his)),
        (None, Some(Poke::Look))
    );
}

#[test]
fn nothing_is_kept_for_owners_whom_nobody_watches() {
    let watchers = Watchers::default();
    let (ada, bob) = (UserId::new(NOW), UserId::new(NOW));
    watchers.poke(ada, &Poke::Look);
    assert_eq!(watchers.owners(), []);

    let (phone, laptop) = (watchers.subscribe(ada), watchers.subscribe(ada));
    let his = watchers.subscribe(bob);
    assert_eq!(watchers.owners().len(), 2);
    drop(phone);
    assert_eq!(watchers.owners().len(), 2, "the laptop still watches");
    drop(laptop);
    assert_eq!(watchers.owners(), [bob]);
    drop(his);
    assert_eq!(watchers.owners(), []);
}
