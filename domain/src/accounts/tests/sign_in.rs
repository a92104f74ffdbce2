//! Signing up, in, on and out.

use super::*;

#[tokio::test]
async fn signing_up_signs_in() {
    let house = House::new();
    let signed_in = house.register("Ada@Example.org").await.unwrap();
    assert_eq!(signed_in.user.email.as_str(), "ada@example.org");
    assert_eq!(signed_in.user.created_at, house.clock.now());
    assert_eq!(signed_in.expires_in, ACCESS_TOKEN_LIFETIME);

    let token = signed_in.access_token.reveal();
    let authenticated = house.accounts.authenticate(token).await.unwrap();
    assert_eq!(
        authenticated.expires_at,
        house.clock.now().plus(ACCESS_TOKEN_LIFETIME)
    );
    let who = authenticated.identity;
    assert_eq!(
        (who.user(), who.session()),
        (signed_in.user.id, signed_in.session)
    );
    assert_eq!(
        house.accounts.me(who).await.unwrap(),
        Some(signed_in.user.clone())
    );
    assert!(
        house
            .accounts
            .refresh(&signed_in.refresh_token)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn an_address_is_taken_in_every_letter_case() {
    let house = House::new();
    let first = house.register("ada@example.org").await.unwrap();
    let second = house.register("ADA@EXAMPLE.ORG").await;
    assert!(matches!(second, Err(AccountError::EmailTaken)));
    let again = house.login("Ada@Example.Org", PASSWORD).await.unwrap();
    assert_eq!(again.user, first.user);
    assert_ne!(again.session, first.session);
}

#[tokio::test]
async fn a_wrong_password_reads_like_an_unknown_address() {
    let house = House::new();
    house.register("ada@example.org").await.unwrap();
    let mut texts = Vec::new();
    for (email, password) in [
        ("ada@example.org", "wrong horse"),
        ("ada@example.org", "Correct Horse"),
        ("ada@example.org", " correct horse "),
        ("ada@example.org", "short"),
        ("ada@example.org", ""),
        ("nobody@example.org", PASSWORD),
        ("no address", PASSWORD),
        ("", ""),
    ] {
        let error = house.login(email, password).await.unwrap_err();
        assert!(
            matches!(error, AccountError::CredentialsWrong),
            "{email} {password}"
        );
        texts.push(format!("{error} {error:?}"));
    }
    texts.dedup();
    assert_eq!(texts.len(), 1);
}

#[tokio::test]
async fn signing_in_renews_an_outdated_hash() {
    let house = House::new();
    house.register("ada@example.org").await.unwrap();
    let outdated = house.stored_hash("ada@example.org").await;
    house.login("ada@example.org", PASSWORD).await.unwrap();
    assert_eq!(house.stored_hash("ada@example.org").await, outdated);

    let today = House::on(house.store.clone(), InsecureHasher { parameters: 2 });
    assert!(today.login("ada@example.org", "wrong horse").await.is_err());
    assert_eq!(today.stored_hash("ada@example.org").await, outdated);
    today.login("ada@example.org", PASSWORD).await.unwrap();
    assert_ne!(today.stored_hash("ada@example.org").await, outdated);
    assert!(today.login("ada@example.org", PASSWORD).await.is_ok());
}

#[tokio::test]
async fn a_refresh_token_gives_the_same_answer_for_a_while() {
    let house = House::new();
    let first = house.register("ada@example.org").await.unwrap();
    house.clock.advance(Duration::from_mins(10));
    let second = house.accounts.refresh(&first.refresh_token).await.unwrap();
    assert_eq!((second.session, &second.user), (first.session, &first.user));
    assert_ne!(second.refresh_token.reveal(), first.refresh_token.reveal());
    assert_ne!(second.access_token.reveal(), first.access_token.reveal());

    for _ in 0..3 {
        house.clock.advance(ROTATION_GRACE / 3);
        let again = house.accounts.refresh(&first.refresh_token).await.unwrap();
        assert_eq!(again.refresh_token.reveal(), second.refresh_token.reveal());
        let who = house.identity(&again).await;
        assert_eq!(who.session(), first.session);
    }
    let third = house.accounts.refresh(&second.refresh_token).await.unwrap();
    assert_ne!(third.refresh_token.reveal(), second.refresh_token.reveal());
}

#[tokio::test]
async fn a_stolen_refresh_token_ends_its_session_and_no_other() {
    let house = House::new();
    let first = house.register("ada@example.org").await.unwrap();
    let elsewhere = house.login("ada@example.org", PASSWORD).await.unwrap();
    let second = house.accounts.refresh(&first.refresh_token).await.unwrap();
    house.clock.advance(ROTATION_GRACE + MILLISECOND);

    let error = house
        .accounts
        .refresh(&first.refresh_token)
        .await
        .unwrap_err();
    let AccountError::RefreshTokenReused { user } = error else {
        panic!("{error:?}");
    };
    assert_eq!(user, first.user.id);
    assert_eq!(house.ended().await, [first.session]);
    for token in [&second.refresh_token, &first.refresh_token] {
        let refused = house.accounts.refresh(token).await;
        assert!(matches!(refused, Err(AccountError::RefreshTokenInvalid)));
    }
    assert!(
        house
            .accounts
            .refresh(&elsewhere.refresh_token)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn what_is_no_refresh_token_of_a_living_session_is_invalid() {
    let house = House::new();
    let signed_in = house.register("ada@example.org").await.unwrap();
    let of = |session, generation| {
        let claims = RefreshClaims {
            session,
            generation,
        };
        PlainIssuer.mint_refresh(&claims)
    };
    for token in [
        RefreshToken::new(String::new()),
        RefreshToken::new("junk".to_owned()),
        RefreshToken::new(signed_in.access_token.reveal().to_owned()),
        of(SessionId::new(house.clock.now()), 1),
        of(signed_in.session, 2),
        of(signed_in.session, 0),
    ] {
        let refused = house.accounts.refresh(&token).await;
        assert!(matches!(refused, Err(AccountError::RefreshTokenInvalid)));
    }
    house.clock.advance(IDLE_LIFETIME);
    let refused = house.accounts.refresh(&signed_in.refresh_token).await;
    assert!(matches!(refused, Err(AccountError::RefreshTokenInvalid)));
    assert_eq!(house.ended().await, []);
}

#[tokio::test]
async fn signing_out_ends_the_session_for_good() {
    let house = House::new();
    let first = house.register("ada@example.org").await.unwrap();
    let elsewhere = house.login("ada@example.org", PASSWORD).await.unwrap();
    let who = house.identity(&first).await;
    house.accounts.logout(who).await.unwrap();
    house.accounts.logout(who).await.unwrap();

    let refused = house.accounts.refresh(&first.refresh_token).await;
    assert!(matches!(refused, Err(AccountError::RefreshTokenInvalid)));
    assert_eq!(house.ended().await, [first.session]);
    assert!(
        house
            .accounts
            .refresh(&elsewhere.refresh_token)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn an_access_token_is_good_until_it_expires() {
    let house = House::new();
    let signed_in = house.register("ada@example.org").await.unwrap();
    let token = signed_in.access_token.reveal();
    let began = house.clock.now();
    house
        .clock
        .set(began.plus(ACCESS_TOKEN_LIFETIME).minus(MILLISECOND));
    assert!(house.accounts.authenticate(token).await.is_ok());
    house.clock.advance(MILLISECOND);
    let expired = house.accounts.authenticate(token).await;
    assert!(matches!(
        expired,
        Err(AuthenticationError::Rejected(TokenRejection::Expired))
    ));

    for junk in [
        "",
        "junk",
        signed_in.refresh_token.reveal(),
        &format!("{token}.0"),
        &format!(" {token}"),
    ] {
        let invalid = house.accounts.authenticate(junk).await;
        let rejected = AuthenticationError::Rejected(TokenRejection::Invalid);
        assert_eq!(
            format!("{:?}", invalid.unwrap_err()),
            format!("{rejected:?}"),
            "{junk}"
        );
    }
}

#[tokio::test]
async fn nothing_personal_or_secret_is_in_an_outcome_that_is_logged() {
    let house = House::new();
    let signed_in = house.register("ada@example.org").await.unwrap();
    let taken = house.register("ada@example.org").await.unwrap_err();
    let wrong = house
        .login("ada@example.org", "wrong horse")
        .await
        .unwrap_err();
    let shown = format!("{signed_in:?} {taken:?} {taken} {wrong:?} {wrong}");
    for secret in ["ada", "horse", "access.", "refresh."] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
