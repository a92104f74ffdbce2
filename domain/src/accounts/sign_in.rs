//! Signing up, in, on and out: for users with a password of ours.

use super::{AccountError, Accounts, SignedIn, Tokens, signed_in};
use crate::id::UserId;
use crate::identity::Identity;
use crate::ports::{InfraError, InfraErrorKind, RegistrationOutcome, SignIn, Verification};
use crate::session::{RefreshClaims, RefreshToken, Rotation, Session};
use crate::user::{Credentials, Password, PasswordHash, Registration, StoredCredentials, User};

impl Accounts {
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

    /// Ends the session that this refresh token belongs to, however old the token is, and says whose it was. What belongs to no
    /// living session ends nothing.
    pub async fn logout_held(&self, token: &RefreshToken) -> Result<Option<UserId>, InfraError> {
        let claims = match &self.tokens {
            Tokens::Own(issuer) => issuer.read_refresh(token.reveal()),
            Tokens::External(_) => None,
        };
        let Some(RefreshClaims { session, .. }) = claims else {
            return Ok(None);
        };
        let now = self.ports.clock.now();
        let owner = self.ports.sessions.end_held(session, now).await?;
        if owner.is_some() {
            self.ports.tell_ended(&[session]);
        }
        Ok(owner)
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
        let hash = stored.as_ref().and_then(|stored| stored.hash.usable());
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
