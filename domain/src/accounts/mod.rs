//! The use cases around accounts and sessions.

mod account;
mod authenticate;
mod sign_in;

use std::sync::Arc;
use std::time::Duration;

pub use self::authenticate::Authenticated;
use crate::id::{SessionId, UserId};
use crate::ports::{
    Clock, ExternalUserRepository, IdentityProvider, InfraError, PasswordHasher, SessionEvents,
    SessionRepository, TokenIssuer, UserRepository,
};
use crate::session::{
    ACCESS_TOKEN_LIFETIME, AccessClaims, AccessToken, RefreshClaims, RefreshToken, Session,
};
use crate::time::Timestamp;
use crate::user::User;

/// Why signing up, in or on did not work.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// Users sign in at an identity provider: there are no passwords here.
    #[error("users sign in at an identity provider")]
    PasswordLoginDisabled,
    /// The address has an account.
    #[error("the address is taken")]
    EmailTaken,
    /// Address and password do not belong together.
    #[error("address and password do not belong together")]
    CredentialsWrong,
    /// The caller has no such session.
    #[error("there is no such session")]
    SessionNotFound,
    /// The caller's session is over; the token outlived it.
    #[error("the session is over")]
    SessionEnded,
    /// The caller's account was deleted; the token outlived it.
    #[error("the account is gone")]
    AccountGone,
    /// The refresh token is malformed, used up, or its session is over.
    #[error("the refresh token is not valid")]
    RefreshTokenInvalid,
    /// An old refresh token came back, so its session was ended.
    #[error("a used refresh token came back")]
    RefreshTokenReused {
        /// Whose session it was.
        user: UserId,
    },
    /// The infrastructure failed.
    #[error(transparent)]
    Infra(#[from] InfraError),
}

/// A user who has just signed in, or on.
#[derive(Debug)]
pub struct SignedIn {
    /// Who.
    pub user: User,
    /// In which session.
    pub session: SessionId,
    /// Proves it to every request.
    pub access_token: AccessToken,
    /// How long the access token is good.
    pub expires_in: Duration,
    /// For the next pair of tokens.
    pub refresh_token: RefreshToken,
}

/// The ports that accounts need, whoever looks after them: their users, or an operator.
#[derive(Clone)]
pub struct AccountPorts {
    /// Where users are stored.
    pub users: Arc<dyn UserRepository>,
    /// Where sessions are stored.
    pub sessions: Arc<dyn SessionRepository>,
    /// Hears which sessions ended.
    pub session_events: Arc<dyn SessionEvents>,
    /// Hashes passwords.
    pub hasher: Arc<dyn PasswordHasher>,
    /// Reads the time.
    pub clock: Arc<dyn Clock>,
}

impl AccountPorts {
    /// Tells that these sessions have ended. To be called right after the call that ended them, with nothing to wait for in
    /// between: a caller may go away whenever it waits.
    pub(crate) fn tell_ended(&self, sessions: &[SessionId]) {
        if !sessions.is_empty() {
            self.session_events.ended(sessions);
        }
    }
}

/// The use cases around accounts and sessions.
pub struct Accounts {
    ports: AccountPorts,
    tokens: Tokens,
}

/// Whose access tokens are accepted.
enum Tokens {
    /// Ours: users sign in here, with a password.
    Own(Arc<dyn TokenIssuer>),
    /// Those of an identity provider.
    External(ExternalPorts),
}

/// What is needed besides for users who sign in elsewhere.
#[derive(Clone)]
pub struct ExternalPorts {
    /// Verifies their tokens.
    pub provider: Arc<dyn IdentityProvider>,
    /// Which of our users they are. Asked with every request.
    pub users: Arc<dyn ExternalUserRepository>,
}

impl Accounts {
    /// For users who sign in here, and get tokens of `issuer`.
    #[must_use]
    pub fn new(ports: AccountPorts, issuer: Arc<dyn TokenIssuer>) -> Self {
        let tokens = Tokens::Own(issuer);
        Self { ports, tokens }
    }

    /// For users who sign in elsewhere: only tokens of that provider are accepted.
    #[must_use]
    pub fn with_identity_provider(ports: AccountPorts, external: ExternalPorts) -> Self {
        let tokens = Tokens::External(external);
        Self { ports, tokens }
    }

    /// Makes and reads our tokens; for use cases that need a password of ours.
    fn issuer(&self) -> Result<&dyn TokenIssuer, AccountError> {
        match &self.tokens {
            Tokens::Own(issuer) => Ok(&**issuer),
            Tokens::External(_) => Err(AccountError::PasswordLoginDisabled),
        }
    }
}

/// Tokens for a session that goes on or begins.
fn signed_in(
    issuer: &dyn TokenIssuer,
    user: User,
    session: &Session,
    now: Timestamp,
) -> Result<SignedIn, InfraError> {
    let claims = AccessClaims {
        user: user.id,
        session: session.id,
        expires_at: now.plus(ACCESS_TOKEN_LIFETIME),
    };
    let refresh = RefreshClaims {
        session: session.id,
        generation: session.generation,
    };
    Ok(SignedIn {
        user,
        session: session.id,
        access_token: issuer.issue_access(&claims, now)?,
        expires_in: ACCESS_TOKEN_LIFETIME,
        refresh_token: issuer.mint_refresh(&refresh),
    })
}

#[cfg(test)]
#[cfg(feature = "testing")]
mod tests;
