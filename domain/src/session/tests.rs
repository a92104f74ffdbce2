//! When a refresh token works, when it only repeats, and when it ends its session.

use super::*;
use crate::user::User;

const START: Timestamp = Timestamp::from_millis(1_700_000_000_123);
const MILLISECOND: Duration = Duration::from_millis(1);

/// A session in its third generation, reached an hour after it began.
fn session() -> Session {
    Session {
        generation: 3,
        last_used_at: START.plus(Duration::from_hours(1)),
        ..Session::begin(UserId::new(START), "Mozilla/5.0", START)
    }
}

#[derive(Debug, PartialEq)]
enum Kind {
    Rotated,
    Repeated,
    Reused,
    Refused,
}

fn kind(rotation: &Rotation) -> Kind {
    match rotation {
        Rotation::Rotated(_) => Kind::Rotated,
        Rotation::Repeated(_) => Kind::Repeated,
        Rotation::Reused(_) => Kind::Reused,
        Rotation::Refused => Kind::Refused,
    }
}

#[test]
fn a_token_counts_by_its_generation_and_its_age() {
    let used = session().last_used_at;
    let grace = ROTATION_GRACE;
    let idle = IDLE_LIFETIME;
    for (presented, now, expected) in [
        // The newest: good for as long as the session is.
        (3, used, Kind::Rotated),
        (3, used.plus(grace + MILLISECOND), Kind::Rotated),
        (3, used.plus(idle).minus(MILLISECOND), Kind::Rotated),
        (3, used.plus(idle), Kind::Refused),
        // The one before: up to the last millisecond of the grace. Clocks of two machines may differ.
        (2, used.minus(Duration::from_secs(5)), Kind::Repeated),
        (2, used, Kind::Repeated),
        (2, used.plus(grace), Kind::Repeated),
        (2, used.plus(grace + MILLISECOND), Kind::Reused),
        (2, used.plus(idle).minus(MILLISECOND), Kind::Reused),
        (2, used.plus(idle), Kind::Refused),
        // Older ones: never.
        (1, used, Kind::Reused),
        (1, used.plus(grace), Kind::Reused),
        (1, used.plus(idle), Kind::Refused),
        // Never handed out.
        (4, used, Kind::Refused),
        (Generation::MAX, used, Kind::Refused),
        (0, used, Kind::Refused),
        (-1, used, Kind::Refused),
        (Generation::MIN, used, Kind::Refused),
    ] {
        let rotation = session().rotate(presented, now);
        assert_eq!(kind(&rotation), expected, "{presented} at {now:?}");
    }
}

#[test]
fn after_a_renewal_older_tokens_are_refused_for_a_moment_and_then_count_as_stolen() {
    let renewed_at = session().last_used_at.plus(Duration::from_mins(1));
    let renewed = session().renewed(renewed_at).unwrap();
    assert_eq!(
        (renewed.generation, renewed.last_used_at),
        (5, renewed_at),
        "one generation is never handed out"
    );
    let late = renewed_at.plus(ROTATION_GRACE + MILLISECOND);
    for older in [3, 2, 1] {
        for now in [renewed_at, renewed_at.plus(ROTATION_GRACE)] {
            assert_eq!(renewed.rotate(older, now), Rotation::Refused);
        }
        assert_eq!(kind(&renewed.rotate(older, late)), Kind::Reused);
    }
    assert_eq!(kind(&renewed.rotate(5, renewed_at)), Kind::Rotated);
    assert!(session().renewed(session().expires_at()).is_none());

    assert!(renewed.awaits_first_use(renewed_at.plus(ROTATION_GRACE)));
    assert!(!renewed.awaits_first_use(late));
    let Rotation::Rotated(used) = renewed.rotate(5, renewed_at.plus(MILLISECOND)) else {
        panic!("it was the newest");
    };
    assert!(!used.awaits_first_use(used.last_used_at));
    assert!(!session().awaits_first_use(session().last_used_at));
}

#[test]
fn the_first_token_has_none_before_it() {
    let fresh = Session::begin(UserId::new(START), "", START);
    assert_eq!(fresh.rotate(0, START), Rotation::Refused);
    assert_eq!(kind(&fresh.rotate(1, START)), Kind::Rotated);
}

#[test]
fn a_rotation_moves_generation_and_time_only() {
    let before = session();
    let now = before.last_used_at.plus(Duration::from_mins(15));
    let expected = Session {
        generation: 4,
        last_used_at: now,
        ..before.clone()
    };
    assert_eq!(before.rotate(3, now), Rotation::Rotated(expected));
    assert_eq!(
        before.rotate(2, before.last_used_at),
        Rotation::Repeated(before.clone())
    );
    assert_eq!(before.rotate(1, now), Rotation::Reused(before));
}

#[test]
fn use_prolongs_a_session_up_to_its_absolute_lifetime() {
    let fresh = Session::begin(UserId::new(START), "", START);
    assert_eq!(fresh.expires_at(), START.plus(IDLE_LIFETIME));
    let end = START.plus(ABSOLUTE_LIFETIME);
    let old = Session {
        last_used_at: end.minus(Duration::from_hours(1)),
        ..fresh
    };
    assert_eq!(old.expires_at(), end);
    assert_eq!(kind(&old.rotate(1, end.minus(MILLISECOND))), Kind::Rotated);
    assert_eq!(old.rotate(1, end), Rotation::Refused);
}

#[test]
fn the_end_of_a_session_is_remembered_longer_than_its_tokens_live() {
    assert!(ENDED_MEMORY >= ACCESS_TOKEN_LIFETIME + 2 * CLOCK_LEEWAY);
}

#[test]
fn the_name_of_a_client_is_cut_and_cleaned() {
    let begin = |agent: &str| Session::begin(UserId::new(START), agent, START).user_agent;
    assert_eq!(begin("curl/8\r\nX: y\0\u{1b}[0m\u{85}"), "curl/8X: y[0m");
    assert_eq!(begin(&"\u{1F4F1}".repeat(201)), "\u{1F4F1}".repeat(200));
    assert_eq!(begin(""), "");
}

#[test]
fn tokens_are_never_shown() {
    let access = AccessToken::new("s3cr3t".to_owned());
    let refresh = RefreshToken::new("s3cr3t".to_owned());
    let signed_in = crate::accounts::SignedIn {
        user: User {
            id: UserId::new(START),
            email: crate::user::EmailAddress::parse("s3cr3t@example.org").unwrap(),
            created_at: START,
        },
        session: SessionId::new(START),
        access_token: access.clone(),
        expires_in: ACCESS_TOKEN_LIFETIME,
        refresh_token: refresh.clone(),
    };
    assert_eq!(
        format!("{access:?} {refresh:?}"),
        "AccessToken(…) RefreshToken(…)"
    );
    let shown = format!("{access:#?}{refresh:#?}{signed_in:?}{signed_in:#?}");
    assert!(!shown.contains("s3cr3t"), "{shown}");
    assert_eq!((access.reveal(), refresh.reveal()), ("s3cr3t", "s3cr3t"));
}
