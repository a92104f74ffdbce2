//! Promises about the session that goes on after a change of password: it gets a new token that nobody presented an older one
//! for, so an older one may still be on its way.

use std::time::Duration;

use super::fixtures::{hash, start_plus};
use super::{Outcome, Repositories};
use crate::ports::{InfraError, PasswordChange, PasswordChangeOutcome};
use crate::session::{ROTATION_GRACE, Rotation, Session};
use crate::time::Timestamp;

const MILLISECOND: Duration = Duration::from_millis(1);

impl Repositories {
    /// A session that was refreshed twice, and its renewal at this time.
    async fn renewed(&self, now: Timestamp) -> Result<Session, InfraError> {
        let (user, session) = self.signed_up().await?;
        for generation in [1, 2] {
            let at = start_plus(generation.into());
            let rotation = self.sessions.rotate(session.id, generation, at).await?;
            assert!(matches!(rotation, Rotation::Rotated(_)));
        }
        let change = PasswordChange {
            expected: hash("aGFzaA"),
            new: hash("bmV3"),
            keep: session.id,
        };
        match self.users.change_password(user, &change, now).await? {
            PasswordChangeOutcome::Changed { kept, .. } => Ok(kept),
            refused => panic!("{refused:?}"),
        }
    }
}

/// However old it is, and as often as it comes: it gets nothing, and the session goes on.
pub async fn an_older_token_is_refused_for_a_moment_after_a_renewal(
    repositories: &Repositories,
) -> Outcome {
    let now = start_plus(1000);
    let session = repositories.renewed(now).await?;
    let sessions = &repositories.sessions;
    for later in [Duration::ZERO, MILLISECOND, ROTATION_GRACE] {
        for older in [3, 2, 1, 3] {
            let rotation = sessions.rotate(session.id, older, now.plus(later)).await?;
            assert_eq!(rotation, Rotation::Refused);
        }
    }
    let found = sessions.find(session.user, session.id, now).await?;
    assert_eq!(found, Some(session.clone()));
    assert_eq!(repositories.ended_since(now).await?, []);
    let rotation = sessions.rotate(session.id, session.generation, now).await?;
    assert_eq!(rotation, session.rotate(session.generation, now));
    Ok(())
}

/// Also when the new token was used meanwhile; that one still gives its answer again for a while.
pub async fn an_older_token_is_refused_while_the_new_one_is_in_use(
    repositories: &Repositories,
) -> Outcome {
    let now = start_plus(1000);
    let renewed = repositories.renewed(now).await?;
    let (id, sessions) = (renewed.id, &repositories.sessions);
    let used = now.plus(ROTATION_GRACE);
    let rotation = sessions.rotate(id, renewed.generation, used).await?;
    let Rotation::Rotated(next) = rotation else {
        panic!("{rotation:?}");
    };
    assert_eq!(sessions.rotate(id, 3, used).await?, Rotation::Refused);
    let again = sessions.rotate(id, renewed.generation, used).await?;
    assert_eq!(again, Rotation::Repeated(next));
    Ok(())
}

/// By then its owner has used the new one, so whoever comes with an older one has stolen it.
pub async fn an_older_token_is_a_stolen_one_later_after_a_renewal(
    repositories: &Repositories,
) -> Outcome {
    let now = start_plus(1000);
    let session = repositories.renewed(now).await?;
    let later = now.plus(ROTATION_GRACE + MILLISECOND);
    let rotation = repositories.sessions.rotate(session.id, 3, later).await?;
    assert_eq!(rotation, Rotation::Reused(session.clone()));
    assert_eq!(repositories.ended_since(later).await?, [session.id]);
    Ok(())
}
