//! Promises about sessions: [`Session::rotate`] decides, the repository makes it one step for all who ask at once.

use std::time::Duration;

use futures_util::future::join_all;

use super::fixtures::{START, start_plus};
use super::{Outcome, Repositories};
use crate::id::{SessionId, UserId};
use crate::ports::InfraError;
use crate::session::{
    ABSOLUTE_LIFETIME, ENDED_MEMORY, Generation, IDLE_LIFETIME, ROTATION_GRACE, Rotation, Session,
};
use crate::time::Timestamp;

const MILLISECOND: Duration = Duration::from_millis(1);

impl Repositories {
    /// Rotates a session that must be ready for it.
    async fn rotated(&self, session: &Session, now: Timestamp) -> Result<Session, InfraError> {
        let rotation = self
            .sessions
            .rotate(session.id, session.generation, now)
            .await?;
        assert_eq!(rotation, session.rotate(session.generation, now));
        let Rotation::Rotated(next) = rotation else {
            panic!("{rotation:?}");
        };
        Ok(next)
    }

    async fn is_remembered_as_ended(
        &self,
        session: &Session,
        since: Timestamp,
    ) -> Result<bool, InfraError> {
        let ended = self.ended_since(since).await?;
        Ok(ended.contains(&session.id))
    }

    /// Presents an old token, which must end the session at `now`.
    async fn assert_reuse_ends(
        &self,
        session: &Session,
        presented: Generation,
        now: Timestamp,
    ) -> Outcome {
        let rotation = self.sessions.rotate(session.id, presented, now).await?;
        assert_eq!(rotation, Rotation::Reused(session.clone()));
        for generation in 1..=session.generation {
            let rotation = self.sessions.rotate(session.id, generation, now).await?;
            assert_eq!(rotation, Rotation::Refused);
        }
        assert!(self.is_remembered_as_ended(session, now).await?);
        assert!(
            !self
                .is_remembered_as_ended(session, now.plus(MILLISECOND))
                .await?
        );
        assert!(!self.sessions.end(session.user, session.id, now).await?);
        Ok(())
    }
}

/// From the first generation on, with every field as it was.
pub async fn a_session_rotates_as_the_domain_says(repositories: &Repositories) -> Outcome {
    let (user, first) = repositories.signed_up().await?;
    let agent = "\u{1F4F1}".repeat(Session::MAX_USER_AGENT);
    for (user_agent, at) in [("", 0), ("it's \"X\"/1.0 (50%_)", 1), (&agent, 999)] {
        let mut session = repositories
            .signed_in(user, user_agent, start_plus(at))
            .await?;
        for step in 1..5 {
            session = repositories
                .rotated(&session, start_plus(at + 1001 * step))
                .await?;
        }
        assert_eq!(session.generation, 5);
    }
    let rotated = repositories.rotated(&first, start_plus(7)).await?;
    assert_eq!(
        rotated.generation, 2,
        "other sessions of the user are not concerned"
    );
    Ok(())
}

/// One of them makes the step, the others get its result.
pub async fn concurrent_rotations_of_one_token_are_one_step(
    repositories: &Repositories,
) -> Outcome {
    let (_, session) = repositories.signed_up().await?;
    let attempts = (0..20).map(|_| repositories.sessions.rotate(session.id, 1, start_plus(1)));
    let rotations = join_all(attempts).await;
    let mut steps = 0;
    for rotation in rotations {
        let rotation = rotation?;
        steps += u32::from(matches!(rotation, Rotation::Rotated(_)));
        let (Rotation::Rotated(next) | Rotation::Repeated(next)) = rotation else {
            panic!("{rotation:?}");
        };
        let expected = Session {
            generation: 2,
            last_used_at: start_plus(1),
            ..session.clone()
        };
        assert_eq!(next, expected);
    }
    assert_eq!(steps, 1);
    Ok(())
}

/// As often as it is asked, up to the last millisecond of the grace; the session stays alive.
pub async fn a_token_used_again_within_the_grace_gets_the_same_answer(
    repositories: &Repositories,
) -> Outcome {
    let (_, first) = repositories.signed_up().await?;
    let second = repositories.rotated(&first, start_plus(10)).await?;
    for later in [Duration::ZERO, MILLISECOND, ROTATION_GRACE] {
        let now = second.last_used_at.plus(later);
        let rotation = repositories.sessions.rotate(first.id, 1, now).await?;
        assert_eq!(rotation, Rotation::Repeated(second.clone()));
    }
    let now = second.last_used_at.plus(ROTATION_GRACE + MILLISECOND);
    repositories.rotated(&second, now).await?;
    assert!(!repositories.is_remembered_as_ended(&first, START).await?);
    Ok(())
}

/// Whoever holds the newest token is out too; the user's other sessions live on.
pub async fn a_token_used_again_after_the_grace_ends_its_session_only(
    repositories: &Repositories,
) -> Outcome {
    let (user, first) = repositories.signed_up().await?;
    let other = repositories
        .signed_in(user, "another device", START)
        .await?;
    let second = repositories.rotated(&first, start_plus(10)).await?;
    let now = second.last_used_at.plus(ROTATION_GRACE + MILLISECOND);
    repositories.assert_reuse_ends(&second, 1, now).await?;

    assert!(!repositories.is_remembered_as_ended(&other, START).await?);
    repositories.rotated(&other, now).await?;
    Ok(())
}

/// The grace is for the last answer only.
pub async fn a_token_two_generations_old_ends_its_session(repositories: &Repositories) -> Outcome {
    let (_, first) = repositories.signed_up().await?;
    let second = repositories.rotated(&first, start_plus(10)).await?;
    let third = repositories.rotated(&second, start_plus(11)).await?;
    repositories
        .assert_reuse_ends(&third, 1, start_plus(12))
        .await
}

