//! What becomes of callers when there are more than cores. Nothing here waits for time to pass: permits are taken away by hand, and
//! a future that was polled once stands in the queue.

use futures_util::FutureExt;

use super::*;

#[tokio::test]
async fn more_callers_than_may_wait_are_refused_at_once() {
    let capacity = HashingCapacity {
        waiting: 3,
        ..ROOMY
    };
    let hasher = Argon2Hasher::with(CHEAP, capacity).unwrap();
    let tried = password("correct horse");
    let mut permits = Vec::new();
    for _ in 0..capacity.at_once {
        permits.push(hasher.queue.acquire().await.unwrap());
    }
    let mut waiting: Vec<_> = (0..capacity.waiting).map(|_| hasher.hash(&tried)).collect();
    for caller in &mut waiting {
        assert!(caller.now_or_never().is_none(), "waits");
    }
    for _ in 0..2 {
        let refused = hasher.hash(&tried).now_or_never().expect("does not wait");
        assert_eq!(kind(refused), InfraErrorKind::Unavailable);
        let refused = hasher.verify(None, None).now_or_never();
        let refused = refused.expect("does not wait");
        assert_eq!(kind(refused), InfraErrorKind::Unavailable);
    }

    permits.clear();
    let served = futures_util::future::join_all(waiting).await;
    assert!(served.iter().all(Result::is_ok));
    assert!(hasher.hash(&tried).await.is_ok());
}

#[tokio::test]
async fn a_caller_who_leaves_the_queue_makes_room() {
    let capacity = HashingCapacity {
        at_once: 1,
        waiting: 1,
        ..ROOMY
    };
    let hasher = Argon2Hasher::with(CHEAP, capacity).unwrap();
    let tried = password("correct horse");
    let permit = hasher.queue.acquire().await.unwrap();
    let mut leaves = hasher.hash(&tried);
    assert!((&mut leaves).now_or_never().is_none());
    assert!(hasher.hash(&tried).now_or_never().unwrap().is_err());

    drop(leaves);
    let mut stays = hasher.hash(&tried);
    assert!((&mut stays).now_or_never().is_none());
    drop(permit);
    assert!(stays.await.is_ok());
}

#[tokio::test]
async fn who_waits_too_long_is_refused_and_makes_room() {
    let capacity = HashingCapacity {
        at_once: 1,
        waiting: 1,
        max_wait: Duration::ZERO,
    };
    let hasher = Argon2Hasher::with(CHEAP, capacity).unwrap();
    let tried = password("correct horse");
    let permit = hasher.queue.acquire().await.unwrap();
    for _ in 0..3 {
        let refused = hasher.hash(&tried).await;
        assert_eq!(kind(refused), InfraErrorKind::Unavailable);
    }
    drop(permit);
    assert!(hasher.hash(&tried).await.is_ok());
}

#[tokio::test]
async fn a_hash_whose_caller_left_keeps_its_turn_until_it_is_done() {
    let capacity = HashingCapacity {
        at_once: 1,
        waiting: 1,
        ..ROOMY
    };
    let hasher = Argon2Hasher::with(CHEAP, capacity).unwrap();
    let tried = password("correct horse");
    // The hash cannot end before the memory for it can be had.
    let memory = Arc::clone(&hasher.memory);
    let held = memory.idle.lock().unwrap();
    let mut leaves = hasher.hash(&tried);
    assert!((&mut leaves).now_or_never().is_none(), "is being computed");
    drop(leaves);
    assert!(hasher.queue.acquire().now_or_never().is_none());
    drop(held);
    assert!(hasher.hash(&tried).await.is_ok());
}
