//! Good tokens, and what is read from them.

use serde_json::json;

use super::*;

#[tokio::test]
async fn every_allowed_algorithm_verifies() {
    let keys = [
        KeyPair::ed25519("one"),
        KeyPair::p256("two"),
        KeyPair::rsa("three"),
    ];
    let server = JwksServer::with(&keys.each_ref()).await;
    let all = issuer(&server.url, &ALL, ONCE);
    for key in &keys {
        let token = Draft::good(key).signed_by(key);
        assert_eq!(verdict(&all, &token).await, Verdict::Good, "{}", key.id);
        for allowed in ALL {
            let one = issuer(&server.url, &[allowed], ONCE);
            let fits = format!("{:?}", allowed.algorithm()) == key.algorithm();
            let expected = if fits {
                Verdict::Good
            } else {
                Verdict::Invalid
            };
            assert_eq!(verdict(&one, &token).await, expected, "{}", key.id);
        }
    }
}

#[tokio::test]
async fn the_claims_say_who_and_how_long() {
    let key = KeyPair::ed25519("k");
    let server = JwksServer::with(&[&key]).await;
    let issuer = issuer(&server.url, &ALL, ONCE);
    let read = async |draft: Draft| issuer.verify(&draft.signed_by(&key), NOW).await.unwrap();
    let good = Draft::good(&key);

    let claims = read(good.clone()).await;
    assert_eq!(claims.identity.issuer(), ISSUER);
    assert_eq!(
        claims.identity.subject(),
        "Zq3kJb0dEfGhIjKlMnOpQrStUvWxYz01"
    );
    assert_eq!(claims.email.unwrap().as_str(), "ada@example.org");
    assert_eq!(claims.expires_at.millis(), 1_700_000_900_000);

    let fraction = read(good.clone().claim("exp", json!(1_700_000_900.5))).await;
    assert_eq!(fraction.expires_at.millis(), 1_700_000_900_500);
    for email in [json!(null), json!(""), json!("no address")] {
        let nameless = read(good.clone().claim("email", email)).await;
        assert_eq!(nameless.email, None);
    }
    assert_eq!(read(good.clone().without("email")).await.email, None);

    // Another token of the same session, then another session, then another subject.
    let later = read(good.clone().claim("iat", json!(1_700_000_001))).await;
    assert_eq!(later.session, claims.session);
    let first = read(good.clone().claim("sid", json!("a"))).await;
    let second = read(good.clone().claim("sid", json!("b"))).await;
    let other = read(good.clone().claim("sub", json!("other"))).await;
    let sessions = [claims.session, first.session, second.session, other.session];
    for (n, session) in sessions.iter().enumerate() {
        assert!(!sessions[..n].contains(session));
    }
}

#[tokio::test]
async fn harmless_differences_are_accepted() {
    let key = KeyPair::ed25519("k");
    let server = JwksServer::with(&[&key]).await;
    let issuer = issuer(&server.url, &ALL, ONCE);
    let good = Draft::good(&key);
    for draft in [
        good.clone().header("typ", json!("JWT")),
        good.clone().header("typ", json!("at+JWT")),
        good.clone().claim("aud", json!(["other", AUDIENCE])),
        good.clone().claim("nbf", json!(1_700_000_000)),
        good.clone().claim("nbf", json!(null)),
        good.clone().claim("sub", json!("user@example.org/ä 1")),
        good.clone().claim("scope", json!({"anything": [1, 2]})),
    ] {
        let token = draft.signed_by(&key);
        assert_eq!(
            verdict(&issuer, &token).await,
            Verdict::Good,
            "{}",
            draft.claims
        );
    }
}

#[tokio::test]
async fn the_age_is_judged_by_the_given_time_with_30_seconds_of_leeway() {
    let key = KeyPair::ed25519("k");
    let server = JwksServer::with(&[&key]).await;
    let issuer = issuer(&server.url, &ALL, ONCE);
    let token = Draft::good(&key).signed_by(&key);
    let later = Draft::good(&key).claim("nbf", json!(1_700_000_100));
    let later = later.signed_by(&key);
    for (token, millis, expected) in [
        (&token, 1_699_999_969_999, Verdict::Invalid),
        (&token, 1_699_999_970_000, Verdict::Good),
        (&token, 1_700_000_929_999, Verdict::Good),
        (&token, 1_700_000_930_000, Verdict::Expired),
        (&later, 1_700_000_069_999, Verdict::Invalid),
        (&later, 1_700_000_070_000, Verdict::Good),
    ] {
        let now = Timestamp::from_millis(millis);
        assert_eq!(verdict_at(&issuer, token, now).await, expected, "{millis}");
    }
}
