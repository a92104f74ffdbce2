//! Access tokens of an identity provider, Better Auth above all: JSON Web Tokens, verified with the public keys that the
//! provider publishes as a JSON Web Key Set.
//!
//! Reading order: `jwks_url` says where the set is, `endpoint` fetches it, `keys` reads it, `keyring` keeps it, `claims` judges
//! what a token says. Which account a token leads to is the domain's business; nothing is issued here.

mod claims;
mod endpoint;
mod jwks_url;
mod keyring;
mod keys;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use jsonwebtoken::{Algorithm, Header, decode_header};
use taskhive_domain::Timestamp;
use taskhive_domain::identity::ExternalClaims;
use taskhive_domain::ports::{AuthenticationError, IdentityProvider, InfraError};
use taskhive_domain::session::TokenRejection;

use self::claims::Expectation;
pub use self::jwks_url::{JwksUrl, JwksUrlError};
use self::keyring::{Keyring, Pacing};
use crate::error_chain;

/// What is longer is not even decoded. Better Auth puts the whole user into a token by default, some 500 bytes.
const MAX_TOKEN_BYTES: usize = 8192;
/// What other kinds of token call themselves (RFC 8725, 3.11). Better Auth's have no type at all.
const TYPES: [&str; 3] = ["JWT", "at+jwt", "application/at+jwt"];

/// How tokens may be signed. Symmetric algorithms are not among them: their "public" key could sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureAlgorithm {
    /// Ed25519, what Better Auth takes unless told otherwise.
    EdDsa,
    /// ECDSA on P-256.
    Es256,
    /// RSA, at least 2048 bits.
    Rs256,
}

impl SignatureAlgorithm {
    /// Reads the name that RFC 7518 and RFC 8037 give it.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "EdDSA" => Some(Self::EdDsa),
            "ES256" => Some(Self::Es256),
            "RS256" => Some(Self::Rs256),
            _ => None,
        }
    }

    const fn algorithm(self) -> Algorithm {
        match self {
            Self::EdDsa => Algorithm::EdDSA,
            Self::Es256 => Algorithm::ES256,
            Self::Rs256 => Algorithm::RS256,
        }
    }
}

/// Whose tokens are accepted.
#[derive(Debug, Clone)]
pub struct ExternalIssuerSettings {
    /// Where the keys are.
    pub jwks_url: JwksUrl,
    /// What `iss` must be, to the letter.
    pub issuer: String,
    /// What `aud` must be or hold.
    pub audience: String,
    /// How tokens may be signed.
    pub algorithms: Vec<SignatureAlgorithm>,
}

/// Verifies tokens of one identity provider.
pub struct ExternalIssuer {
    expectation: Expectation,
    keyring: Arc<Keyring>,
}

impl ExternalIssuer {
    /// Begins to fetch the keys, and to look every 15 minutes for new ones, for as long as it lives; says in the log what is
    /// wrong with them. Must be called within a Tokio runtime. Fails only if TLS cannot be prepared.
    pub fn watching(settings: &ExternalIssuerSettings) -> Result<Self, InfraError> {
        let issuer = Self::new(settings, Pacing::default())?;
        tokio::spawn(Keyring::watch(Arc::downgrade(&issuer.keyring)));
        Ok(issuer)
    }

    /// Fetches the keys once, and says how many can be used, or what is wrong with them.
    pub async fn try_out(settings: &ExternalIssuerSettings) -> Result<usize, String> {
        let issuer = Self::new(settings, Pacing::default()).map_err(|error| error_chain(&error))?;
        let keys = issuer.keyring.fetched().await;
        keys.map(|keys| keys.len())
            .map_err(|error| error.to_string())
    }

    fn new(settings: &ExternalIssuerSettings, pacing: Pacing) -> Result<Self, InfraError> {
        let algorithms = settings.algorithms.iter();
        let algorithms = algorithms.map(|algorithm| algorithm.algorithm()).collect();
        let endpoint = endpoint::Endpoint::new(&settings.jwks_url)?;
        Ok(Self {
            expectation: Expectation::new(&settings.issuer, &settings.audience),
            keyring: Arc::new(Keyring::new(endpoint, algorithms, pacing)),
        })
    }
}

#[async_trait]
impl IdentityProvider for ExternalIssuer {
    async fn verify(
        &self,
        token: &str,
        now: Timestamp,
    ) -> Result<ExternalClaims, AuthenticationError> {
        let header = readable_header(token).ok_or(TokenRejection::Invalid)?;
        let id = header.kid.as_deref().ok_or(TokenRejection::Invalid)?;
        let key = self.keyring.find(id).await?;
        let key = key.ok_or(TokenRejection::Invalid)?;
        // The key says which algorithm it is for; what the token says is only compared with it.
        if header.alg != key.algorithm {
            return Err(TokenRejection::Invalid.into());
        }
        Ok(self.expectation.judge(token, &key, now)?)
    }
}

/// The header of what could be a token at all. `crit` names extensions that must be understood; we understand none
/// (RFC 7515, 4.1.11).
fn readable_header(token: &str) -> Option<Header> {
    if token.len() > MAX_TOKEN_BYTES {
        return None;
    }
    let header = decode_header(token).ok()?;
    let known = |typ: &String| TYPES.iter().any(|known| typ.eq_ignore_ascii_case(known));
    (header.typ.as_ref().is_none_or(known) && header.crit.is_none()).then_some(header)
}

impl fmt::Debug for ExternalIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExternalIssuer")
            .field("expectation", &self.expectation)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
