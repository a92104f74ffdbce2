//! Access tokens as they are issued: what stands in them, how long they are good, which secret signs.

use super::*;

#[test]
fn an_access_token_says_what_was_put_into_it() {
    let issuer = issuer(NEW);
    let claims = access_claims();
    let token = issuer.issue_access(&claims, NOW).unwrap();
    let read = verify(&issuer, token.reveal(), NOW).unwrap();
    let whole_second = Timestamp::from_millis(claims.expires_at.millis() - 789);
    assert_eq!(
        read,
        AccessClaims {
            expires_at: whole_second,
            ..claims
        }
    );
}

#[test]
fn an_access_token_has_the_promised_header_and_claims() {
    let issuer = issuer(NEW);
    let claims = access_claims();
    let token = issuer.issue_access(&claims, NOW).unwrap();
    let parts: Vec<&str> = token.reveal().split('.').collect();
    let json = |part: &str| -> Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    };
    assert_eq!(
        json(parts[0]),
        json!({"typ": "at+jwt", "alg": "HS256", "kid": keys(NEW).id})
    );
    let payload = json(parts[1]);
    let expected = json!({
        "iss": "https://tasks.example",
        "aud": "taskhive",
        "sub": claims.user.to_string(),
        "sid": claims.session.to_string(),
        "iat": 1_700_000_000,
        "exp": 1_700_000_900,
        "jti": payload["jti"],
    });
    assert_eq!(payload, expected);
    assert_eq!(payload["jti"].as_str().unwrap().len(), 32);
    assert!(token.reveal().len() < 512);

    let again = issuer.issue_access(&claims, NOW).unwrap();
    assert_ne!(token.reveal(), again.reveal(), "jti differs");
}

#[test]
fn a_token_expires_with_the_leeway_and_not_a_millisecond_later() {
    let issuer = issuer(NEW);
    let token = Forgery::good().sign();
    let end = Timestamp::from_millis(1_700_000_900_000).plus(CLOCK_LEEWAY);
    let just_before = Timestamp::from_millis(end.millis() - 1);
    assert!(verify(&issuer, &token, just_before).is_ok());
    for late in [end, end.plus(SECOND), Timestamp::from_millis(i64::MAX)] {
        assert_eq!(verify(&issuer, &token, late), Err(TokenRejection::Expired));
    }
}

#[test]
fn only_what_was_good_once_is_called_expired() {
    let late = NOW.plus(ACCESS_TOKEN_LIFETIME * 2);
    let issuer = issuer(NEW);
    for (name, wrong) in [
        ("iss", json!("other")),
        ("aud", json!("other")),
        ("sub", json!("other")),
        ("sid", json!("other")),
        ("jti", json!("")),
        ("iat", json!(1_800_000_000)),
        ("nbf", json!(1_800_000_000)),
    ] {
        let token = Forgery::claim(name, wrong).sign();
        assert_invalid(verify(&issuer, &token, late), name);
    }
    let token = Forgery::good().sign();
    let (unsigned, _) = token.rsplit_once('.').unwrap();
    assert_invalid(verify(&issuer, unsigned, late), "no signature");
}

#[test]
fn a_token_from_the_future_is_refused_beyond_the_leeway() {
    let issuer = issuer(NEW);
    let leeway = 30;
    for name in ["iat", "nbf"] {
        let token = Forgery::claim(name, json!(1_700_000_000 + leeway)).sign();
        assert!(verify(&issuer, &token, NOW).is_ok(), "{name}");
        let token = Forgery::claim(name, json!(1_700_000_001 + leeway)).sign();
        assert_invalid(verify(&issuer, &token, NOW), name);
        assert!(verify(&issuer, &token, NOW.plus(SECOND)).is_ok(), "{name}");
    }
}

#[test]
fn while_secrets_are_rotated_both_verify_and_the_first_signs() {
    let (before, during, after) = (issuer(OLD), issuer(&format!("{NEW},{OLD}")), issuer(NEW));
    let claims = access_claims();
    let old = before.issue_access(&claims, NOW).unwrap();
    let new = during.issue_access(&claims, NOW).unwrap();
    assert!(verify(&during, old.reveal(), NOW).is_ok());
    assert!(verify(&during, new.reveal(), NOW).is_ok());
    assert!(verify(&after, new.reveal(), NOW).is_ok());
    assert_invalid(verify(&after, old.reveal(), NOW), "the old one is gone");
    assert_invalid(verify(&before, new.reveal(), NOW), "not deployed yet");

    let claims = refresh_claims(7);
    let (old, new) = (before.mint_refresh(&claims), during.mint_refresh(&claims));
    assert_ne!(old.reveal(), new.reveal());
    assert_eq!(during.read_refresh(old.reveal()), Some(claims));
    assert_eq!(during.read_refresh(new.reveal()), Some(claims));
    assert_eq!(after.read_refresh(new.reveal()), Some(claims));
    assert_eq!(after.read_refresh(old.reveal()), None);
}

#[test]
fn tokens_of_another_issuer_or_audience_are_refused() {
    let secrets = SigningSecrets::parse(NEW).unwrap();
    let here = issuer(NEW);
    for (name, audience) in [
        ("https://other.example", "taskhive"),
        ("https://tasks.example", "x"),
    ] {
        let other = JwtIssuer::new(&secrets, name, audience).unwrap();
        let token = other.issue_access(&access_claims(), NOW).unwrap();
        assert_invalid(verify(&here, token.reveal(), NOW), name);
    }
}

#[test]
fn debug_output_hides_the_keys() {
    let shown = format!("{:?}", issuer(NEW));
    assert_eq!(
        shown,
        r#"JwtIssuer { issuer: "https://tasks.example", audience: "taskhive", .. }"#
    );
}
