//! Which tokens get in, how often keys are fetched for that, and what happens when they cannot be.

use std::time::{SystemTime, UNIX_EPOCH};

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use serde_json::{Value, json};
use testkit::Process;

use super::provider::Provider;
use super::{AUDIENCE, behind};

const GOOD: (u16, &str) = (200, "");
const REFUSED: (u16, &str) = (401, "UNAUTHENTICATED");
const UNAVAILABLE: (u16, &str) = (503, "UNAVAILABLE");

async fn assert_admits(service: &Process, token: &str, expected: (u16, &str)) {
    let client = service.anonymous().with_token(token);
    let reply = client.run("{ me { id } }", json!({})).await;
    let outcome = (reply.status.as_u16(), reply.code());
    assert_eq!(outcome, expected, "{token}");
}

#[expect(
    clippy::disallowed_methods,
    reason = "Better Auth has no other clock than the machine's"
)]
fn now() -> u64 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    since_1970.as_secs()
}

/// What a token says that is good.
fn payload(provider: &Provider) -> Value {
    let (iat, exp) = (now(), now() + 900);
    json!({"sub": "x", "iat": iat, "exp": exp, "iss": provider.url, "aud": AUDIENCE})
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_fetched_once_and_once_more_after_a_rotation() {
    let provider = Provider::start();
    let (service, _folder) = behind(&provider.jwks_url(), &provider.url);
    let (before, cookie) = provider.token_of_new_user("ada@example.org").await;
    for _ in 0..10 {
        assert_admits(&service, &before, GOOD).await;
    }
    assert_eq!(provider.jwks_requests().await, 1);

    provider.control("rotate", json!({})).await;
    let after = provider.token(&cookie).await;
    for _ in 0..10 {
        assert_admits(&service, &after, GOOD).await;
        assert_admits(&service, &before, GOOD).await;
    }
    assert_eq!(provider.jwks_requests().await, 2);

    let forgery = json!({"kind": "unknown", "payload": payload(&provider)});
    let unknown = provider.control("forge", forgery).await;
    for _ in 0..10 {
        assert_admits(&service, unknown["token"].as_str().unwrap(), REFUSED).await;
    }
    assert_eq!(provider.jwks_requests().await, 2);

    let me = async |token: &str| {
        let client = service.anonymous().with_token(token);
        client.run("{ me { id email } }", json!({})).await.json
    };
    assert_eq!(me(&before).await, me(&after).await);
    let (other, _) = provider.token_of_new_user("bob@example.org").await;
    assert_eq!(me(&other).await["data"]["me"]["email"], "bob@example.org");
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_for_others_and_forged_ones_are_refused() {
    let provider = Provider::start();
    let (service, _folder) = behind(&provider.jwks_url(), &provider.url);
    let good = payload(&provider);
    let with = |name: &str, value: Value| {
        let mut payload = payload(&provider);
        payload[name] = value;
        payload
    };
    let token = provider.signed(good.clone(), json!({})).await;
    assert_admits(&service, &token, GOOD).await;
    // As the plugin makes them without any setting: the audience is then the provider itself.
    let plain = json!({"sub": "x", "iat": now()});
    let defaults = provider.signed(plain.clone(), json!({"jwt": {}})).await;
    assert_admits(&service, &defaults, REFUSED).await;
    let configured = provider.signed(plain, json!({})).await;
    assert_admits(&service, &configured, GOOD).await;
    for payload in [
        with("iss", json!("https://evil.example")),
        with("aud", json!("https://evil.example")),
        with("aud", json!([])),
        with("exp", json!(now() - 60)),
        with("iat", json!(now() + 60)),
        with("nbf", json!(now() + 60)),
        with("sub", json!("")),
        with("email", json!(7)),
        with("name", json!("x".repeat(9000))),
    ] {
        let token = provider.signed(payload, json!({})).await;
        assert_admits(&service, &token, REFUSED).await;
    }
    for kind in ["symmetric", "stranger", "unsigned"] {
        let forgery = json!({"kind": kind, "payload": good});
        let forged = provider.control("forge", forgery).await;
        assert_admits(&service, forged["token"].as_str().unwrap(), REFUSED).await;
    }
    let query = json!({"query": "{ me { id } }"});
    let two = [format!("Bearer {token}"), format!("Bearer {token}")];
    let odd = [two[0].clone().into_bytes(), b"Bearer \xff\xfe".to_vec()];
    for lines in [
        two.map(String::into_bytes).to_vec(),
        odd.to_vec(),
        odd[1..].to_vec(),
    ] {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(AUTHORIZATION, HeaderValue::from_bytes(&line).unwrap());
        }
        let request = service.anonymous().post().headers(headers);
        let reply = service.anonymous().send(request, &query).await;
        assert_eq!(reply.status, 401);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_down_keeps_nobody_out_who_was_known() {
    let provider = Provider::start();
    let (service, _folder) = behind(&provider.jwks_url(), &provider.url);
    let (before, cookie) = provider.token_of_new_user("ada@example.org").await;
    assert_admits(&service, &before, GOOD).await;
    provider.control("rotate", json!({})).await;
    let after = provider.token(&cookie).await;
    provider.control("down", json!({"down": true})).await;
    for _ in 0..3 {
        assert_admits(&service, &before, GOOD).await;
        assert_admits(&service, &after, UNAVAILABLE).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_start_says_what_is_wrong_with_the_keys() {
    let provider = Provider::start();
    let (token, _) = provider.token_of_new_user("ada@example.org").await;
    let page = format!("{}/api/auth/ok", provider.url);
    let (mut service, _folder) = behind(&page, &provider.url);
    let line = service.line_with("AUTH_JWKS_URL");
    assert!(line.contains("not a JSON Web Key Set"), "{line}");
    assert_admits(&service, &token, UNAVAILABLE).await;
    assert_admits(&service, "junk", REFUSED).await;
    let query = "{ server { passwordLogin } }";
    let reply = service.anonymous().run(query, json!({})).await;
    assert_eq!(reply.status, 200);
}
