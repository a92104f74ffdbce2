//! What a signed-in person does to their account.

use super::*;
use crate::user::{NewPassword, Password};

fn to(current: &str, new: &str) -> NewPassword {
    NewPassword::parse(current, new).unwrap()
}

#[tokio::test]
async fn a_changed_password_signs_out_everywhere_else() {
    let house = House::new();
    let here = house.register("ada@example.org").await.unwrap();
    let elsewhere = house.login("ada@example.org", PASSWORD).await.unwrap();
    let who = house.identity(&here).await;

    let renewed = house
        .accounts
        .change_password(who, to(PASSWORD, "a better horse"))
        .await
        .unwrap();
    assert_eq!(renewed.session, here.session);
    assert!(house.accounts.refresh(&renewed.refresh_token).await.is_ok());
    let refused = house.accounts.refresh(&elsewhere.refresh_token).await;
    assert!(matches!(refused, Err(AccountError::RefreshTokenInvalid)));
    assert_eq!(house.ended().await, [elsewhere.session]);
    let old = house.login("ada@example.org", PASSWORD).await;
    assert!(matches!(old, Err(AccountError::CredentialsWrong)));
    assert!(
        house
            .login("ada@example.org", "a better horse")
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn without_the_current_password_nothing_changes() {
    let house = House::new();
    let here = house.register("ada@example.org").await.unwrap();
    let who = house.identity(&here).await;
    for wrong in ["", "wrong horse", "Correct Horse"] {
        let refused = house
            .accounts
            .change_password(who, to(wrong, "a better horse"))
            .await;
        assert!(
            matches!(refused, Err(AccountError::CredentialsWrong)),
            "{wrong}"
        );
        let refused = house
            .accounts
            .delete_account(who, Password::claimed(wrong).as_ref())
            .await;
        assert!(
            matches!(refused, Err(AccountError::CredentialsWrong)),
            "{wrong}"
        );
    }
    assert!(house.login("ada@example.org", PASSWORD).await.is_ok());
    assert!(house.accounts.refresh(&here.refresh_token).await.is_ok());
}

#[tokio::test]
async fn a_session_that_was_ended_cannot_change_the_password() {
    let house = House::new();
    let here = house.register("ada@example.org").await.unwrap();
    let who = house.identity(&here).await;
    house.accounts.logout(who).await.unwrap();
    for current in [PASSWORD, "wrong horse"] {
        let change = to(current, "a better horse");
        let refused = house.accounts.change_password(who, change).await;
        assert!(matches!(refused, Err(AccountError::SessionEnded)));
    }
    assert!(house.login("ada@example.org", PASSWORD).await.is_ok());
}

#[tokio::test]
async fn a_deleted_account_is_gone_and_its_address_free() {
    let house = House::new();
    let here = house.register("ada@example.org").await.unwrap();
    let who = house.identity(&here).await;
    let password = Password::claimed(PASSWORD);
    house
        .accounts
        .delete_account(who, password.as_ref())
        .await
        .unwrap();

    assert_eq!(house.accounts.me(who).await.unwrap(), None);
    assert_eq!(house.ended().await, [here.session]);
    let again = house.accounts.delete_account(who, password.as_ref()).await;
    assert!(matches!(again, Err(AccountError::AccountGone)));
    let back = house.register("ada@example.org").await.unwrap();
    assert_ne!(back.user.id, here.user.id);
}

#[tokio::test]
async fn sessions_are_seen_and_ended_by_their_user_only() {
    let house = House::new();
    let ada = house.register("ada@example.org").await.unwrap();
    let bob = house.register("bob@example.org").await.unwrap();
    let (as_ada, as_bob) = (house.identity(&ada).await, house.identity(&bob).await);
    house.clock.advance(MILLISECOND);
    let phone = house.login("ada@example.org", PASSWORD).await.unwrap();

    let listed = house.accounts.sessions(as_ada).await.unwrap();
    let ids: Vec<_> = listed.iter().map(|session| session.id).collect();
    assert_eq!(ids, [phone.session, ada.session]);
    let foreign = house.accounts.revoke_session(as_bob, phone.session).await;
    assert!(matches!(foreign, Err(AccountError::SessionNotFound)));

    house
        .accounts
        .revoke_session(as_ada, phone.session)
        .await
        .unwrap();
    let twice = house.accounts.revoke_session(as_ada, phone.session).await;
    assert!(matches!(twice, Err(AccountError::SessionNotFound)));
    let tablet = house.login("ada@example.org", PASSWORD).await.unwrap();
    assert_eq!(
        house.accounts.revoke_other_sessions(as_ada).await.unwrap(),
        [tablet.session]
    );
    assert_eq!(house.accounts.sessions(as_ada).await.unwrap().len(), 1);
    assert_eq!(house.accounts.sessions(as_bob).await.unwrap().len(), 1);
}

/// Another tab refreshed with the token before, and its request came second.
#[tokio::test]
async fn a_refresh_that_a_change_of_password_overtakes_ends_nothing() {
    let house = House::new();
    let here = house.register("ada@example.org").await.unwrap();
    let who = house.identity(&here).await;
    let change = to(PASSWORD, "a better horse");
    let renewed = house.accounts.change_password(who, change).await.unwrap();
    for _ in 0..2 {
        let refused = house.accounts.refresh(&here.refresh_token).await;
        assert!(matches!(refused, Err(AccountError::RefreshTokenInvalid)));
        house.clock.advance(ROTATION_GRACE);
    }
    assert_eq!(house.ended().await, []);
    house.clock.advance(MILLISECOND);
    let next = house.accounts.refresh(&renewed.refresh_token).await;
    assert_eq!(next.unwrap().session, here.session);
    let stolen = house.accounts.refresh(&here.refresh_token).await;
    assert!(matches!(
        stolen,
        Err(AccountError::RefreshTokenReused { .. })
    ));
    assert_eq!(house.ended().await, [here.session]);
}

#[tokio::test]
async fn a_change_of_password_whose_answer_got_lost_is_answered_again() {
    let house = House::new();
    let here = house.register("ada@example.org").await.unwrap();
    let who = house.identity(&here).await;
    let change = to(PASSWORD, "a better horse");
    let mut answers = Vec::new();
    for _ in 0..2 {
        answers.push(house.accounts.change_password(who, change.clone()).await);
        house.clock.advance(ROTATION_GRACE);
    }
    let tokens = answers.iter().map(|answer| {
        let answer = answer.as_ref().unwrap();
        (answer.session, answer.refresh_token.reveal())
    });
    let tokens: Vec<_> = tokens.collect();
    assert_eq!(tokens[0], tokens[1]);
    assert_eq!(house.ended().await, []);

    house.clock.advance(MILLISECOND);
    let late = house.accounts.change_password(who, change).await;
    assert!(matches!(late, Err(AccountError::CredentialsWrong)));
    let newest = answers.remove(0).unwrap().refresh_token;
    assert!(house.accounts.refresh(&newest).await.is_ok());
}

/// The answer goes to nobody who does not know the new password, and is not repeated once it was used.
#[tokio::test]
async fn only_the_same_change_of_password_is_answered_again() {
    let house = House::new();
    let here = house.register("ada@example.org").await.unwrap();
    let who = house.identity(&here).await;
    let change = to(PASSWORD, "a better horse");
    let renewed = house.accounts.change_password(who, change.clone()).await;
    let another = to(PASSWORD, "another horse");
    let refused = house.accounts.change_password(who, another).await;
    assert!(matches!(refused, Err(AccountError::CredentialsWrong)));
    let elsewhere = house.login("ada@example.org", "a better horse").await;
    let elsewhere = house.identity(&elsewhere.unwrap()).await;
    let refused = house
        .accounts
        .change_password(elsewhere, change.clone())
        .await;
    assert!(matches!(refused, Err(AccountError::CredentialsWrong)));

    let token = renewed.unwrap().refresh_token;
    house.clock.advance(MILLISECOND);
    house.accounts.refresh(&token).await.unwrap();
    let refused = house.accounts.change_password(who, change).await;
    assert!(matches!(refused, Err(AccountError::CredentialsWrong)));
}

#[tokio::test]
async fn a_session_is_found_by_its_user_beyond_the_list() {
    let house = House::new();
    let ada = house.register("ada@example.org").await.unwrap();
    let bob = house.register("bob@example.org").await.unwrap();
    let (as_ada, as_bob) = (house.identity(&ada).await, house.identity(&bob).await);
    let found = house.accounts.session(as_ada, ada.session).await.unwrap();
    assert_eq!(found.map(|session| session.id), Some(ada.session));
    let found = house.accounts.session(as_bob, ada.session).await.unwrap();
    assert_eq!(found, None);
}

#[tokio::test]
async fn whoever_hears_of_ended_sessions_hears_of_all_and_of_nothing_else() {
    let house = House::new();
    let here = house.register("ada@example.org").await.unwrap();
    let who = house.identity(&here).await;
    let one = house.login("ada@example.org", PASSWORD).await.unwrap();
    let two = house.login("ada@example.org", PASSWORD).await.unwrap();
    assert_eq!(house.told.take(), []);

    house
        .accounts
        .revoke_session(who, one.session)
        .await
        .unwrap();
    assert_eq!(house.told.take(), [one.session]);
    let again = house.accounts.revoke_session(who, one.session).await;
    assert!(again.is_err());
    assert_eq!(house.told.take(), []);
    house.accounts.revoke_other_sessions(who).await.unwrap();
    assert_eq!(house.told.take(), [two.session]);
    house.accounts.logout(who).await.unwrap();
    assert_eq!(house.told.take(), [here.session]);
    house.accounts.logout(who).await.unwrap();
    assert_eq!(house.told.take(), []);
}

/// Also by a token that was exchanged long ago; what is none ends nothing.
#[tokio::test]
async fn whoever_holds_a_refresh_token_can_end_its_session() {
    let house = House::new();
    let here = house.register("ada@example.org").await.unwrap();
    let elsewhere = house.login("ada@example.org", PASSWORD).await.unwrap();
    house.accounts.refresh(&here.refresh_token).await.unwrap();
    house.clock.advance(ROTATION_GRACE * 2);
    let junk = RefreshToken::new(here.access_token.reveal().to_owned());
    assert_eq!(house.accounts.logout_held(&junk).await.unwrap(), None);
    assert_eq!(house.ended().await, []);
    for owner in [Some(here.user.id), None] {
        let ended = house.accounts.logout_held(&here.refresh_token).await;
        assert_eq!(ended.unwrap(), owner);
    }
    assert_eq!(house.ended().await, [here.session]);
    let refreshed = house.accounts.refresh(&elsewhere.refresh_token).await;
    assert!(refreshed.is_ok());
}

#[tokio::test]
async fn a_session_that_gives_way_to_a_new_one_is_told() {
    let house = House::new();
    let first = house.register("ada@example.org").await.unwrap();
    for _ in 1..Session::MAX_PER_USER {
        house.login("ada@example.org", PASSWORD).await.unwrap();
    }
    assert_eq!(house.ended().await, []);
    house.clock.advance(MILLISECOND);
    house.login("ada@example.org", PASSWORD).await.unwrap();
    assert_eq!(house.ended().await, [first.session]);
}
