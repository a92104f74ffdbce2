//! Tokens that prove nothing, and why nobody gets in with them.

use aws_lc_rs::hmac;
use serde_json::{Value, json};

use super::signing::{base64url, sealed};
use super::*;

/// The classic: the public key, which everybody has, taken as the secret of a symmetric algorithm.
#[tokio::test]
async fn the_public_key_does_not_sign() {
    let keys = [
        KeyPair::ed25519("one"),
        KeyPair::p256("two"),
        KeyPair::rsa("three"),
    ];
    let server = JwksServer::with(&keys.each_ref()).await;
    let issuer = issuer(&server.url, &ALL, ONCE);
    for key in &keys {
        let jwk = key.jwk();
        let x = jwk["x"].as_str().unwrap_or_default().as_bytes().to_vec();
        for secret in [key.public_bytes(), jwk.to_string().into_bytes(), x, vec![]] {
            let mac = |message: &[u8]| {
                let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
                hmac::sign(&key, message).as_ref().to_vec()
            };
            for algorithm in ["HS256", key.algorithm()] {
                let forged = Draft::good(key).header("alg", json!(algorithm)).signed(mac);
                assert_eq!(verdict(&issuer, &forged).await, Verdict::Invalid);
            }
        }
        for none in ["none", "None", "HS384", "EdDSA ", ""] {
            let draft = Draft::good(key).header("alg", json!(none));
            for token in [draft.signed(|_| Vec::new()), draft.signed_by(key)] {
                assert_eq!(verdict(&issuer, &token).await, Verdict::Invalid, "{none}");
            }
        }
    }
}

#[tokio::test]
async fn another_key_or_algorithm_than_the_named_one_is_refused() {
    let (ed, ec) = (KeyPair::ed25519("one"), KeyPair::p256("two"));
    let (strangers, rsa) = (KeyPair::ed25519("one"), KeyPair::rsa("three"));
    let server = JwksServer::with(&[&ed, &ec, &rsa]).await;
    let issuer = issuer(&server.url, &ALL, ONCE);
    let good = Draft::good(&ed);
    for token in [
        good.signed_by(&strangers),
        good.signed_by(&ec),
        good.clone().header("kid", json!("two")).signed_by(&ed),
        good.clone().header("alg", json!("ES256")).signed_by(&ec),
        good.clone().header("kid", json!("two")).signed_by(&ec),
        Draft::good(&rsa)
            .header("alg", json!("PS256"))
            .signed_by(&rsa),
        good.signed(|_| Vec::new()),
        good.signed(|_| vec![0; 64]),
    ] {
        assert_eq!(verdict(&issuer, &token).await, Verdict::Invalid, "{token}");
    }
}

#[tokio::test]
async fn a_claim_that_is_wrong_or_missing_is_refused() {
    let key = KeyPair::ed25519("k");
    let server = JwksServer::with(&[&key]).await;
    let issuer = issuer(&server.url, &ALL, ONCE);
    let good = Draft::good(&key);
    let mut drafts: Vec<Draft> = ["iss", "aud", "sub", "exp", "iat"]
        .map(|claim| good.clone().without(claim))
        .into();
    let text = json!("1700000900");
    let wrong: [(&str, &[Value]); 8] = [
        (
            "iss",
            &[
                json!("https://app.example.org/"),
                json!([ISSUER]),
                json!(7),
                json!(""),
            ],
        ),
        (
            "aud",
            &[
                json!(ISSUER),
                json!([]),
                json!([7, AUDIENCE]),
                json!({}),
                json!(null),
            ],
        ),
        (
            "sub",
            &[
                json!(""),
                json!(7),
                json!(null),
                json!("a\u{0}"),
                json!("x".repeat(256)),
            ],
        ),
        (
            "exp",
            &[
                text,
                json!(null),
                json!(-1),
                json!(1e300),
                json!(1_700_000_900_000_u64),
            ],
        ),
        (
            "iat",
            &[
                json!("now"),
                json!(null),
                json!(-5),
                json!(1_700_000_900),
                json!(true),
            ],
        ),
        (
            "nbf",
            &[json!("now"), json!(1_700_000_900), json!(1e19), json!([])],
        ),
        ("sid", &[json!(7), json!({})]),
        ("email", &[json!(7), json!(["ada@example.org"])]),
    ];
    for (claim, values) in wrong {
        drafts.extend(
            values
                .iter()
                .map(|value| good.clone().claim(claim, value.clone())),
        );
    }
    for (name, value) in [
        ("kid", json!("unknown")),
        ("kid", json!(7)),
        ("kid", json!(null)),
        ("typ", json!("logout+jwt")),
        ("typ", json!(7)),
        ("crit", json!(["exp"])),
    ] {
        drafts.push(good.clone().header(name, value));
    }
    for draft in drafts {
        let token = draft.signed_by(&key);
        let (header, claims) = (&draft.header, &draft.claims);
        assert_eq!(
            verdict(&issuer, &token).await,
            Verdict::Invalid,
            "{header} {claims}"
        );
    }
}

#[tokio::test]
async fn what_is_no_token_is_refused_without_asking_anybody() {
    let key = KeyPair::ed25519("k");
    let server = JwksServer::with(&[&key]).await;
    let issuer = issuer(&server.url, &ALL, ONCE);
    let long = Draft::good(&key).claim("name", json!("x".repeat(100_000)));
    let twice = r#"{"alg":"EdDSA","alg":"EdDSA","kid":"k"}"#;
    for token in [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "a.b.c".to_owned(),
        "ä.ö.ü".to_owned(),
        "x".repeat(100_000),
        ".".repeat(100_000),
        long.signed_by(&key),
        format!("{}.e30.", base64url(b"\xff\xfe")),
        sealed("[]", "{}", |_| vec![0; 64]),
        sealed("{", "{}", |_| vec![0; 64]),
        sealed(&"[".repeat(5000), "{}", |_| vec![0; 64]),
        sealed(twice, "{}", |_| vec![0; 64]),
        sealed(r#"{"alg":"EdDSA"}"#, "{}", |_| vec![0; 64]),
    ] {
        assert_eq!(verdict(&issuer, &token).await, Verdict::Invalid);
    }
    assert_eq!(server.requests(), 0);
    let good = Draft::good(&key).signed_by(&key);
    for claims in ["", "7", "[]", "{", &"[".repeat(5000), "\u{0}"] {
        let header = Draft::good(&key).header.to_string();
        let token = sealed(&header, claims, |_| vec![0; 64]);
        assert_eq!(verdict(&issuer, &token).await, Verdict::Invalid);
    }
    for token in [
        format!(" {good}"),
        format!("{good} "),
        format!("{good}.x"),
        format!("{good}="),
    ] {
        assert_eq!(verdict(&issuer, &token).await, Verdict::Invalid);
    }
    assert_eq!(verdict(&issuer, &good).await, Verdict::Good);
}
