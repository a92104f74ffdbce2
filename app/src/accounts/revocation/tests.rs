//! The list, on a database that answers when it is let to.

use std::sync::atomic::Ordering;

use super::testing::House;
use super::*;

#[tokio::test(start_paused = true)]
async fn what_ends_here_is_known_at_once_and_costs_no_query() {
    let house = House::new();
    let session = house.somebody();
    assert!(!house.list.contains(session).await.unwrap());
    house.list.ended(&[session]);
    assert!(house.list.contains(session).await.unwrap());
    assert_eq!(house.asked().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_ends_elsewhere_is_known_within_two_seconds() {
    let house = House::new();
    house.list.contains(house.somebody()).await.unwrap();
    let session = house.ended_elsewhere();
    assert!(!house.list.contains(session).await.unwrap());
    house.pass(MAX_AGE).await;
    assert!(house.list.contains(session).await.unwrap());
}

/// A list that is good is answered by, however slow the database is.
#[tokio::test(start_paused = true)]
async fn a_good_list_is_renewed_behind_the_back_of_those_who_ask() {
    let house = House::new();
    house.list.contains(house.somebody()).await.unwrap();
    let session = house.ended_elsewhere();
    house.elsewhere.answers.forget_permits(1000);
    house.pass(REFRESH_AT).await;
    for _ in 0..100 {
        assert!(!house.list.contains(session).await.unwrap());
    }
    let renewal = house.list.attempt();
    house.elsewhere.answers.add_permits(1);
    renewal.await.unwrap();
    assert!(house.list.contains(session).await.unwrap());
    assert_eq!(house.asked().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn only_the_difference_is_asked_for() {
    let house = House::new();
    let began = house.clock.now();
    house.pass(Duration::from_mins(5)).await;
    for _ in 0..50 {
        house.ended_elsewhere();
    }
    house.list.refresh().await.unwrap();
    let newest = house.clock.now();
    house.pass(Duration::from_mins(5)).await;
    house.list.refresh().await.unwrap();
    house.pass(ENDED_MEMORY * 2).await;
    house.list.refresh().await.unwrap();
    assert_eq!(
        house.asked(),
        [
            began
                .plus(Duration::from_mins(5))
                .minus(ENDED_MEMORY)
                .millis(),
            newest.minus(OVERLAP).millis(),
            // Nobody needs to know of what ended before that.
            house.clock.now().minus(ENDED_MEMORY).millis(),
        ]
    );
}

/// An instance whose clock is ahead must not make this one overlook what others say.
/// After a start there may be millions, and what came is kept when the rest does not come.
#[tokio::test(start_paused = true)]
async fn many_are_fetched_page_by_page() {
    let house = House::new();
    let first = house.ended_elsewhere();
    house.pass(OVERLAP * 2).await;
    let others: Vec<_> = (0..PAGE).map(|_| house.ended_elsewhere()).collect();
    house.elsewhere.answers.forget_permits(1000);
    let attempt = house.list.attempt();
    house.elsewhere.answers.add_permits(1);
    while house.asked().len() < 2 {
        tokio::task::yield_now().await;
    }
    house.elsewhere.broken.store(true, Ordering::Relaxed);
    house.elsewhere.answers.add_permits(1);
    assert!(attempt.await.is_err());
    assert!(house.list.has(first));

    house.elsewhere.broken.store(false, Ordering::Relaxed);
    house.elsewhere.answers.add_permits(10);
    for session in others {
        assert!(house.list.contains(session).await.unwrap());
    }
    let newest = house.clock.now();
    let again = newest.minus(OVERLAP).millis();
    assert_eq!(house.asked()[2..], [again, newest.millis()]);
}

#[tokio::test(start_paused = true)]
async fn a_time_from_the_future_hides_nothing() {
    let house = House::new();
    let ahead = EndedSession {
        id: house.somebody(),
        ended_at: house.clock.now().plus(Duration::from_hours(1)),
    };
    house.elsewhere.ended.lock().unwrap().push(ahead);
    house.list.refresh().await.unwrap();
    let session = house.ended_elsewhere();
    house.pass(MAX_AGE).await;
    assert!(house.list.contains(session).await.unwrap());
}

/// The clock of another instance is behind by the leeway, and its transaction took long to commit.
#[tokio::test(start_paused = true)]
async fn what_is_told_late_is_heard() {
    let house = House::new();
    house.pass(Duration::from_mins(1)).await;
    house.ended_elsewhere();
    house.list.refresh().await.unwrap();
    let late = EndedSession {
        id: house.somebody(),
        ended_at: house
            .clock
            .now()
            .minus(CLOCK_LEEWAY + Duration::from_secs(9)),
    };
    house.elsewhere.ended.lock().unwrap().push(late);
    house.pass(MAX_AGE).await;
    assert!(house.list.contains(late.id).await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn one_attempt_serves_all_who_wait_failure_included() {
    let house = House::new();
    house.elsewhere.answers.forget_permits(1000);
    house.elsewhere.broken.store(true, Ordering::Relaxed);
    let waiting = (0..100).map(|_| {
        let (list, session) = (Arc::clone(&house.list), house.somebody());
        async move { list.contains(session).await }
    });
    let waiting = futures_util::future::join_all(waiting);
    let (answers, ()) = tokio::join!(waiting, async {
        tokio::task::yield_now().await;
        house.elsewhere.answers.add_permits(1);
    });
    for answer in answers {
        assert_eq!(answer.unwrap_err().kind, InfraErrorKind::Unavailable);
    }
    assert_eq!(house.asked().len(), 1);

    // The next one who asks tries again.
    house.elsewhere.broken.store(false, Ordering::Relaxed);
    house.elsewhere.answers.add_permits(1);
    assert!(!house.list.contains(house.somebody()).await.unwrap());
}

/// An answer that was long on its way is as old as its query: nobody is let in by it.
#[tokio::test(start_paused = true)]
async fn an_answer_that_took_too_long_is_not_believed() {
    let house = House::new();
    house.list.contains(house.somebody()).await.unwrap();
    house.elsewhere.answers.forget_permits(1000);
    house.pass(REFRESH_AT).await;
    let renewal = house.list.attempt();
    tokio::task::yield_now().await;
    house.pass(PROMISED_AGE).await;
    house.elsewhere.answers.add_permits(1);
    let asked = house.list.contains(house.somebody()).await;
    assert_eq!(asked.unwrap_err().kind, InfraErrorKind::Unavailable);
    renewal.await.unwrap();
    house.elsewhere.answers.add_permits(1);
    assert!(!house.list.contains(house.somebody()).await.unwrap());
}

/// Nobody may have waited for the attempt in the background; it is over all the same.
#[tokio::test(start_paused = true)]
async fn who_asks_after_a_pause_does_not_join_an_attempt_that_is_over() {
    let house = House::new();
    assert!(!house.list.contains(house.somebody()).await.unwrap());
    house.pass(REFRESH_AT).await;
    // Begins an attempt in the background, which comes to its end.
    assert!(!house.list.contains(house.somebody()).await.unwrap());
    tokio::task::yield_now().await;
    assert_eq!(house.asked().len(), 2);
    house.pass(PROMISED_AGE * 2).await;
    let session = house.ended_elsewhere();
    assert!(house.list.contains(session).await.unwrap());
    assert_eq!(house.asked().len(), 3);
}

/// Whoever began the attempt may go away; the others still get its outcome.
#[tokio::test(start_paused = true)]
async fn an_attempt_outlives_the_one_who_began_it() {
    let house = House::new();
    house.elsewhere.answers.forget_permits(1000);
    let session = house.ended_elsewhere();
    let first = house.list.contains(session).now_or_never();
    assert!(first.is_none());
    house.elsewhere.answers.add_permits(1);
    assert!(house.list.contains(session).await.unwrap());
    assert_eq!(house.asked().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn sessions_whose_tokens_have_expired_take_no_memory() {
    let house = House::new();
    let session = house.somebody();
    house.list.ended(&[session]);
    house.list.refresh().await.unwrap();
    house.pass(ENDED_MEMORY + PRUNE_EVERY).await;
    house.list.refresh().await.unwrap();
    assert!(!house.list.has(session));
}

#[tokio::test(start_paused = true)]
async fn listeners_hear_of_each_session_once() {
    let house = House::new();
    let mut additions = house.list.additions();
    let session = house.ended_elsewhere();
    house.list.ended(&[session]);
    house.list.refresh().await.unwrap();
    house.list.ended(&[session]);
    assert_eq!(additions.try_recv(), Ok(session));
    assert!(additions.try_recv().is_err());
}
