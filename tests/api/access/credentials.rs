//! Every kind of bad credential, made from a good one.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use taskhive_adapters::jwt::{JwtIssuer, SigningSecrets};
use taskhive_domain::ports::TokenIssuer;
use taskhive_domain::session::AccessClaims;
use taskhive_domain::{SessionId, Timestamp, UserId};

use testkit::*;

/// Its name, the Authorization header, the reason it is refused for.
pub(super) type BadCredential = (&'static str, Option<String>, &'static str);

/// The name of the one that still does to sign out.
pub(super) const ENDED_SESSION: &str = "an ended session";

/// What is in a token.
pub(super) fn decoded(token: &str, part: usize) -> Value {
    let text = token.split('.').nth(part).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
}

/// The same token with another header.
fn with_header(token: &str, (name, value): (&str, &str), signature: &str) -> String {
    let mut header = decoded(token, 0);
    header[name] = json!(value);
    let payload = token.split('.').nth(1).unwrap();
    let header = URL_SAFE_NO_PAD.encode(header.to_string());
    bearer(&format!("{header}.{payload}.{signature}"))
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

/// What the service wrote into a token, to be signed anew with something changed.
struct Template {
    iss: String,
    aud: String,
    sub: String,
    sid: String,
    issued_at: i64,
}

impl Template {
    fn of(token: &str) -> Self {
        let payload = decoded(token, 1);
        let text = |name: &str| payload[name].as_str().unwrap().to_owned();
        Self {
            iss: text("iss"),
            aud: text("aud"),
            sub: text("sub"),
            sid: text("sid"),
            issued_at: payload["iat"].as_i64().unwrap(),
        }
    }

    /// Signed with our own secret, from and to so many seconds after the original.
    fn issue(&self, from: i64, to: i64) -> String {
        self.issue_with(&signing_secrets(), from, to)
    }

    fn issue_with(&self, secrets: &SigningSecrets, from: i64, to: i64) -> String {
        let at = |offset: i64| Timestamp::from_millis((self.issued_at + offset) * 1000);
        let claims = AccessClaims {
            user: UserId::parse(&self.sub).unwrap(),
            session: SessionId::parse(&self.sid).unwrap(),
            expires_at: at(to),
        };
        let issuer = JwtIssuer::new(secrets, &self.iss, &self.aud).unwrap();
        bearer(issuer.issue_access(&claims, at(from)).unwrap().reveal())
    }
}

/// All of them, for one user.
pub(super) async fn bad_credentials(user: &TestUser) -> Vec<BadCredential> {
    let ended = user.sign_in_again().await;
    ended.run(LOGOUT, json!({})).await.data();
    let mut all = no_tokens(&user.access_token);
    all.extend(tampered(&user.access_token));
    all.extend(signed_anew(&user.access_token));
    all.extend([
        (
            "a refresh token",
            Some(bearer(&user.refresh_token)),
            "TOKEN_INVALID",
        ),
        (
            ENDED_SESSION,
            Some(bearer(&ended.access_token)),
            "TOKEN_INVALID",
        ),
    ]);
    all
}

fn no_tokens(token: &str) -> Vec<BadCredential> {
    let some = |text: &str| Some(text.to_owned());
    vec![
        ("no token", None, "TOKEN_MISSING"),
        ("garbage", Some(bearer("garbage")), "TOKEN_INVALID"),
        ("empty", some("Bearer "), "TOKEN_INVALID"),
        (
            "another scheme",
            some("Basic YWRhOmFkYQ=="),
            "TOKEN_INVALID",
        ),
        ("without a scheme", some(token), "TOKEN_INVALID"),
    ]
}

fn tampered(token: &str) -> Vec<BadCredential> {
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let forged = format!("{signed}.{}", URL_SAFE_NO_PAD.encode([7; 32]));
    let header = |change, signature| Some(with_header(token, change, signature));
    vec![
        ("wrong signature", Some(bearer(&forged)), "TOKEN_INVALID"),
        (
            "without a signature",
            Some(bearer(&format!("{signed}."))),
            "TOKEN_INVALID",
        ),
        ("alg none", header(("alg", "none"), ""), "TOKEN_INVALID"),
        (
            "alg none, signed",
            header(("alg", "none"), signature),
            "TOKEN_INVALID",
        ),
        (
            "alg HS512",
            header(("alg", "HS512"), signature),
            "TOKEN_INVALID",
        ),
        (
            "alg RS256",
            header(("alg", "RS256"), signature),
            "TOKEN_INVALID",
        ),
        (
            "another type",
            header(("typ", "JWT"), signature),
            "TOKEN_INVALID",
        ),
        (
            "another key",
            header(("kid", "x"), signature),
            "TOKEN_INVALID",
        ),
    ]
}

fn signed_anew(token: &str) -> Vec<BadCredential> {
    let ours = Template::of(token);
    let elsewhere = || "elsewhere".to_owned();
    let issuer = Template {
        iss: elsewhere(),
        ..Template::of(token)
    };
    let audience = Template {
        aud: elsewhere(),
        ..Template::of(token)
    };
    let theirs = SigningSecrets::parse("9fK3nVz7Qw1Rt5Yx8Lc2Bm6Hd4Js0GaE").unwrap();
    vec![
        (
            "another secret",
            Some(ours.issue_with(&theirs, 0, 900)),
            "TOKEN_INVALID",
        ),
        ("expired", Some(ours.issue(-3600, -2700)), "TOKEN_EXPIRED"),
        (
            "not yet valid",
            Some(ours.issue(3600, 4500)),
            "TOKEN_INVALID",
        ),
        ("wrong issuer", Some(issuer.issue(0, 900)), "TOKEN_INVALID"),
        (
            "wrong audience",
            Some(audience.issue(0, 900)),
            "TOKEN_INVALID",
        ),
    ]
}
