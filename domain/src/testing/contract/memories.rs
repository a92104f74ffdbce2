//! Promises about finding one session, and about what is remembered of those that ended and for how long.

use std::time::Duration;

use super::fixtures::{START, start_plus};
use super::{Outcome, Repositories};
use crate::id::SessionId;
use crate::ports::EndedSession;
use crate::session::{ABSOLUTE_LIFETIME, ENDED_MEMORY, IDLE_LIFETIME};

const MILLISECOND: Duration = Duration::from_millis(1);

/// By its user only, with all fields, up to the last millisecond of its life.
pub async fn a_session_is_found_while_it_lives(repositories: &Repositories) -> Outcome {
    let (user, first) = repositories.signed_up().await?;
    let (stranger, _) = repositories.signed_up().await?;
    let session = repositories
        .signed_in(user, "curl/8", start_plus(7))
        .await?;
    let find = async |user, id, now| repositories.sessions.find(user, id, now).await;
    let end = session.expires_at();
    for now in [START, end.minus(MILLISECOND)] {
        let found = find(user, session.id, now).await?;
        assert_eq!(found.as_ref(), Some(&session));
    }
    assert_eq!(find(user, session.id, end).await?, None);
    assert_eq!(find(user, first.id, START).await?, Some(first.clone()));
    assert_eq!(find(stranger, session.id, START).await?, None);
    assert_eq!(find(user, SessionId::new(START), START).await?, None);

    assert!(repositories.sessions.end(user, session.id, START).await?);
    assert_eq!(find(user, session.id, START).await?, None);
    Ok(())
}

/// So that whoever knows the older ones need not ask for them again.
pub async fn an_ended_session_is_known_by_its_time(repositories: &Repositories) -> Outcome {
    let (user, first) = repositories.signed_up().await?;
    let second = repositories.signed_in(user, "curl/8", START).await?;
    let sessions = &repositories.sessions;
    assert!(sessions.end(user, first.id, start_plus(998)).await?);
    assert_eq!(
        sessions.end_others(user, None, start_plus(999)).await?,
        [second.id]
    );
    let [first, second] = [(first.id, 998), (second.id, 999)].map(|(id, millis)| EndedSession {
        id,
        ended_at: start_plus(millis),
    });
    let since = async |time| sessions.ended_since(time, None, 10).await;
    assert_eq!(since(first.ended_at).await?, [first, second]);
    assert_eq!(since(second.ended_at).await?, [second]);
    assert_eq!(since(start_plus(1000)).await?, []);
    Ok(())
}

/// However many end at once, page after page has each of them once.
pub async fn ended_sessions_come_in_pages(repositories: &Repositories) -> Outcome {
    let (user, first) = repositories.signed_up().await?;
    let sessions = &repositories.sessions;
    assert!(sessions.end(user, first.id, START).await?);
    for _ in 0..5 {
        repositories.signed_in(user, "", START).await?;
    }
    let together = start_plus(1);
    assert_eq!(sessions.end_others(user, None, together).await?.len(), 5);
    let all = sessions.ended_since(START, None, 10).await?;
    assert_eq!(all.len(), 6);
    let mut paged = Vec::new();
    let mut from = (START, None);
    loop {
        let page = sessions.ended_since(from.0, from.1, 2).await?;
        let Some(last) = page.last() else { break };
        from = (last.ended_at, Some(last.id));
        paged.extend(page);
    }
    assert_eq!(paged, all);
    Ok(())
}

/// When no clock can find a token of theirs young enough any more, and within the same limit as sessions.
pub async fn memories_are_removed_when_nobody_needs_them(repositories: &Repositories) -> Outcome {
    let (user, _) = repositories.signed_up().await?;
    for millis in 0..3 {
        let session = repositories.signed_in(user, "", start_plus(millis)).await?;
        let ended = start_plus(millis);
        assert!(repositories.sessions.end(user, session.id, ended).await?);
    }
    let remove = async |now, limit| repositories.sessions.remove_expired(now, limit).await;
    let needed = START.plus(ENDED_MEMORY * 2);
    assert_eq!(remove(needed, 10).await?, 0);
    assert_eq!(remove(needed.plus(MILLISECOND), 10).await?, 1);
    assert_eq!(repositories.ended_since(START).await?.len(), 2);

    // Two sessions are over by then: the first of the user, and this one.
    repositories.signed_in(user, "", START).await?;
    let now = START.plus(IDLE_LIFETIME);
    let mut removed = Vec::new();
    for _ in 0..3 {
        removed.push(remove(now, 3).await?);
    }
    assert_eq!(removed, [3, 1, 0]);
    assert_eq!(remove(START.plus(ABSOLUTE_LIFETIME), 10).await?, 0);
    Ok(())
}
