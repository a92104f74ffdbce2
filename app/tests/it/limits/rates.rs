//! Limits of rate, where the use case runs.

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::{Value, json};
use testkit::{LOGIN, PASSWORD, REFRESH, REGISTER, Reply, TestApp};

use super::{SOMEBODY, post};

pub(crate) async fn register(app: &TestApp, peer: &str, email: &str) -> Reply {
    let input = json!({"input": {"email": email, "password": PASSWORD}});
    app.answer(peer, post(REGISTER, &input)).await
}

pub(crate) async fn login(app: &TestApp, peer: &str, email: &str, password: &str) -> Reply {
    let input = json!({"input": {"email": email, "password": password}});
    app.answer(peer, post(LOGIN, &input)).await
}

/// What the first error says, without what differs from one request to the next.
fn told(reply: &Reply) -> (StatusCode, Value, Value) {
    let error = &reply.json["errors"][0];
    let (code, message) = (&error["extensions"]["code"], &error["message"]);
    (reply.status, code.clone(), message.clone())
}

fn assert_limited(reply: &Reply, at_most: u64) {
    assert_eq!(reply.status, StatusCode::TOO_MANY_REQUESTS);
    let json = &reply.json;
    assert_eq!(reply.code(), "RATE_LIMITED");
    assert!(json.get("data").is_none(), "{json}");
    let seconds = json["errors"][0]["extensions"]["retryAfter"]
        .as_u64()
        .unwrap();
    assert_eq!(reply.header("retry-after"), seconds.to_string());
    // As long as it takes until one more is allowed, less what the test took.
    assert!(
        (at_most.saturating_sub(5)..=at_most).contains(&seconds),
        "{seconds}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_eleventh_login_a_minute_is_refused_whatever_its_account() {
    let app = TestApp::limited(&[]).await;
    register(&app, SOMEBODY, "ada@example.org").await;
    for n in 0..10 {
        let reply = login(
            &app,
            SOMEBODY,
            &format!("{n}@example.org"),
            "wrong-password",
        )
        .await;
        assert_eq!(
            (reply.status, reply.code()),
            (StatusCode::OK, "UNAUTHENTICATED")
        );
    }
    assert_limited(&login(&app, SOMEBODY, "ada@example.org", PASSWORD).await, 6);
    let elsewhere = login(&app, "192.0.2.2:40000", "ada@example.org", PASSWORD).await;
    assert_eq!(elsewhere.status, StatusCode::OK);
    assert!(elsewhere.json["data"]["login"]["accessToken"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn five_accounts_an_hour_and_address() {
    let app = TestApp::limited(&[]).await;
    for n in 0..5 {
        let reply = register(&app, SOMEBODY, &format!("{n}@example.org")).await;
        assert!(reply.json["data"]["register"]["user"]["id"].is_string());
        // What breaks a rule creates no account, and does not count.
        assert_eq!(
            register(&app, SOMEBODY, "nonsense").await.code(),
            "VALIDATION"
        );
    }
    assert_limited(&register(&app, SOMEBODY, "6@example.org").await, 720);
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_refreshes_a_minute_and_address() {
    let app = TestApp::limited(&[]).await;
    let input = || json!({"input": {"refreshToken": "nonsense"}});
    for _ in 0..60 {
        assert_eq!(
            app.answer(SOMEBODY, post(REFRESH, &input())).await.code(),
            "UNAUTHENTICATED"
        );
    }
    let mut limited = app.answer(SOMEBODY, post(REFRESH, &input())).await;
    // One comes back every second, perhaps while this runs.
    while limited.status == StatusCode::OK {
        limited = app.answer(SOMEBODY, post(REFRESH, &input())).await;
    }
    assert_limited(&limited, 1);
}

/// Whoever guesses must not learn from the limit whether there is such an account, either.
#[tokio::test(flavor = "multi_thread")]
async fn an_account_and_an_unknown_address_are_limited_alike() {
    let app = TestApp::limited(&[("LIMIT_LOGIN_PER_MINUTE", "0")]).await;
    register(&app, SOMEBODY, "ada@example.org").await;
    for _ in 0..10 {
        let known = login(&app, SOMEBODY, "ada@example.org", "wrong-password").await;
        let unknown = login(&app, SOMEBODY, "bob@example.org", "wrong-password").await;
        assert_eq!(told(&known), told(&unknown));
        assert_eq!(known.status, StatusCode::OK);
    }
    let known = login(&app, SOMEBODY, " Ada@Example.org", PASSWORD).await;
    assert_limited(&known, 90);
    assert_limited(
        &login(&app, SOMEBODY, "bob@example.org", "wrong-password").await,
        90,
    );
    // Only here: the user elsewhere is not locked out.
    let elsewhere = login(&app, "192.0.2.2:40000", "ada@example.org", PASSWORD).await;
    assert_eq!(elsewhere.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_from_everywhere_end_too() {
    let settings = [
        ("LIMIT_LOGIN_PER_MINUTE", "0"),
        ("LIMIT_ACCOUNT_FAILURES_PER_HOUR", "3"),
    ];
    let app = TestApp::limited(&settings).await;
    for n in 1..=3 {
        let reply = login(
            &app,
            &format!("[2001:db8:0:{n}::1]:1"),
            "ada@example.org",
            "wrong",
        )
        .await;
        assert_eq!(reply.status, StatusCode::OK);
    }
    assert_limited(
        &login(&app, "[2001:db8:0:4::1]:1", "ada@example.org", "wrong").await,
        1200,
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_over_and_over_is_no_failure() {
    let settings = [
        ("LIMIT_LOGIN_PER_MINUTE", "0"),
        ("LIMIT_ACCOUNT_FAILURES", "2"),
    ];
    let app = TestApp::limited(&settings).await;
    register(&app, SOMEBODY, "ada@example.org").await;
    for _ in 0..20 {
        assert_eq!(
            login(&app, SOMEBODY, "ada@example.org", PASSWORD)
                .await
                .status,
            StatusCode::OK
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_guesses_are_counted_before_they_are_judged() {
    let app = Arc::new(TestApp::limited(&[("LIMIT_LOGIN_PER_MINUTE", "0")]).await);
    let guess = |_| {
        let app = Arc::clone(&app);
        tokio::spawn(async move {
            login(&app, SOMEBODY, "ada@example.org", "wrong")
                .await
                .status
        })
    };
    let guesses: Vec<_> = (0..50).map(guess).collect();
    let mut judged = 0;
    for guess in guesses {
        judged += usize::from(guess.await.unwrap() == StatusCode::OK);
    }
    assert_eq!(judged, 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_counts_as_a_request() {
    let app = TestApp::limited(&[("LIMIT_REQUESTS_PER_MINUTE", "3")]).await;
    let ask = || app.answer(SOMEBODY, post("{ __typename }", &json!({})));
    for _ in 0..3 {
        assert_eq!(ask().await.status, StatusCode::OK);
    }
    let limited = ask().await;
    assert_limited(&limited, 20);
    assert!(!limited.header("x-request-id").is_empty());
    // Before anything is parsed.
    assert_limited(&app.answer(SOMEBODY, post("{", &json!({}))).await, 20);
    assert_eq!(
        app.answer("192.0.2.2:1", post("{ __typename }", &json!({})))
            .await
            .status,
        StatusCode::OK
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn zero_switches_a_limit_off() {
    let names = [
        "LIMIT_REGISTER_PER_HOUR",
        "LIMIT_LOGIN_PER_MINUTE",
        "LIMIT_ACCOUNT_FAILURES",
        "LIMIT_ACCOUNT_FAILURES_PER_HOUR",
    ];
    let app = TestApp::limited(&names.map(|name| (name, "0"))).await;
    for n in 0..8 {
        let reply = register(&app, SOMEBODY, &format!("{n}@example.org")).await;
        assert!(reply.json["data"]["register"]["user"]["id"].is_string());
    }
    for _ in 0..120 {
        assert_eq!(
            login(&app, SOMEBODY, "ada@example.org", "wrong")
                .await
                .status,
            StatusCode::OK
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_is_who_the_trusted_proxy_says() {
    let app = TestApp::limited(&[
        ("TRUSTED_PROXIES", "10.0.0.0/8"),
        ("LIMIT_REQUESTS_PER_MINUTE", "1"),
    ])
    .await;
    let ask = async |peer: &str, forwarded_for: &'static str| {
        let mut request = post("{ __typename }", &json!({}));
        request
            .headers_mut()
            .insert("x-forwarded-for", forwarded_for.parse().unwrap());
        app.answer(peer, request).await.status
    };
    let proxy = "10.0.0.1:1";
    assert_eq!(ask(proxy, "198.51.100.1").await, StatusCode::OK);
    assert_eq!(ask(proxy, "198.51.100.2").await, StatusCode::OK);
    // Whatever a client writes itself makes it nobody else.
    assert_eq!(
        ask(proxy, "203.0.113.9, 198.51.100.1").await,
        StatusCode::TOO_MANY_REQUESTS
    );
    assert_eq!(ask(SOMEBODY, "203.0.113.1").await, StatusCode::OK);
    assert_eq!(
        ask(SOMEBODY, "203.0.113.2").await,
        StatusCode::TOO_MANY_REQUESTS
    );
}

/// With a stolen access token nobody may try passwords without end either, and aliases do not help.
#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_confirms_is_guessed_ten_times_at_most() {
    let app = TestApp::limited(&[("LIMIT_LOGIN_PER_MINUTE", "0")]).await;
    let registered = register(&app, SOMEBODY, "ada@example.org").await.json;
    let token = registered["data"]["register"]["accessToken"]
        .as_str()
        .unwrap();
    let guess = async |query: &str| {
        let mut request = post(query, &json!({}));
        let bearer = format!("Bearer {token}");
        request
            .headers_mut()
            .insert("authorization", bearer.parse().unwrap());
        app.answer(SOMEBODY, request).await
    };
    let one = r#"deleteAccount(input: {password: "wrong-password"}) { deletedUserId }"#;
    let five = (0..5).map(|n| format!("a{n}: {one} "));
    let reply = guess(&format!("mutation {{ {} }}", five.collect::<String>())).await;
    assert_eq!(reply.code(), "UNAUTHENTICATED");
    let change = r#"mutation { changePassword(input: {currentPassword: "wrong-password", newPassword: "umber-lagoon-93-plover"}) { expiresIn } }"#;
    let mut judged = 1;
    while guess(change).await.status == StatusCode::OK {
        judged += 1;
    }
    assert!((6..=10).contains(&judged), "{judged}");
    assert_limited(&guess(change).await, 90);
    assert_limited(&guess(&format!("mutation {{ {one} }}")).await, 90);
    // The same account, the same counter.
    let login = login(&app, SOMEBODY, "ada@example.org", PASSWORD).await;
    assert_limited(&login, 90);
}
