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
    assert_eq!(
        house.accounts.ended_sessions().await.unwrap(),
        [elsewhere.session]
    );
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
    let refused = house
        .accounts
        .change_password(who, to(PASSWORD, "a better horse"))
        .await;
    assert!(refused.is_err());
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
    assert_eq!(
        house.accounts.ended_sessions().await.unwrap(),
        [here.session]
    );
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
