//! Promises about changing and leaving an account: a password is changed because somebody else may know it, and what is
//! deleted is gone.

use super::fixtures::{START, hash, start_plus, task, user};
use super::{Outcome, Repositories};
use crate::id::{SessionId, UserId};
use crate::listing::TaskFilter;
use crate::ports::{InfraError, PasswordChange, PasswordChangeOutcome, RegistrationOutcome};
use crate::session::{ABSOLUTE_LIFETIME, IDLE_LIFETIME, Rotation, Session};
use crate::time::Timestamp;

impl Repositories {
    async fn stored_hash(&self, user: UserId) -> Result<Option<String>, InfraError> {
        let stored = self.users.credentials_of(user).await?;
        Ok(stored.map(|stored| stored.hash.reveal().to_owned()))
    }

    /// The ids of the user's living sessions, as they are listed.
    async fn living(&self, user: UserId, now: Timestamp) -> Result<Vec<SessionId>, InfraError> {
        let sessions = self.sessions.list(user, now).await?;
        Ok(sessions.iter().map(|session| session.id).collect())
    }
}

/// The one that goes on does so with its next generation; nobody else's session is touched.
pub async fn a_changed_password_ends_the_other_sessions(repositories: &Repositories) -> Outcome {
    let (user, kept) = repositories.signed_up().await?;
    let other = repositories.signed_in(user, "curl/8", START).await?;
    let (stranger, strangers) = repositories.signed_up().await?;
    let (change, now) = (
        PasswordChange {
            expected: hash("aGFzaA"),
            new: hash("bmV3"),
            keep: kept.id,
        },
        start_plus(7),
    );
    let outcome = repositories
        .users
        .change_password(user, &change, now)
        .await?;
    let Some(renewed) = kept.renewed(now) else {
        panic!("it has just begun");
    };
    let changed = PasswordChangeOutcome::Changed {
        kept: renewed.clone(),
        ended: vec![other.id],
    };
    assert_eq!(outcome, changed);
    assert_eq!(
        repositories.stored_hash(user).await?.as_deref(),
        Some(hash("bmV3").reveal())
    );
    assert_eq!(repositories.sessions.list(user, now).await?, [renewed]);
    assert_eq!(repositories.ended_since(now).await?, [other.id]);
    assert_eq!(
        repositories.stored_hash(stranger).await?.as_deref(),
        Some(hash("aGFzaA").reveal())
    );
    assert_eq!(repositories.living(stranger, now).await?, [strangers.id]);
    Ok(())
}

/// A session that is over or somebody else's, a stale hash, a user who is gone: all or nothing. Where several hold, that the
/// session is over is what the caller has to know.
pub async fn a_refused_change_of_password_changes_nothing(repositories: &Repositories) -> Outcome {
    let (user, session) = repositories.signed_up().await?;
    let (_, strangers) = repositories.signed_up().await?;
    let now = start_plus(7);
    let hash_mismatch = PasswordChangeOutcome::HashMismatch;
    let session_ended = PasswordChangeOutcome::SessionEnded;
    for (id, expected, keep, refusal) in [
        (user, "c3RhbGU", session.id, hash_mismatch),
        (user, "aGFzaA", strangers.id, session_ended.clone()),
        (user, "aGFzaA", SessionId::new(now), session_ended.clone()),
        (user, "c3RhbGU", SessionId::new(now), session_ended.clone()),
        (UserId::new(now), "aGFzaA", session.id, session_ended),
    ] {
        let change = PasswordChange {
            expected: hash(expected),
            new: hash("bmV3"),
            keep,
        };
        let outcome = repositories.users.change_password(id, &change, now).await?;
        assert_eq!(outcome, refusal);
    }
    assert_eq!(
        repositories.stored_hash(user).await?.as_deref(),
        Some(hash("aGFzaA").reveal())
    );
    assert_eq!(
        repositories.sessions.list(user, now).await?,
        std::slice::from_ref(&session)
    );
    assert_eq!(repositories.ended_since(START).await?, []);
    let change = PasswordChange {
        expected: hash("aGFzaA"),
        new: hash("bmV3"),
        keep: session.id,
    };
    let too_late = session.expires_at();
    let outcome = repositories
        .users
        .change_password(user, &change, too_late)
        .await?;
    assert_eq!(outcome, PasswordChangeOutcome::SessionEnded);
    Ok(())
}

