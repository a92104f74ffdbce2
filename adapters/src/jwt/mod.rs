//! Tokens: access tokens are JSON Web Tokens (RFC 9068 in form), refresh tokens are our own, see `refresh`.
//!
//! Nothing here asks what the time is or whether a session lives on: the caller says the one and checks the other.

mod refresh;
mod secrets;

use std::fmt;

use async_trait::async_trait;
use jsonwebtoken::{Algorithm, Header, TokenData, Validation};
use serde::{Deserialize, Serialize};
use taskhive_domain::ports::{InfraError, InfraErrorKind, TokenIssuer};
use taskhive_domain::session::{
    AccessClaims, AccessToken, CLOCK_LEEWAY, RefreshClaims, RefreshToken, TokenRejection,
};
use taskhive_domain::{SessionId, Timestamp, UserId};
use uuid::Uuid;

use self::secrets::KeySet;
pub use self::secrets::{SecretRefusal, SigningSecrets};

/// The only algorithm: what a token claims to be signed with is compared with it, never obeyed.
const ALGORITHM: Algorithm = Algorithm::HS256;
/// Tells access tokens from other JSON Web Tokens (RFC 9068, 2.1).
const TYPE: &str = "at+jwt";
/// Ours have some 400 bytes. What is much longer is not even decoded.
const MAX_TOKEN_BYTES: usize = 4096;

/// Issues and verifies tokens with the secrets of the service.
pub struct JwtIssuer {
    issuer: String,
    audience: String,
    validation: Validation,
    /// Of the access tokens that we sign.
    header: Header,
    /// Signs, and verifies.
    newest: KeySet,
    /// Verify only.
    older: Vec<KeySet>,
}

/// The payload of an access token. Every claim is required; times are whole seconds since 1970.
#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    /// One service, not a list of them.
    aud: String,
    sub: String,
    sid: String,
    iat: u64,
    exp: u64,
    /// Never ours, but honoured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nbf: Option<u64>,
    jti: String,
}

impl JwtIssuer {
    /// `issuer` and `audience` go into every access token, and only tokens with exactly these are accepted. Fails only
    /// without a secret.
    pub fn new(
        secrets: &SigningSecrets,
        issuer: impl Into<String>,
        audience: impl Into<String>,
    ) -> Result<Self, InfraError> {
        let (issuer, audience) = (issuer.into(), audience.into());
        let mut keys = secrets.keys();
        let newest = keys.next().ok_or_else(|| {
            InfraError::bare(InfraErrorKind::Broken, "there is no secret to sign with")
        })?;
        Ok(Self {
            validation: validation(&issuer, &audience),
            issuer,
            audience,
            header: Header {
                typ: Some(TYPE.to_owned()),
                kid: Some(newest.id.clone()),
                ..Header::new(ALGORITHM)
            },
            newest,
            older: keys.collect(),
        })
    }

    /// The keys of all secrets, newest first.
    fn keys(&self) -> impl Iterator<Item = &KeySet> {
        std::iter::once(&self.newest).chain(&self.older)
    }

    /// What a token says that we signed, whatever the time. `None` for everything else.
    fn authentic(&self, token: &str) -> Option<Claims> {
        if token.len() > MAX_TOKEN_BYTES {
            return None;
        }
        // Nearly always there is one key. Trying it costs less than to look first which one the token names.
        let TokenData { header, claims } =
            self.keys().find_map(|key| self.signed_with(key, token))?;
        // `crit` names extensions that must be understood; we understand none (RFC 7515, 4.1.11).
        let is_ours = header.typ.as_deref() == Some(TYPE)
            && header.crit.is_none()
            // The library would accept a list that contains ours; `Claims` does not, and is compared as a whole.
            && claims.iss == self.issuer
            && claims.aud == self.audience;
        is_ours.then_some(claims)
    }

    /// The token, if it names this key and is signed with it.
    fn signed_with(&self, key: &KeySet, token: &str) -> Option<TokenData<Claims>> {
        let decoded = jsonwebtoken::decode(token, &key.verifying, &self.validation).ok();
        decoded.filter(|token| token.header.kid.as_ref() == Some(&key.id))
    }

    /// Judges everything but the age, then the age: only a token that was good once is called expired.
    fn judge(&self, token: &str, now: Timestamp) -> Result<AccessClaims, TokenRejection> {
        let claims = self.authentic(token).ok_or(TokenRejection::Invalid)?;
        let invalid = |_| TokenRejection::Invalid;
        let user = UserId::parse(&claims.sub).map_err(invalid)?;
        let session = SessionId::parse(&claims.sid).map_err(invalid)?;
        let time = |seconds| from_seconds(seconds).ok_or(TokenRejection::Invalid);
        let expires_at = time(claims.exp)?;
        let not_before = time(claims.nbf.unwrap_or(0))?.max(time(claims.iat)?);
        if claims.jti.is_empty() || not_before > now.plus(CLOCK_LEEWAY) {
            Err(TokenRejection::Invalid)
        } else if now >= expires_at.plus(CLOCK_LEEWAY) {
            Err(TokenRejection::Expired)
        } else {
            Ok(AccessClaims {
                user,
                session,
                expires_at,
            })
        }
    }
}

#[async_trait]
impl TokenIssuer for JwtIssuer {
    /// The last second is cut off: a token never lives longer than its claims say.
    fn issue_access(
        &self,
        claims: &AccessClaims,
        now: Timestamp,
    ) -> Result<AccessToken, InfraError> {
        let payload = Claims {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            sub: claims.user.to_string(),
            sid: claims.session.to_string(),
            iat: to_seconds(now),
            exp: to_seconds(claims.expires_at),
            nbf: None,
            jti: Uuid::new_v4().simple().to_string(),
        };
        jsonwebtoken::encode(&self.header, &payload, &self.newest.signing)
            .map(AccessToken::new)
            .map_err(|error| {
                let context = "an access token could not be signed";
                InfraError::new(InfraErrorKind::Broken, context, error)
            })
    }

    async fn verify_access(
        &self,
        token: &str,
        now: Timestamp,
    ) -> Result<AccessClaims, TokenRejection> {
        self.judge(token, now)
    }

    /// The same for the same claims as long as the first secret is the same. When it is replaced within
    /// [`ROTATION_GRACE`](taskhive_domain::session::ROTATION_GRACE), a repeated refresh gives another text with the same
    /// meaning: both are good.
    fn mint_refresh(&self, claims: &RefreshClaims) -> RefreshToken {
        refresh::mint(claims, &self.newest.refresh)
    }

    fn read_refresh(&self, token: &str) -> Option<RefreshClaims> {
        refresh::read(token, self.keys().map(|key| &key.refresh))
    }
}

impl fmt::Debug for JwtIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwtIssuer")
            .field("issuer", &self.issuer)
            .field("audience", &self.audience)
            .finish_non_exhaustive()
    }
}

/// What the library is to check. It would judge the age by the clock of the machine, with 60 s of leeway; we judge it
/// by the time we are given.
fn validation(issuer: &str, audience: &str) -> Validation {
    let mut validation = Validation::new(ALGORITHM);
    validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[audience]);
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation
}

/// 1970 for a time before it, which no clock shows.
fn to_seconds(time: Timestamp) -> u64 {
    u64::try_from(time.millis().div_euclid(1000)).unwrap_or(0)
}

fn from_seconds(seconds: u64) -> Option<Timestamp> {
    let millis = i64::try_from(seconds).ok()?.checked_mul(1000)?;
    Some(Timestamp::from_millis(millis))
}

#[cfg(test)]
mod tests;
