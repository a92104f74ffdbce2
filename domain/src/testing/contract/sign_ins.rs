//! Promises about signing in while the account changes: a session belongs to the password that is stored when it opens.

use futures_util::future::join;

use super::fixtures::{START, hash, sign_in, start_plus};
use super::{Outcome, Repositories};
use crate::id::UserId;
use crate::ports::{PasswordChange, PasswordChangeOutcome, SignIn};
use crate::session::{Rotation, Session};

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
    assert_eq!(repositories.sessions.ended_since(START).await?, []);

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
        assert_eq!(repositories.sessions.open(&sign_in).await?, expected);
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
            expected: Some(hash(&stored)),
            new: hash(&new),
            keep: Some(kept.id),
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
        assert!(matches!(changed?, PasswordChangeOutcome::Changed(_)));
        let living = repositories.sessions.list(user, now).await?;
        assert_eq!(living.len(), 1, "opened: {}", opened?);
        stored = new;
    }
    Ok(())
}
