//! Promises about users: an address has one account, and an account is stored whole or not at all.

use futures_util::future::join_all;

use super::fixtures::{START, address, hash, start_plus, user};
use super::{Outcome, Repositories};
use crate::id::UserId;
use crate::ports::{InfraError, RegistrationOutcome};
use crate::session::{Rotation, Session};
use crate::user::User;

/// By id and by address, with the hash and a session that works.
pub async fn a_registered_user_comes_back(repositories: &Repositories) -> Outcome {
    for (email, millis) in [
        ("Ada@Example.org", 0),
        ("o'hara+50%_a`$1?{x}@example.org", 1),
        ("J\u{f6}RG@B\u{dc}cher.example", 499),
        ("\u{130}da@example.org", 999),
        (
            &format!("{}@{}.example", "a".repeat(180), "b".repeat(60)),
            500,
        ),
    ] {
        let (user, session) = user(email);
        let user = User {
            created_at: start_plus(millis),
            ..user
        };
        let outcome = repositories
            .users
            .register(&user, &hash("c2VjcmV0"), Some(&session))
            .await?;
        assert_eq!(outcome, RegistrationOutcome::Registered, "{email}");

        assert_eq!(repositories.users.find(user.id).await?, Some(user.clone()));
        let Some(stored) = repositories
            .users
            .credentials(&address(&email.to_uppercase()))
            .await?
        else {
            panic!("{email} has an account");
        };
        assert_eq!(stored.user, user);
        assert_eq!(stored.hash.reveal(), hash("c2VjcmV0").reveal());
        let rotation = repositories
            .sessions
            .rotate(session.id, 1, start_plus(5))
            .await?;
        assert_eq!(rotation, session.rotate(1, start_plus(5)));
    }
    let nobody = repositories
        .users
        .credentials(&address("nobody@example.org"))
        .await?;
    assert!(nobody.is_none());
    assert_eq!(repositories.users.find(UserId::new(START)).await?, None);
    Ok(())
}

/// Neither a user nor a session, and the first account stays as it is.
pub async fn a_taken_address_leaves_nothing_behind(repositories: &Repositories) -> Outcome {
    let (first, session) = user("grace@example.org");
    repositories
        .users
        .register(&first, &hash("Zmlyc3Q"), Some(&session))
        .await?;
    for email in [
        "grace@example.org",
        "GRACE@Example.ORG",
        " Grace@example.org ",
    ] {
        let (second, second_session) = user(email);
        let outcome = repositories
            .users
            .register(&second, &hash("c2Vjb25k"), Some(&second_session))
            .await?;
        assert_eq!(outcome, RegistrationOutcome::EmailTaken);

        assert_eq!(repositories.users.find(second.id).await?, None);
        let rotation = repositories
            .sessions
            .rotate(second_session.id, 1, START)
            .await?;
        assert_eq!(rotation, Rotation::Refused);
        assert!(!repositories.opens(&second_session, "c2Vjb25k").await?);
        let ended = repositories.ended_since(START).await?;
        assert!(!ended.contains(&second_session.id));
    }
    let stored = repositories.users.credentials(&first.email).await?;
    let stored = stored.map(|stored| (stored.user, stored.hash.reveal().to_owned()));
    assert_eq!(stored, Some((first, hash("Zmlyc3Q").reveal().to_owned())));
    Ok(())
}

/// The others find the address taken, and none of them has a user or a session.
pub async fn concurrent_registrations_of_one_address_let_one_through(
    repositories: &Repositories,
) -> Outcome {
    let attempts: Vec<(User, Session)> = (0..10).map(|_| user("first.come@example.org")).collect();
    let password = hash("aGFzaA");
    let registrations = attempts
        .iter()
        .map(|(user, session)| repositories.users.register(user, &password, Some(session)));
    let outcomes = join_all(registrations).await;
    let outcomes = outcomes
        .into_iter()
        .collect::<Result<Vec<_>, InfraError>>()?;
    let winners = outcomes
        .iter()
        .filter(|outcome| **outcome == RegistrationOutcome::Registered);
    assert_eq!(winners.count(), 1);

    for ((user, session), outcome) in attempts.iter().zip(outcomes) {
        let registered = outcome == RegistrationOutcome::Registered;
        assert_eq!(
            repositories.users.find(user.id).await?.is_some(),
            registered
        );
        let rotation = repositories.sessions.rotate(session.id, 1, START).await?;
        assert_eq!(rotation != Rotation::Refused, registered);
    }
    Ok(())
}

/// Only the domain says which addresses are the same: no database collation, no normalisation, no wildcard.
pub async fn addresses_that_only_resemble_each_other_are_two(
    repositories: &Repositories,
) -> Outcome {
    let emails = [
        "strasse@example.org",
        "stra\u{df}e@example.org",
        "jos\u{e9}@example.org",
        "jose\u{301}@example.org",
        "jose@example.org",
        "a_b@example.org",
        "axb@example.org",
        "a%@example.org",
    ];
    let mut users = Vec::new();
    for email in emails {
        let (user, session) = user(email);
        let outcome = repositories
            .users
            .register(&user, &hash("aGFzaA"), Some(&session))
            .await?;
        assert_eq!(outcome, RegistrationOutcome::Registered, "{email}");
        users.push(user);
    }
    for user in users {
        let stored = repositories.users.credentials(&user.email).await?;
        assert_eq!(stored.map(|stored| stored.user), Some(user));
    }
    Ok(())
}

/// As an operator makes one: the account is there, and nobody is signed in.
pub async fn a_user_can_be_registered_without_a_session(repositories: &Repositories) -> Outcome {
    let (user, _) = user("quiet@example.org");
    for expected in [
        RegistrationOutcome::Registered,
        RegistrationOutcome::EmailTaken,
    ] {
        let outcome = repositories
            .users
            .register(&user, &hash("aGFzaA"), None)
            .await?;
        assert_eq!(outcome, expected);
    }
    assert_eq!(repositories.sessions.list(user.id, START).await?, []);
    assert_eq!(repositories.ended_since(START).await?, []);
    repositories.signed_in(user.id, "curl/8", START).await?;
    Ok(())
}
