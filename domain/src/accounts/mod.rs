//! The use cases around accounts and sessions.

mod account;

use std::sync::Arc;
use std::time::Duration;

use crate::external::External;
use crate::id::{SessionId, UserId};
use crate::ports::{
    AuthenticationError, Clock, IdentityProvider, InfraError, InfraErrorKind, PasswordHasher,
    RegistrationOutcome, SessionRepository, SignIn, TokenIssuer, UserRepository, Verification,
};
use crate::session::{
    ACCESS_TOKEN_LIFETIME, AccessClaims, AccessToken, ENDED_MEMORY, Identity, RefreshClaims,
    RefreshToken, Rotation, Session,
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
        /// Which session was ended.
        session: SessionId,
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

/// The ports that accounts need.
#[derive(Clone)]
pub struct AccountPorts {
    /// Where users are stored.
    pub users: Arc<dyn UserRepository>,
    /// Where sessions are stored.
    pub sessions: Arc<dyn SessionRepository>,
    /// Hashes passwords.
    pub hasher: Arc<dyn PasswordHasher>,
    /// Makes and reads tokens.
    pub issuer: Arc<dyn TokenIssuer>,
    /// Reads the time.
    pub clock: Arc<dyn Clock>,
}

/// The use cases around accounts and sessions.
pub struct Accounts {
    pub(crate) ports: AccountPorts,
    pub(crate) external: Option<External>,
}

impl Accounts {
    /// Puts the use cases on their ports.
    #[must_use]
    pub fn new(ports: AccountPorts) -> Self {
        Self {
            ports,
            external: None,
        }
    }

    /// The same for users who sign in elsewhere. Only tokens of this provider are accepted then, none of ours.
    #[must_use]
    pub fn behind(provider: Arc<dyn IdentityProvider>, ports: AccountPorts) -> Self {
        Self {
            ports,
            external: Some(External::new(provider)),
        }
    }

    /// Creates an account and signs in. `user_agent` is what the client calls itself.
    pub async fn register(
        &self,
        registration: Registration,
        user_agent: &str,
    ) -> Result<SignedIn, AccountError> {
        self.require_password_login()?;
        let hash = self.ports.hasher.hash(&registration.password).await?;
        let now = self.ports.clock.now();
        let user = User {
            id: UserId::new(now),
            email: registration.email,
            created_at: now,
        };
        let session = Session::begin(user.id, user_agent, now);
        match self.ports.users.register(&user, &hash, &session).await? {
            RegistrationOutcome::Registered => Ok(self.signed_in(user, &session, now)?),
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
        self.require_password_login()?;
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
            if self.ports.sessions.open(&sign_in).await? {
                return Ok(self.signed_in(stored.user, &sign_in.session, now)?);
            }
        }
        Err(AccountError::CredentialsWrong)
    }

    /// Exchanges a refresh token for a new pair. For
    /// [`ROTATION_GRACE`](crate::session::ROTATION_GRACE) the same token gives the same refresh token again.
    pub async fn refresh(&self, token: &RefreshToken) -> Result<SignedIn, AccountError> {
        self.require_password_login()?;
        let Some(claims) = self.ports.issuer.read_refresh(token.reveal()) else {
            return Err(AccountError::RefreshTokenInvalid);
        };
        let now = self.ports.clock.now();
        let session = match self
            .ports
            .sessions
            .rotate(claims.session, claims.generation, now)
            .await?
        {
            Rotation::Rotated(session) | Rotation::Repeated(session) => session,
            Rotation::Reused(Session { user, id, .. }) => {
                return Err(AccountError::RefreshTokenReused { user, session: id });
            }
            Rotation::Refused => return Err(AccountError::RefreshTokenInvalid),
        };
        let user = self
            .ports
            .users
            .find(session.user)
            .await?
            .ok_or(AccountError::RefreshTokenInvalid)?;
        Ok(self.signed_in(user, &session, now)?)
    }

    /// Ends the caller's session. One that had ended already counts as ended, and so does one at an identity provider, which
    /// can only be ended there.
    pub async fn logout(&self, who: Identity) -> Result<(), InfraError> {
        self.ports
            .sessions
            .end(who.user, who.session, self.ports.clock.now())
            .await?;
        Ok(())
    }

    /// The caller's account; `None` if it was deleted and the token outlived it.
    pub async fn me(&self, who: Identity) -> Result<Option<User>, InfraError> {
        self.ports.users.find(who.user).await
    }

    /// Who an access token stands for. Does not know of ended sessions: see [`Self::ended_sessions`].
    pub async fn authenticate(&self, token: &str) -> Result<Authenticated, AuthenticationError> {
        let now = self.ports.clock.now();
        if let Some(external) = &self.external {
            return self.authenticate_external(external, token, now).await;
        }
        let claims = self.ports.issuer.verify_access(token, now).await?;
        let identity = Identity {
            user: claims.user,
            session: claims.session,
        };
        Ok(Authenticated {
            identity,
            expires_at: claims.expires_at,
        })
    }

    /// The sessions that ended so recently that an access token of theirs may still look good.
    pub async fn ended_sessions(&self) -> Result<Vec<SessionId>, InfraError> {
        self.ports
            .sessions
            .ended_since(self.ports.clock.now().minus(ENDED_MEMORY))
            .await
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

    /// Tokens for a session that goes on or begins.
    pub(crate) fn signed_in(
        &self,
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
            access_token: self.ports.issuer.issue_access(&claims, now)?,
            expires_in: ACCESS_TOKEN_LIFETIME,
            refresh_token: self.ports.issuer.mint_refresh(&refresh),
        })
    }
}

#[cfg(test)]
#[cfg(feature = "testing")]
mod tests;
