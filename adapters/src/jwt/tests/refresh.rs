//! Refresh tokens.

use proptest::prelude::*;

use super::*;

#[test]
fn a_refresh_token_says_what_was_put_into_it_always_in_the_same_words() {
    let claims = refresh_claims(i32::MAX);
    let token = issuer(NEW).mint_refresh(&claims);
    assert_eq!(issuer(NEW).read_refresh(token.reveal()), Some(claims));
    assert_eq!(issuer(NEW).mint_refresh(&claims).reveal(), token.reveal());
    assert!(token.reveal().starts_with("thr_"));
    assert_eq!(token.reveal().len(), 75);
}

#[test]
fn neither_kind_of_token_passes_for_the_other() {
    let issuer = issuer(NEW);
    let access = issuer.issue_access(&access_claims(), NOW).unwrap();
    let refresh = issuer.mint_refresh(&refresh_claims(1));
    assert_eq!(issuer.read_refresh(access.reveal()), None);
    assert_invalid(verify(&issuer, refresh.reveal(), NOW), "refresh token");
}

#[test]
fn other_spellings_of_a_refresh_token_are_refused() {
    let issuer = issuer(NEW);
    let token = issuer.mint_refresh(&refresh_claims(1));
    let token = token.reveal();
    let body = &token[4..];
    // 71 characters hold two bits more than 53 bytes: the last one has four spellings, one of them ours.
    let last = token.chars().next_back().unwrap();
    let stray = ('0'..='z').filter(|c| c.is_ascii_alphanumeric() && *c != last);
    let stray = stray.map(|c| format!("{}{c}", &token[..token.len() - 1]));
    for other in stray.chain([
        String::new(),
        "thr_".to_owned(),
        body.to_owned(),
        format!("thx_{body}"),
        format!("THR_{body}"),
        format!("thr_{}", &body[1..]),
        format!("{token}="),
        format!("{token}A"),
        format!(" {token}"),
        format!("thr_{} ", &body[..70]),
        format!("thr_{}+/", &body[..69]),
        format!("thr_{}é", &body[..69]),
        format!("é{}", &token[2..]),
        "thr_".repeat(25_000),
    ]) {
        assert_eq!(issuer.read_refresh(&other), None, "{other}");
    }
}

#[test]
fn authentic_nonsense_is_refused() {
    let key = keys(NEW).refresh;
    for generation in [0, -1, i32::MIN] {
        let token = crate::jwt::refresh::mint(&refresh_claims(generation), &key);
        assert_eq!(issuer(NEW).read_refresh(token.reveal()), None);
    }
    let mut claims = vec![2];
    claims.extend_from_slice(&[0; 16]);
    claims.extend_from_slice(&1_i32.to_be_bytes());
    let tag = hmac::sign(&key, &claims);
    claims.extend_from_slice(tag.as_ref());
    let other_version = format!("thr_{}", URL_SAFE_NO_PAD.encode(claims));
    assert_eq!(other_version.len(), 75);
    assert_eq!(issuer(NEW).read_refresh(&other_version), None);
}

proptest! {
    #[test]
    fn one_flipped_bit_makes_a_refresh_token_unreadable(position: prop::sample::Index, bit in 0..8_u8) {
        let issuer = issuer(NEW);
        let token = issuer.mint_refresh(&refresh_claims(3));
        let mut token = token.reveal().as_bytes().to_vec();
        let position = position.index(token.len());
        token[position] ^= 1 << bit;
        prop_assert_eq!(issuer.read_refresh(&String::from_utf8_lossy(&token)), None);
    }

    #[test]
    fn garbage_is_neither(text in ".{0,200}") {
        let issuer = issuer(NEW);
        prop_assert_eq!(verify(&issuer, &text, NOW), Err(TokenRejection::Invalid));
        prop_assert_eq!(issuer.read_refresh(&text), None);
    }

    #[test]
    fn every_refresh_token_can_be_read(session: [u8; 16], generation in 1..=i32::MAX) {
        let claims = RefreshClaims { session: SessionId::from_uuid(Uuid::from_bytes(session)), generation };
        let issuer = issuer(NEW);
        prop_assert_eq!(issuer.read_refresh(issuer.mint_refresh(&claims).reveal()), Some(claims));
    }
}
