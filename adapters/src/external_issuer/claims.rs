//! What a token of an identity provider must say. Its age is judged by the time we are given, not by the machine's clock.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest;
use jsonwebtoken::{Algorithm, Validation};
use serde::Deserialize;
use taskhive_domain::identity::{ExternalClaims, ExternalIdentity};
use taskhive_domain::session::{CLOCK_LEEWAY, TokenRejection};
use taskhive_domain::user::EmailAddress;
use taskhive_domain::{SessionId, Timestamp};
use uuid::Builder;

use super::keys::Key;

/// The last second of the year 9999. A claim of a later time is a mistake, in milliseconds perhaps.
const LAST_SECOND: f64 = 253_402_300_799.0;

/// The claims that are looked at. One of them with another type is a token of another kind.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    sub: String,
    exp: f64,
    iat: f64,
    nbf: Option<f64>,
    /// The session at the provider (OpenID Connect Back-Channel Logout 1.0, 2.4). Better Auth has none unless
    /// `definePayload` puts it there.
    sid: Option<String>,
    email: Option<String>,
}

/// RFC 7519, 4.1.3: one text, or a list of them.
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    fn contains(&self, ours: &str) -> bool {
        match self {
            Self::One(audience) => audience == ours,
            Self::Several(audiences) => audiences.iter().any(|audience| audience == ours),
        }
    }
}

/// From whom tokens come, and for whom they are.
#[derive(Debug)]
pub(super) struct Expectation {
    issuer: Arc<str>,
    audience: String,
}

impl Expectation {
    pub(super) fn new(issuer: &str, audience: &str) -> Self {
        Self {
            issuer: issuer.into(),
            audience: audience.to_owned(),
        }
    }

    /// Judges everything but the age, then the age: only a token that was good once is called expired.
    pub(super) fn judge(
        &self,
        token: &str,
        key: &Key,
        now: Timestamp,
    ) -> Result<ExternalClaims, TokenRejection> {
        let claims = self.authentic(token, key).ok_or(TokenRejection::Invalid)?;
        let time = |seconds| from_seconds(seconds).ok_or(TokenRejection::Invalid);
        let (expires_at, issued_at) = (time(claims.exp)?, time(claims.iat)?);
        let not_before = time(claims.nbf.unwrap_or(0.0))?.max(issued_at);
        let session = session(&self.issuer, &claims.sub, claims.sid.as_deref());
        let email = claims.email.as_deref().map(EmailAddress::parse);
        let identity = ExternalIdentity::new(Arc::clone(&self.issuer), claims.sub)
            .ok_or(TokenRejection::Invalid)?;
        if not_before > now.plus(CLOCK_LEEWAY) {
            Err(TokenRejection::Invalid)
        } else if now >= expires_at.plus(CLOCK_LEEWAY) {
            Err(TokenRejection::Expired)
        } else {
            Ok(ExternalClaims {
                identity,
                email: email.and_then(Result::ok),
                session,
                expires_at,
            })
        }
    }

    /// What a token says that the key signed for us, whatever the time.
    fn authentic(&self, token: &str, key: &Key) -> Option<Claims> {
        let validation = signature_only(key.algorithm);
        let claims = jsonwebtoken::decode::<Claims>(token, &key.decoding, &validation)
            .ok()?
            .claims;
        (*claims.iss == *self.issuer && claims.aud.contains(&self.audience)).then_some(claims)
    }
}

/// The library looks at the signature; the claims are judged here, where their types are known to be right.
fn signature_only(algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.set_required_spec_claims::<&str>(&[]);
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation
}

/// RFC 7519 allows fractions of a second.
fn from_seconds(seconds: f64) -> Option<Timestamp> {
    let since_1970 = Duration::try_from_secs_f64(seconds).ok()?;
    (seconds <= LAST_SECOND).then(|| Timestamp::from_millis(0).plus(since_1970))
}

/// A name for the session at the provider, or for all sessions of a subject if the token does not tell them apart. Made
/// from what the token says, so that every instance gives it the same; version 8, so that it is none of ours.
fn session(issuer: &str, subject: &str, sid: Option<&str>) -> SessionId {
    let mut hash = digest::Context::new(&digest::SHA256);
    for part in [issuer, subject].into_iter().chain(sid) {
        hash.update(&(part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let mut bytes = [0; 16];
    bytes
        .iter_mut()
        .zip(hash.finish().as_ref())
        .for_each(|(to, from)| *to = *from);
    SessionId::from_uuid(Builder::from_custom_bytes(bytes).into_uuid())
}
