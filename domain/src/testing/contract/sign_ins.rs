//! Promises about signing in while the account changes: a session belongs to the password that is stored when it opens.

use std::time::Duration;

use futures_util::future::join;

use super::fixtures::{START, hash, sign_in, start_plus};
use super::{Outcome, Repositories};
use crate::id::UserId;
use crate::ports::{PasswordChange, PasswordChangeOutcome, SignIn};
use crate::session::{IDLE_LIFETIME, Rotation, Session};

/// Not under one that was the stored one a moment ago, and not under somebody else's.
pub async fn a_session_opens_only_under_the_stored_hash(repositories: &Repositories) -> Outcome {
    let (user, first) = repositories.signed_up().await?;
    let session = Session::begin(user, "curl/8", start_plus(1));
    for stale in ["b2xk", "", "AGFZAA"] {
        assert!(!repositories.opens(&session, stale).await?, "{stale}");
    }
    let rotation = repositories.sessions.rotate(session.id, 1, START).await?;
    assert_eq!(rotation, Rotation::Refused);
    assert_eq!(repositories.sessions.list(user, START).await?, [first]);
    assert_eq!(repositories.ended_since(START).await?, []);

    assert!(repositories.opens(&session, "aGFzaA").await?);
    let rotation = repositories.sessions.rotate(session.id, 1, START).await?;
    assert_eq!(rotation, session.rotate(1, START));
    Ok(())
}

/// Once and no more: who comes second with the old one has verified what is not stored any more. A refused sign-in leaves the
/// hash alone, and nobody else's is touched.
pub async fn a_newer_hash_is_stored_with_its_session(repositories: &Repositories) -> Outcome {
    let (ada, _) = repositories.signed_up().await?;
    let (bob, _) = repositories.signed_up().await?;
    let rehash = |user: UserId, old: &str, new: &str| {
        let session = Session::begin(user, "curl/8", START);
        SignIn {
            rehashed: Some(hash(new)),
            ..sign_in(&session, old)
        }
    };
    for (sign_in, expected) in [
        (rehash(ada, "aGFzaA", "bmV3"), true),
        (rehash(ada, "aGFzaA", "bmV3ZXI"), false),
        (rehash(UserId::new(START), "aGFzaA", "bmV3ZXI"), false),
    ] {
        let opened = repositories.sessions.open(&sign_in).await?;
        assert_eq!(opened.is_some(), expected);
    }
    for (user, expected) in [(ada, "bmV3"), (bob, "aGFzaA")] {
        let stored = repositories.users.credentials_of(user).await?;
        assert!(stored.is_some_and(|stored| stored.hash.reveal() == hash(expected).reveal()));
    }
    assert_eq!(repositories.sessions.list(ada, START).await?.len(), 2);
    Ok(())
}

/// Whichever of the two comes first: either nothing was opened, or it has ended again.
pub async fn no_sign_in_outlives_a_change_of_its_password(repositories: &Repositories) -> Outcome {
    let (user, kept) = repositories.signed_up().await?;
    let mut stored = "aGFzaA".to_owned();
    for round in 1..=20 {
        let now = start_plus(round);
        let session = Session::begin(user, "curl/8", now);
        let new = format!("{stored}A");
        let change = PasswordChange {
            expected: hash(&stored),
            new: hash(&new),
            keep: kept.id,
        };
        let sign_in = sign_in(&session, &stored);
        let opening = repositories.sessions.open(&sign_in);
        let changing = repositories.users.change_password(user, &change, now);
        let (opened, changed) = if round % 2 == 0 {
            join(opening, changing).await
        } else {
            let (changed, opened) = join(changing, opening).await;
            (opened, changed)
        };
        assert!(matches!(changed?, PasswordChangeOutcome::Changed { .. }));
        let living = repositories.sessions.list(user, now).await?;
        assert_eq!(living.len(), 1, "opened: {:?}", opened?);
        stored = new;
    }
    Ok(())
}

/// Those that were used least recently, whenever they began; they are named and remembered as ended.
pub async fn the_longest_unused_session_gives_way_to_a_new_one(
    repositories: &Repositories,
) -> Outcome {
    let (user, first) = repositories.signed_up().await?;
    let (stranger, strangers) = repositories.signed_up().await?;
    let mut others = Vec::new();
    for millis in 1..i64::from(Session::MAX_PER_USER) {
        let other = repositories.signed_in(user, "cron", start_plus(millis));
        others.push(other.await?);
    }
    let now = start_plus(1000);
    let rotation = repositories.sessions.rotate(first.id, 1, now).await?;
    assert_eq!(rotation, first.rotate(1, now));
    assert_eq!(repositories.ended_since(START).await?, []);

    for (n, unused) in others.iter().take(3).enumerate() {
        let now = now.plus(Duration::from_millis(n as u64));
        let sign_in = sign_in(&Session::begin(user, "cron", now), "aGFzaA");
        let opened = repositories.sessions.open(&sign_in).await?;
        assert_eq!(opened, Some(vec![unused.id]));
        let listed = repositories.sessions.list(user, now).await?;
        assert_eq!(listed.len(), Session::MAX_PER_USER as usize);
        assert!(listed.iter().any(|listed| listed.id == first.id));
        assert!(listed.iter().all(|listed| listed.id != unused.id));
        assert!(repositories.ended_since(now).await?.contains(&unused.id));
        let rotation = repositories.sessions.rotate(unused.id, 1, now).await?;
        assert_eq!(rotation, Rotation::Refused);
    }
    assert_eq!(
        repositories.sessions.list(stranger, now).await?,
        [strangers]
    );
    Ok(())
}

/// They are on their way out already, and nobody is told of them.
pub async fn sessions_that_are_over_take_nobodys_place(repositories: &Repositories) -> Outcome {
    let (user, _) = repositories.signed_up().await?;
    for millis in 1..i64::from(Session::MAX_PER_USER) {
        let idle = repositories.signed_in(user, "cron", start_plus(millis));
        idle.await?;
    }
    let now = start_plus(99).plus(IDLE_LIFETIME);
    for _ in 0..Session::MAX_PER_USER {
        let sign_in = sign_in(&Session::begin(user, "cron", now), "aGFzaA");
        let opened = repositories.sessions.open(&sign_in).await?;
        assert_eq!(opened, Some(vec![]));
    }
    let listed = repositories.sessions.list(user, now).await?;
    assert_eq!(listed.len(), Session::MAX_PER_USER as usize);

    // All of them end at one stroke, those that are over too.
    let ended = repositories.sessions.end_others(user, None, now).await?;
    assert_eq!(ended.len(), 2 * Session::MAX_PER_USER as usize);
    assert_eq!(repositories.ended_since(now).await?.len(), ended.len());
    Ok(())
}
