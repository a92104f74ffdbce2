//! The use cases around accounts and sessions.

mod account;

use std::sync::Arc;
use std::time::Duration;

use crate::external::External;
use crate::id::{SessionId, UserId};
use crate::ports::{
    AuthenticationError, Clock, IdentityProvider, InfraError, InfraErrorKind, PasswordHasher,
    RegistrationOutcome, SessionEvents, SessionRepository, SignIn, TokenIssuer, UserRepository,
    Verification,
};
use crate::session::{
    ACCESS_TOKEN_LIFETIME, AccessClaims, AccessToken, Identity, RefreshClaims, RefreshToken,
    Rotation, Session,
};
use crate::time::Timestamp;
use crate::user::{Credentials, Password, PasswordHash, Registration, StoredCredentials, User};

/// Why signing up, in or on did not work.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// Users sign in at an identity provider: there are no passwords here.
    #[error("users sign in at an identity provider")]
    SignInElsewhere,
    /// The address has an account.
    #[error("the address is taken")]
    EmailTaken,
    /// Address and password do not belong together.
    #[error("address and password do not belong together")]
    CredentialsWrong,
    /// The caller has no such session.
    #[error("there is no such session")]
    SessionNotFound,
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

/// Who a verified access token stands for, and how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Authenticated {
    /// The caller.
    pub identity: Identity,
    /// When the proof expires.
    pub expires_at: Timestamp,
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
    pub(crate) ports: AccountPorts,
    pub(crate) tokens: Tokens,
}

/// Whose access tokens are accepted.
pub(crate) enum Tokens {
    /// Ours: users sign in here, with a password.
    Own(Arc<dyn TokenIssuer>),
    /// Those of an identity provider.
    External(External),
}

impl Accounts {
    /// For users who sign in here, and get tokens of `issuer`.
    #[must_use]
    pub fn new(ports: AccountPorts, issuer: Arc<dyn TokenIssuer>) -> Self {
        let tokens = Tokens::Own(issuer);
        Self { ports, tokens }
    }

    /// For users who sign in elsewhere: only tokens of this provider are accepted.
    #[must_use]
    pub fn behind(ports: AccountPorts, provider: Arc<dyn IdentityProvider>) -> Self {
        let tokens = Tokens::External(External::new(provider));
        Self { ports, tokens }
    }

    /// Makes and reads our tokens; for use cases that need a password of ours.
    fn issuer(&self) -> Result<&dyn TokenIssuer, AccountError> {
        match &self.tokens {
            Tokens::Own(issuer) => Ok(&**issuer),
            Tokens::External(_) => Err(AccountError::SignInElsewhere),
        }
    }

    /// Creates an account and signs in. `user_agent` is what the client calls itself.
    pub async fn register(
        &self,
        registration: Registration,
        user_agent: &str,
    ) -> Result<SignedIn, AccountError> {
        let issuer = self.issuer()?;
        let hash = self.ports.hasher.hash(&registration.password).await?;
        let now = self.ports.clock.now();
        let user = User {
            id: UserId::new(now),
            email: registration.email,
            created_at: now,
        };
        let session = Session::begin(user.id, user_agent, now);
        let users = &self.ports.users;
        match users.register(&user, &hash, Some(&session)).await? {
            RegistrationOutcome::Registered => Ok(signed_in(issuer, user, &session, now)?),
            RegistrationOutcome::EmailTaken => Err(AccountError::EmailTaken),
        }
    }

    /// Signs in. An unknown address takes as long as a wrong password, and reads the same. So does a password that was changed
    /// while it was verified.
    pub async fn login(
        &self,
        credentials: Credentials,
        user_agent: &str,
    ) -> Result<SignedIn, AccountError> {
        let issuer = self.issuer()?;
        // A stored hash that is not the verified one any more was replaced by a new password, or by another sign-in that
        // brought it up to date: a second look tells which.
        for _ in 0..2 {
            let (stored, rehashed) = self.verify(&credentials).await?;
            let now = self.ports.clock.now();
            let sign_in = SignIn {
                session: Session::begin(stored.user.id, user_agent, now),
                verified: stored.hash,
                rehashed,
            };
            if let Some(ended) = self.ports.sessions.open(&sign_in).await? {
                self.ports.tell_ended(&ended);
                return Ok(signed_in(issuer, stored.user, &sign_in.session, now)?);
            }
        }
        Err(AccountError::CredentialsWrong)
    }