/// A session that was left alone, and one that was used to the end of its days.
pub async fn an_expired_session_is_refused(repositories: &Repositories) -> Outcome {
    let (user, idle) = repositories.signed_up().await?;
    for generation in [1, 2] {
        let now = START.plus(IDLE_LIFETIME);
        let rotation = repositories
            .sessions
            .rotate(idle.id, generation, now)
            .await?;
        assert_eq!(rotation, Rotation::Refused);
    }

    let mut busy = repositories.signed_in(user, "", START).await?;
    let end = START.plus(ABSOLUTE_LIFETIME);
    while busy.expires_at() < end {
        let now = busy.expires_at().minus(MILLISECOND);
        busy = repositories.rotated(&busy, now).await?;
    }
    for generation in [busy.generation, busy.generation - 1, 1] {
        let rotation = repositories
            .sessions
            .rotate(busy.id, generation, end)
            .await?;
        assert_eq!(rotation, Rotation::Refused);
    }
    repositories.rotated(&busy, end.minus(MILLISECOND)).await?;
    Ok(())
}

/// One that was never handed out can only come from before a backup was restored: nobody has stolen anything.
pub async fn a_token_never_handed_out_is_refused_and_harmless(
    repositories: &Repositories,
) -> Outcome {
    let (_, session) = repositories.signed_up().await?;
    for generation in [2, 3, Generation::MAX, 0, -1, Generation::MIN] {
        let rotation = repositories
            .sessions
            .rotate(session.id, generation, START)
            .await?;
        assert_eq!(rotation, Rotation::Refused);
    }
    let nobody = repositories
        .sessions
        .rotate(SessionId::new(START), 1, START)
        .await?;
    assert_eq!(nobody, Rotation::Refused);
    assert!(!repositories.is_remembered_as_ended(&session, START).await?);
    repositories.rotated(&session, start_plus(1)).await?;
    Ok(())
}

/// For as long as an access token of its may still look good, on every instance that asks.
pub async fn a_session_ends_once_and_is_remembered(repositories: &Repositories) -> Outcome {
    let (user, session) = repositories.signed_up().await?;
    let other = repositories
        .signed_in(user, "another device", START)
        .await?;
    let end = start_plus(20);
    let attempts = (0..20).map(|_| repositories.sessions.end(user, session.id, end));
    let ends = join_all(attempts).await;
    let ends = ends.into_iter().collect::<Result<Vec<_>, InfraError>>()?;
    assert_eq!(ends.iter().filter(|ended| **ended).count(), 1);

    assert!(
        !repositories
            .sessions
            .end(user, session.id, start_plus(30))
            .await?
    );
    let rotation = repositories.sessions.rotate(session.id, 1, end).await?;
    assert_eq!(rotation, Rotation::Refused);
    for (since, remembered) in [
        (end.plus(MILLISECOND), false),
        (end, true),
        (end.minus(MILLISECOND), true),
        (end.minus(ENDED_MEMORY), true),
    ] {
        assert_eq!(
            repositories.is_remembered_as_ended(&session, since).await?,
            remembered
        );
        assert!(!repositories.is_remembered_as_ended(&other, since).await?);
    }

    assert!(
        repositories
            .sessions
            .end(user, other.id, end.plus(ENDED_MEMORY))
            .await?
    );
    assert!(repositories.is_remembered_as_ended(&session, end).await?);
    Ok(())
}

/// Once, whoever's it is, and no other of theirs.
pub async fn a_session_ends_for_who_holds_its_token(repositories: &Repositories) -> Outcome {
    let (user, session) = repositories.signed_up().await?;
    let other = repositories.signed_in(user, "curl/8", START).await?;
    let (sessions, end) = (&repositories.sessions, start_plus(20));
    let unknown = SessionId::new(START);
    assert_eq!(sessions.end_held(unknown, end).await?, None);
    assert_eq!(sessions.end_held(session.id, end).await?, Some(user));
    assert_eq!(sessions.end_held(session.id, end).await?, None);
    assert_eq!(sessions.list(user, end).await?, [other]);
    assert_eq!(repositories.ended_since(end).await?, [session.id]);
    Ok(())
}

/// It stays alive, and is not told to be over.
pub async fn a_foreign_session_cannot_be_ended(repositories: &Repositories) -> Outcome {
    let (_, session) = repositories.signed_up().await?;
    let (stranger, _) = repositories.signed_up().await?;
    for user in [stranger, UserId::new(START)] {
        assert!(!repositories.sessions.end(user, session.id, START).await?);
    }
    assert!(
        !repositories
            .sessions
            .end(stranger, SessionId::new(START), START)
            .await?
    );
    assert!(!repositories.is_remembered_as_ended(&session, START).await?);
    repositories.rotated(&session, start_plus(1)).await?;
    Ok(())
}

/// More refusals than a pool has connections: a broken rule must leave none of them unusable.
pub async fn a_session_of_nobody_is_not_opened(repositories: &Repositories) -> Outcome {
    let nobody = UserId::new(START);
    for _ in 0..25 {
        let session = Session::begin(nobody, "", START);
        assert!(!repositories.opens(&session, "aGFzaA").await?);
        let rotation = repositories.sessions.rotate(session.id, 1, START).await?;
        assert_eq!(rotation, Rotation::Refused);
    }
    let (user, _) = repositories.signed_up().await?;
    repositories.signed_in(user, "", START).await?;
    Ok(())
}
