//! The protection without anybody who drives it: no GraphQL, no HTTP.

use std::sync::Arc;

use governor::clock::MonotonicClock;
use taskhive_domain::accounts::AccountPorts;
use taskhive_domain::testing::{
    InsecureHasher, ManualClock, MemoryStore, PlainIssuer, RecordedEnds,
};

use super::*;
use crate::accounts::rate_limit::Rates;

const PASSWORD: &str = "correct horse battery";

const OPEN: Offer = Offer {
    password_login: true,
    registration_open: true,
    sign_in_url: None,
};

fn guarded(offer: Offer, rates: Rates) -> GuardedAccounts {
    let store = Arc::new(MemoryStore::default());
    let ports = AccountPorts {
        users: store.clone(),
        sessions: store,
        session_events: Arc::new(RecordedEnds::default()),
        hasher: Arc::new(InsecureHasher::default()),
        clock: Arc::new(ManualClock::default()),
    };
    let accounts = Accounts::new(ports, Arc::new(PlainIssuer));
    let limits = RateLimits::new(&rates, &MonotonicClock);
    GuardedAccounts::new(Arc::new(accounts), Arc::new(limits), offer)
}

fn rates() -> Rates {
    Rates {
        requests_per_minute: 0,
        login_per_minute: 0,
        register_per_hour: 2,
        refresh_per_minute: 3,
        account_failures: 4,
        account_failures_per_hour: 0,
    }
}

fn is_limited<T>(outcome: &Result<T, GuardedError>) -> bool {
    matches!(outcome, Err(GuardedError::RateLimited(_)))
}

#[tokio::test]
async fn whoever_drives_the_use_cases_is_limited() {
    let accounts = guarded(OPEN, rates());
    let client = Client::default();
    for n in 0..2 {
        let email = format!("{n}@example.org");
        accounts.register(&client, &email, PASSWORD).await.unwrap();
    }
    let third = accounts.register(&client, "2@example.org", PASSWORD).await;
    assert!(is_limited(&third));

    for _ in 0..4 {
        let wrong = accounts.login(&client, "0@example.org", "wrong").await;
        let wrong = wrong.unwrap_err();
        assert!(matches!(
            wrong,
            GuardedError::Account(AccountError::CredentialsWrong)
        ));
    }
    let right = accounts.login(&client, "0@example.org", PASSWORD).await;
    assert!(is_limited(&right));
    assert!(
        accounts
            .login(&client, "1@example.org", PASSWORD)
            .await
            .is_ok()
    );

    let rubbish = RefreshToken::new("rubbish".to_owned());
    for _ in 0..3 {
        let refused = accounts.refresh(&client, Some(&rubbish)).await;
        assert!(refused.is_err() && !is_limited(&refused));
    }
    assert!(is_limited(&accounts.refresh(&client, Some(&rubbish)).await));
}

/// Input that is refused uses nothing up.
#[tokio::test]
async fn what_is_malformed_is_not_counted() {
    let accounts = guarded(OPEN, rates());
    let client = Client::default();
    for _ in 0..5 {
        let refused = accounts.register(&client, "nobody", "short").await;
        assert!(matches!(refused, Err(GuardedError::Invalid(_))));
        let refused = accounts.refresh(&client, None).await;
        assert!(matches!(refused, Err(GuardedError::RefreshTokenMissing)));
    }
    assert!(
        accounts
            .register(&client, "ada@example.org", PASSWORD)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn the_token_of_the_input_goes_before_that_of_the_cookie() {
    let accounts = guarded(OPEN, rates());
    let registered = accounts
        .register(&Client::default(), "ada@example.org", PASSWORD)
        .await
        .unwrap();
    let browser = Client {
        refresh_cookie: Some(registered.refresh_token),
        ..Client::default()
    };
    let rubbish = RefreshToken::new("rubbish".to_owned());
    assert!(accounts.refresh(&browser, Some(&rubbish)).await.is_err());
    assert!(accounts.refresh(&browser, None).await.is_ok());
}

#[tokio::test]
async fn what_is_not_offered_is_refused_whatever_the_input() {
    let closed = Offer {
        registration_open: false,
        ..OPEN
    };
    let client = Client::default();
    let refused = guarded(closed, rates()).register(&client, "", "").await;
    assert!(matches!(refused, Err(GuardedError::RegistrationClosed)));

    let elsewhere = Offer {
        password_login: false,
        registration_open: false,
        sign_in_url: None,
    };
    let accounts = guarded(elsewhere, rates());
    let is_elsewhere = |outcome: Result<SignedIn, GuardedError>| {
        matches!(
            outcome,
            Err(GuardedError::Account(AccountError::PasswordLoginDisabled))
        )
    };
    assert!(is_elsewhere(accounts.register(&client, "", "").await));
    assert!(is_elsewhere(accounts.login(&client, "", "").await));
    assert!(is_elsewhere(accounts.refresh(&client, None).await));
}

/// Another device has signed this one out, and this instance has not heard of it yet: no guess was wrong.
#[tokio::test]
async fn a_change_of_password_in_a_session_that_ended_is_no_failure() {
    let accounts = guarded(OPEN, rates());
    let client = Client::default();
    let registered = accounts.register(&client, "ada@example.org", PASSWORD);
    let token = registered.await.unwrap().access_token;
    let authenticated = accounts.accounts.authenticate(token.reveal()).await;
    let who = authenticated.unwrap().identity;
    accounts.logout(&client, who).await.unwrap();
    for current in [PASSWORD, "wrong", PASSWORD, "wrong", PASSWORD] {
        let refused = accounts.change_password(&client, who, current, "a better horse");
        let refused = refused.await.unwrap_err();
        assert!(
            matches!(refused, GuardedError::Account(AccountError::SessionEnded)),
            "{refused:?}"
        );
    }
    let login = accounts.login(&client, "ada@example.org", PASSWORD).await;
    assert!(login.is_ok());
}

#[tokio::test]
async fn signing_out_by_cookie_is_limited_like_refreshing() {
    let accounts = guarded(OPEN, rates());
    let client = Client::default();
    let rubbish = RefreshToken::new("rubbish".to_owned());
    for _ in 0..3 {
        let ended = accounts.logout_by_cookie(&client, &rubbish).await;
        assert!(ended.is_ok(), "there is nothing to sign out of");
    }
    assert!(is_limited(
        &accounts.logout_by_cookie(&client, &rubbish).await
    ));
}
