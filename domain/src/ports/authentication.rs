//! What proves who somebody is: passwords, our tokens, those of an identity provider.

use async_trait::async_trait;

use super::InfraError;
use crate::identity::ExternalClaims;
use crate::session::{AccessClaims, AccessToken, RefreshClaims, RefreshToken, TokenRejection};
use crate::time::Timestamp;
use crate::user::{Password, PasswordHash};

/// Why it is not known who sends a request.
#[derive(Debug, thiserror::Error)]
pub enum AuthenticationError {
    /// The token proves nothing.
    #[error("the access token is not good")]
    Rejected(TokenRejection),
    /// Whether the token is good cannot be found out now.
    #[error(transparent)]
    Infra(#[from] InfraError),
}

impl From<TokenRejection> for AuthenticationError {
    fn from(rejection: TokenRejection) -> Self {
        Self::Rejected(rejection)
    }
}

/// What comparing a password with a hash says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verification {
    /// They belong together.
    Match,
    /// They belong together, but the hash was made with older parameters: hash again.
    MatchOutdated,
    /// They do not.
    Mismatch,
}

/// Hashes passwords slowly, on few threads. A caller that cannot be served soon gets
/// [`InfraErrorKind::Unavailable`](super::InfraErrorKind::Unavailable).
#[async_trait]
pub trait PasswordHasher: Send + Sync {
    /// Hashes with a fresh salt.
    async fn hash(&self, password: &Password) -> Result<PasswordHash, InfraError>;
    /// Compares; takes as long, and says [`Verification::Mismatch`], when either is missing.
    async fn verify(
        &self,
        password: Option<&Password>,
        hash: Option<&PasswordHash>,
    ) -> Result<Verification, InfraError>;
}

/// Makes and reads tokens. Knows nothing of users or sessions but what a token says.
#[async_trait]
pub trait TokenIssuer: Send + Sync {
    /// An access token, good until [`AccessClaims::expires_at`].
    fn issue_access(
        &self,
        claims: &AccessClaims,
        now: Timestamp,
    ) -> Result<AccessToken, InfraError>;
    /// What an access token says. Any doubt is [`TokenRejection::Invalid`].
    async fn verify_access(
        &self,
        token: &str,
        now: Timestamp,
    ) -> Result<AccessClaims, TokenRejection>;
    /// The refresh token for these claims: always the same for the same claims.
    fn mint_refresh(&self, claims: &RefreshClaims) -> RefreshToken;
    /// What a refresh token says, if it was minted here.
    fn read_refresh(&self, token: &str) -> Option<RefreshClaims>;
}

/// Verifies access tokens that somebody else issues.
#[async_trait]
pub trait IdentityProvider: Send + Sync {
    /// What a token says. Any doubt is [`TokenRejection::Invalid`]; only a token whose key cannot be had right now, though it may
    /// exist, is [`InfraErrorKind::Unavailable`](super::InfraErrorKind::Unavailable).
    async fn verify(
        &self,
        token: &str,
        now: Timestamp,
    ) -> Result<ExternalClaims, AuthenticationError>;
}
