//! Access tokens as others would have them.

use proptest::prelude::*;

use super::*;

#[test]
fn a_forgery_that_changes_nothing_is_accepted() {
    assert!(Forgery::good().verdict().is_ok());
    assert!(
        Forgery::claim("further", json!({"a": [1]}))
            .verdict()
            .is_ok()
    );
    assert!(
        Forgery::claim("nbf", json!(1_700_000_000))
            .verdict()
            .is_ok()
    );
}

#[test]
fn the_algorithm_is_ours_whatever_the_token_says() {
    for algorithm in [
        "none", "None", "HS384", "HS512", "RS256", "ES256", "EdDSA", "hs256", "",
    ] {
        let forgery = Forgery::header("alg", json!(algorithm));
        for signed_with in [hmac::HMAC_SHA256, hmac::HMAC_SHA384, hmac::HMAC_SHA512] {
            let token = forgery.sign_with(signed_with);
            assert_invalid(verify(&issuer(NEW), &token, NOW), algorithm);
            let (unsigned, _) = token.rsplit_once('.').unwrap();
            assert_invalid(
                verify(&issuer(NEW), &format!("{unsigned}."), NOW),
                algorithm,
            );
        }
    }
    let token = Forgery::good().sign_with(hmac::HMAC_SHA512);
    assert_invalid(verify(&issuer(NEW), &token, NOW), "a tag of HS512");
}

#[test]
fn type_and_key_id_must_be_ours() {
    for value in [
        json!("JWT"),
        json!("AT+JWT"),
        json!("at+jwt "),
        json!(null),
        json!(1),
    ] {
        assert_invalid(
            Forgery::header("typ", value.clone()).verdict(),
            &value.to_string(),
        );
    }
    for value in [json!(keys(OLD).id), json!(""), json!(null), json!(0)] {
        assert_invalid(
            Forgery::header("kid", value.clone()).verdict(),
            &value.to_string(),
        );
    }
    for name in ["typ", "kid", "alg"] {
        let mut forgery = Forgery::good();
        forgery.header.as_object_mut().unwrap().remove(name);
        assert_invalid(forgery.verdict(), name);
    }
    assert_invalid(Forgery::header("crit", json!(["exp"])).verdict(), "crit");
}

#[test]
fn a_key_in_the_header_is_not_used() {
    let mut forgery = Forgery::header("jwk", json!({"kty": "oct", "k": "YWJjZA"}));
    assert!(forgery.verdict().is_ok());
    forgery.key = b"abcd".to_vec();
    assert_invalid(forgery.verdict(), "jwk");
}

#[test]
fn only_the_key_for_access_tokens_signs_them() {
    for (key, what) in [
        (NEW.as_bytes().to_vec(), "the secret itself"),
        (keys(OLD).signing.as_bytes().to_vec(), "another secret"),
        (Vec::new(), "no key"),
    ] {
        let forgery = Forgery {
            key,
            ..Forgery::good()
        };
        assert_invalid(forgery.verdict(), what);
    }
    let Forgery { header, claims, .. } = Forgery::good();
    let token = sign(&header.to_string(), &claims.to_string(), &keys(NEW).refresh);
    assert_invalid(
        verify(&issuer(NEW), &token, NOW),
        "the key for refresh tokens",
    );
}

#[test]
fn every_claim_is_required_in_its_type() {
    for name in ["iss", "aud", "sub", "sid", "iat", "exp", "jti"] {
        let mut forgery = Forgery::good();
        forgery.claims.as_object_mut().unwrap().remove(name);
        assert_invalid(forgery.verdict(), name);
        for wrong in [
            json!(null),
            json!({}),
            json!([]),
            json!(true),
            json!(-1),
            json!(""),
        ] {
            let what = format!("{name}: {wrong}");
            assert_invalid(Forgery::claim(name, wrong).verdict(), &what);
        }
    }
    for (name, wrong) in [
        ("iss", json!("https://tasks.example/")),
        ("iss", json!(["https://tasks.example"])),
        ("aud", json!("TaskHive")),
        ("aud", json!(["taskhive"])),
        ("aud", json!(["taskhive", "other"])),
        ("sub", json!(format!("task_{}", "0".repeat(32)))),
        ("sub", json!("0".repeat(32))),
        ("sid", json!(format!("user_{}", "0".repeat(32)))),
        ("exp", json!("1700000900")),
        ("exp", json!(1_700_000_900.5)),
        ("exp", json!(u64::MAX)),
        ("exp", json!(1e300)),
        ("iat", json!("1700000000")),
        ("iat", json!(u64::MAX)),
        ("nbf", json!("1700000000")),
        ("nbf", json!(u64::MAX)),
        ("jti", json!(7)),
    ] {
        let what = format!("{name}: {wrong}");
        assert_invalid(Forgery::claim(name, wrong).verdict(), &what);
    }
}

#[test]
fn a_claim_that_stands_there_twice_is_refused() {
    let Forgery { header, claims, .. } = Forgery::good();
    let key = hmac::Key::new(hmac::HMAC_SHA256, keys(NEW).signing.as_bytes());
    let claims = claims.to_string();
    let twice = claims.replacen('{', r#"{"exp":9999999999,"#, 1);
    for claims in [
        twice,
        format!("{claims} x"),
        format!("[{claims}]"),
        "null".to_owned(),
    ] {
        let token = sign(&header.to_string(), &claims, &key);
        assert_invalid(verify(&issuer(NEW), &token, NOW), &claims);
    }
}

#[test]
fn other_spellings_of_a_good_token_are_refused() {
    let issuer = issuer(NEW);
    let token = Forgery::good().sign();
    let (message, tag) = token.rsplit_once('.').unwrap();
    let (header, claims) = message.split_once('.').unwrap();
    for other in [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "...".to_owned(),
        message.to_owned(),
        format!("{message}."),
        format!("{claims}.{header}.{tag}"),
        format!("{token}="),
        format!("{token}A"),
        format!("{token}."),
        format!("{token}.{tag}"),
        format!(" {token}"),
        format!("{token}\n"),
        format!("{token}\0"),
        format!("{token}é"),
        format!("{header}.ü{claims}.{tag}"),
        token.replace('.', "․"),
        format!("Bearer {token}"),
        format!("{message}.{}", &tag[1..]),
        format!("{message}.{}", "A".repeat(tag.len())),
    ] {
        assert_invalid(verify(&issuer, &other, NOW), &other);
    }
}

#[test]
fn long_tokens_are_refused_unread() {
    let issuer = issuer(NEW);
    assert_invalid(verify(&issuer, &"a".repeat(100_000), NOW), "100 KB");
    assert_invalid(verify(&issuer, &".".repeat(100_000), NOW), "dots");
    let padded = |length| Forgery::claim("further", json!("x".repeat(length))).sign();
    let fits = padded(2500);
    assert!(fits.len() <= MAX_TOKEN_BYTES && verify(&issuer, &fits, NOW).is_ok());
    let too_long = padded(3000);
    assert!(too_long.len() > MAX_TOKEN_BYTES);
    assert_invalid(verify(&issuer, &too_long, NOW), "long, but good");
}

proptest! {
    #[test]
    fn one_flipped_bit_makes_an_access_token_invalid(position: prop::sample::Index, bit in 0..8_u8) {
        let mut token = Forgery::good().sign().into_bytes();
        let position = position.index(token.len());
        token[position] ^= 1 << bit;
        let token = String::from_utf8_lossy(&token);
        prop_assert_eq!(verify(&issuer(NEW), &token, NOW), Err(TokenRejection::Invalid));
    }
}