/// As an operator does it: all sessions end. Of a user who is gone nothing is known.
pub async fn a_password_can_be_set_whatever_it_was(repositories: &Repositories) -> Outcome {
    let (user, session) = repositories.signed_up().await?;
    let set = async |user| {
        let new = hash("bmV3");
        repositories.users.set_password(user, &new, START).await
    };
    assert_eq!(set(user).await?, Some(vec![session.id]));
    assert_eq!(set(UserId::new(START)).await?, None);
    assert_eq!(
        repositories.stored_hash(user).await?.as_deref(),
        Some(hash("bmV3").reveal())
    );
    assert_eq!(repositories.living(user, START).await?, []);
    assert_eq!(repositories.ended_since(START).await?, [session.id]);
    Ok(())
}

/// User, tasks and sessions are gone, the end of the sessions is remembered, the address is free.
pub async fn a_deleted_account_leaves_nothing_behind(repositories: &Repositories) -> Outcome {
    let (leaving, session) = user("leaving@example.org");
    repositories
        .users
        .register(&leaving, &hash("aGFzaA"), Some(&session))
        .await?;
    let staying = repositories.owner().await?;
    for owner in [leaving.id, staying] {
        repositories.store(owner, &task("Pack", START)).await?;
    }
    let now = start_plus(7);
    let delete = async |expected| {
        let expected = hash(expected);
        repositories.users.delete(leaving.id, &expected, now).await
    };
    assert_eq!(delete("c3RhbGU").await?, None);
    assert_eq!(repositories.living(leaving.id, now).await?, [session.id]);

    assert_eq!(delete("aGFzaA").await?, Some(vec![session.id]));
    assert_eq!(delete("aGFzaA").await?, None);
    assert_eq!(repositories.users.find(leaving.id).await?, None);
    assert_eq!(repositories.stored_hash(leaving.id).await?, None);
    let all = TaskFilter::default();
    assert_eq!(repositories.tasks.count(leaving.id, &all).await?, 0);
    assert_eq!(repositories.tasks.count(staying, &all).await?, 1);
    assert_eq!(repositories.living(leaving.id, now).await?, []);
    assert_eq!(repositories.ended_since(now).await?, [session.id]);
    let rotation = repositories.sessions.rotate(session.id, 1, now).await?;
    assert_eq!(rotation, Rotation::Refused);

    let (back, first) = user("leaving@example.org");
    let outcome = repositories
        .users
        .register(&back, &hash("aGFzaA"), Some(&first))
        .await?;
    assert_eq!(outcome, RegistrationOutcome::Registered);
    assert_eq!(repositories.tasks.count(back.id, &all).await?, 0);
    Ok(())
}

/// The ones that end are named and remembered; nobody else's are touched.
pub async fn other_sessions_end_and_one_goes_on(repositories: &Repositories) -> Outcome {
    let (user, first) = repositories.signed_up().await?;
    let (stranger, strangers) = repositories.signed_up().await?;
    let second = repositories
        .signed_in(user, "curl/8", start_plus(1))
        .await?;
    let third = repositories
        .signed_in(user, "curl/8", start_plus(2))
        .await?;
    let now = start_plus(7);
    let mut ended = repositories
        .sessions
        .end_others(user, Some(second.id), now)
        .await?;
    ended.sort();
    assert_eq!(ended, [first.id, third.id]);
    assert_eq!(repositories.ended_since(now).await?, ended);
    assert_eq!(repositories.living(user, now).await?, [second.id]);

    assert_eq!(
        repositories
            .sessions
            .end_others(user, Some(second.id), now)
            .await?,
        []
    );
    assert_eq!(
        repositories.sessions.end_others(user, None, now).await?,
        [second.id]
    );
    assert_eq!(repositories.living(stranger, now).await?, [strangers.id]);
    Ok(())
}

