//! Tokens are forged here by hand, with the right key, so that each is refused for the one thing that is wrong with it.

mod access;
mod forged;
mod refresh;

use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::FutureExt;
use serde_json::{Value, json};
use taskhive_domain::session::ACCESS_TOKEN_LIFETIME;

use super::*;

const NEW: &str = "3HkTbh1uPwYq2vXzJ8sR5mN0cLfGdEaW+new";
const OLD: &str = "q7RzL0dWm4XsTg9VbY2nKc6HpJ1fUe8A+old";
const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_789);
const SECOND: Duration = Duration::from_secs(1);

fn issuer(secrets: &str) -> JwtIssuer {
    let secrets = SigningSecrets::parse(secrets).unwrap();
    JwtIssuer::new(&secrets, "https://tasks.example", "taskhive").unwrap()
}

fn keys(secret: &str) -> KeySet {
    let secrets = SigningSecrets::parse(secret).unwrap();
    secrets.keys().next().unwrap()
}

fn access_claims() -> AccessClaims {
    AccessClaims {
        user: UserId::new(NOW),
        session: SessionId::new(NOW),
        expires_at: NOW.plus(ACCESS_TOKEN_LIFETIME),
    }
}

fn verify(issuer: &JwtIssuer, token: &str, now: Timestamp) -> Result<AccessClaims, TokenRejection> {
    issuer.verify_access(token, now).now_or_never().unwrap()
}

/// The parts of a token that is good at [`NOW`], and a way to sign them however changed.
struct Forgery {
    header: Value,
    claims: Value,
    key: Vec<u8>,
}

impl Forgery {
    fn good() -> Self {
        Self {
            header: json!({"alg": "HS256", "typ": "at+jwt", "kid": keys(NEW).id}),
            claims: json!({
                "iss": "https://tasks.example",
                "aud": "taskhive",
                "sub": format!("user_{}", "0".repeat(32)),
                "sid": format!("session_{}", "0".repeat(32)),
                "iat": 1_700_000_000,
                "exp": 1_700_000_900,
                "jti": "x",
            }),
            key: keys(NEW).signing.as_bytes().to_vec(),
        }
    }

    fn header(name: &str, value: Value) -> Self {
        let mut forgery = Self::good();
        forgery.header[name] = value;
        forgery
    }

    fn claim(name: &str, value: Value) -> Self {
        let mut forgery = Self::good();
        forgery.claims[name] = value;
        forgery
    }

    fn sign_with(&self, algorithm: hmac::Algorithm) -> String {
        sign(
            &self.header.to_string(),
            &self.claims.to_string(),
            &hmac::Key::new(algorithm, &self.key),
        )
    }

    fn sign(&self) -> String {
        self.sign_with(hmac::HMAC_SHA256)
    }

    fn verdict(&self) -> Result<AccessClaims, TokenRejection> {
        verify(&issuer(NEW), &self.sign(), NOW)
    }
}

fn sign(header: &str, claims: &str, key: &hmac::Key) -> String {
    let message = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(claims)
    );
    let tag = hmac::sign(key, message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag))
}

#[track_caller]
fn assert_invalid(verdict: Result<AccessClaims, TokenRejection>, what: &str) {
    assert_eq!(verdict, Err(TokenRejection::Invalid), "{what}");
}

fn refresh_claims(generation: i32) -> RefreshClaims {
    RefreshClaims {
        session: SessionId::new(NOW),
        generation,
    }
}
