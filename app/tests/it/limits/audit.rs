//! What the log says about sign-ins: fixed names, and no secrets.

use serde_json::{Value, json};
use testkit::{LOGOUT, Log, PASSWORD, REFRESH, TestApp};

use super::rates::{login, register};
use super::{SOMEBODY, post};

/// The first of three refresh tokens comes back.
async fn refresh_twice_and_reuse(app: &TestApp, first: &Value) {
    let mut token = first.clone();
    for _ in 0..2 {
        let input = json!({"input": {"refreshToken": token}});
        let reply = app.answer(SOMEBODY, post(REFRESH, &input)).await.json;
        token = reply["data"]["refreshToken"]["refreshToken"].clone();
    }
    let reused = json!({"input": {"refreshToken": first}});
    assert_eq!(
        app.answer(SOMEBODY, post(REFRESH, &reused)).await.code(),
        "UNAUTHENTICATED"
    );
}

/// One thread, so that everything is logged where this test listens.
#[tokio::test]
async fn the_log_tells_of_sign_ins_by_name_and_never_tells_secrets() {
    let app = TestApp::limited(&[("LIMIT_LOGIN_PER_MINUTE", "2")]).await;
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_writer(move || writer.clone())
        .finish();
    let listening = testkit::listen(subscriber);
    let registered = register(&app, SOMEBODY, "ada@example.org").await.json;
    let tokens = &registered["data"]["register"];
    let signed_in = login(&app, SOMEBODY, "ada@example.org", PASSWORD)
        .await
        .json;
    login(&app, SOMEBODY, "ada@example.org", "wrong-password").await;
    for _ in 0..3 {
        login(&app, SOMEBODY, "ada@example.org", PASSWORD).await;
    }
    refresh_twice_and_reuse(&app, &tokens["refreshToken"]).await;
    let mut logout = post(LOGOUT, &json!({}));
    let token = signed_in["data"]["login"]["accessToken"].as_str().unwrap();
    let bearer = format!("Bearer {token}");
    logout
        .headers_mut()
        .insert("authorization", bearer.parse().unwrap());
    logout
        .headers_mut()
        .insert("x-request-id", "the-logout".parse().unwrap());
    app.answer(SOMEBODY, logout).await;
    drop(listening);

    let text = log.take();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let events: Vec<&Value> = lines
        .iter()
        .filter(|line| line.get("address").is_some())
        .collect();
    let names: Vec<&str> = events
        .iter()
        .filter_map(|event| event["message"].as_str())
        .collect();
    assert_eq!(
        names,
        [
            "account_created",
            "sign_in_ok",
            "sign_in_failed",
            "rate_limited",
            "refresh_reuse",
            "sign_out"
        ]
    );
    for event in &events {
        assert_eq!(event["address"], "192.0.2.1");
        assert!(
            event["request_id"]
                .as_str()
                .is_some_and(|id| !id.is_empty()),
            "{event}"
        );
    }
    for event in [0, 1, 4, 5] {
        assert_eq!(events[event]["user"], tokens["user"]["id"]);
    }
    assert_eq!(events[5]["request_id"], "the-logout");
    assert_eq!(events[3]["limit"], "login");
    for secret in [
        "example.org",
        PASSWORD,
        "wrong-password",
        token,
        tokens["refreshToken"].as_str().unwrap(),
    ] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}