/// With all fields, the most recently used first, without those that are over, and never more than a list may have.
pub async fn living_sessions_are_listed(repositories: &Repositories) -> Outcome {
    let (user, first) = repositories.signed_up().await?;
    let second = repositories
        .signed_in(user, "curl/8", start_plus(1))
        .await?;
    let now = start_plus(9);
    assert_eq!(
        repositories.sessions.list(user, now).await?,
        [second.clone(), first.clone()]
    );
    let rotation = repositories.sessions.rotate(first.id, 1, now).await?;
    let Rotation::Rotated(first) = rotation else {
        panic!("{rotation:?}");
    };
    let listed = repositories.sessions.list(user, now).await?;
    assert_eq!(listed, [first.clone(), second.clone()]);

    assert_eq!(
        repositories.living(user, second.expires_at()).await?,
        [first.id]
    );
    assert_eq!(repositories.living(user, first.expires_at()).await?, []);

    for millis in 0..i64::from(Session::MAX_PER_USER) {
        repositories
            .signed_in(user, "curl/8", start_plus(100 + millis))
            .await?;
    }
    let listed = repositories.sessions.list(user, start_plus(500)).await?;
    assert_eq!(listed.len(), Session::MAX_PER_USER as usize);
    assert!(
        listed
            .iter()
            .all(|session| session.last_used_at >= start_plus(100))
    );
    Ok(())
}

/// Those unused for too long and those that are too old; never more than asked for at a time, and none that lives.
pub async fn expired_sessions_are_removed_in_batches(repositories: &Repositories) -> Outcome {
    let now = START.plus(ABSOLUTE_LIFETIME);
    let user = repositories.owner().await?;
    for millis in 0..4 {
        repositories
            .signed_in(user, "curl/8", start_plus(millis))
            .await?;
    }
    let idle = repositories
        .signed_in(user, "curl/8", now.minus(IDLE_LIFETIME))
        .await?;
    let living = repositories
        .signed_in(
            user,
            "curl/8",
            now.minus(IDLE_LIFETIME)
                .plus(std::time::Duration::from_millis(1)),
        )
        .await?;
    let mut removed = Vec::new();
    while removed.last() != Some(&0) && removed.len() < 10 {
        removed.push(repositories.sessions.remove_expired(now, 4).await?);
    }
    // The first session of the user, four more, and the idle one.
    assert_eq!(removed, [4, 2, 0]);
    let rotation = repositories.sessions.rotate(idle.id, 1, START).await?;
    assert_eq!(rotation, Rotation::Refused);
    assert_eq!(repositories.living(user, now).await?, [living.id]);
    Ok(())
}

/// By id, which is the order in which they signed up, a part at a time.
pub async fn users_are_listed_in_the_order_they_signed_up(repositories: &Repositories) -> Outcome {
    let before = repositories.owner().await?;
    let mut expected = Vec::new();
    for _ in 0..3 {
        expected.push(repositories.owner().await?);
    }
    let list = async |after, limit| -> Result<Vec<UserId>, InfraError> {
        let users = repositories.users.list(after, limit).await?;
        Ok(users.iter().map(|user| user.id).collect())
    };
    assert_eq!(
        list(Some(before), 2).await?,
        expected.get(..2).unwrap_or_default()
    );
    assert_eq!(
        list(expected.get(1).copied(), 2).await?,
        expected.get(2..).unwrap_or_default()
    );
    assert_eq!(list(None, 1).await?.len(), 1);
    Ok(())
}