    /// Exchanges a refresh token for a new pair. For
    /// [`ROTATION_GRACE`](crate::session::ROTATION_GRACE) the same token gives the same refresh token again.
    pub async fn refresh(&self, token: &RefreshToken) -> Result<SignedIn, AccountError> {
        let issuer = self.issuer()?;
        let Some(RefreshClaims {
            session,
            generation,
        }) = issuer.read_refresh(token.reveal())
        else {
            return Err(AccountError::RefreshTokenInvalid);
        };
        let now = self.ports.clock.now();
        let sessions = &self.ports.sessions;
        let session = match sessions.rotate(session, generation, now).await? {
            Rotation::Rotated(session) | Rotation::Repeated(session) => session,
            Rotation::Reused(Session { user, id, .. }) => {
                self.ports.tell_ended(&[id]);
                return Err(AccountError::RefreshTokenReused { user });
            }
            Rotation::Refused => return Err(AccountError::RefreshTokenInvalid),
        };
        let user = self
            .ports
            .users
            .find(session.user)
            .await?
            .ok_or(AccountError::RefreshTokenInvalid)?;
        Ok(signed_in(issuer, user, &session, now)?)
    }

    /// Ends the caller's session. One that had ended already counts as ended, and so does one at an identity provider, which
    /// can only be ended there.
    pub async fn logout(&self, who: Identity) -> Result<(), InfraError> {
        let now = self.ports.clock.now();
        if self.ports.sessions.end(who.user, who.session, now).await? {
            self.ports.tell_ended(&[who.session]);
        }
        Ok(())
    }

    /// The caller's account; `None` if it was deleted and the token outlived it.
    pub async fn me(&self, who: Identity) -> Result<Option<User>, InfraError> {
        self.ports.users.find(who.user).await
    }

    /// Who an access token stands for. Does not know of ended sessions: see
    /// [`SessionRepository::ended_since`] and [`SessionEvents`].
    pub async fn authenticate(&self, token: &str) -> Result<Authenticated, AuthenticationError> {
        let now = self.ports.clock.now();
        let issuer = match &self.tokens {
            Tokens::Own(issuer) => issuer,
            Tokens::External(external) => {
                return self.authenticate_external(external, token, now).await;
            }
        };
        let claims = issuer.verify_access(token, now).await?;
        let identity = Identity {
            user: claims.user,
            session: claims.session,
        };
        Ok(Authenticated {
            identity,
            expires_at: claims.expires_at,
        })
    }

    /// Whose credentials these are; with a new hash, if the stored one was made with the parameters of yesterday.
    async fn verify(
        &self,
        credentials: &Credentials,
    ) -> Result<(StoredCredentials, Option<PasswordHash>), AccountError> {
        let stored = match &credentials.email {
            Some(email) => self.ports.users.credentials(email).await?,
            None => None,
        };
        let hash = stored.as_ref().and_then(|stored| stored.hash.matchable());
        let password = credentials.password.as_ref();
        let verification = self.ports.hasher.verify(password, hash).await?;
        match (verification, stored, password) {
            (Verification::Match, Some(stored), _) => Ok((stored, None)),
            (Verification::MatchOutdated, Some(stored), Some(password)) => {
                Ok((stored, self.rehashed(password).await?))
            }
            _ => Err(AccountError::CredentialsWrong),
        }
    }

    /// No reason to refuse a right password: without capacity for a second hash it is left to the next sign-in.
    async fn rehashed(&self, password: &Password) -> Result<Option<PasswordHash>, InfraError> {
        match self.ports.hasher.hash(password).await {
            Err(error) if error.kind == InfraErrorKind::Unavailable => Ok(None),
            hash => hash.map(Some),
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
