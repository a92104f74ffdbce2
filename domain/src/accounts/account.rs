//! What a signed-in person does to their account: look at their sessions and end them, change the password, leave.

use super::{AccountError, Accounts, SignedIn, signed_in};
use crate::id::SessionId;
use crate::identity::Identity;
use crate::ports::{InfraError, PasswordChange, PasswordChangeOutcome, Verification};
use crate::session::Session;
use crate::user::{NewPassword, Password, StoredCredentials, User};

impl Accounts {
    /// The caller's account; `None` if it was deleted and the token outlived it.
    pub async fn me(&self, who: Identity) -> Result<Option<User>, InfraError> {
        self.ports.users.find(who.user).await
    }

    /// Where the caller is signed in, the most recently used first.
    pub async fn sessions(&self, who: Identity) -> Result<Vec<Session>, InfraError> {
        self.ports
            .sessions
            .list(who.user, self.ports.clock.now())
            .await
    }

    /// One of the caller's sessions, unless it is over.
    pub async fn session(
        &self,
        who: Identity,
        id: SessionId,
    ) -> Result<Option<Session>, InfraError> {
        let now = self.ports.clock.now();
        self.ports.sessions.find(who.user, id, now).await
    }

    /// Signs the caller out on another device, or on this one.
    pub async fn revoke_session(&self, who: Identity, id: SessionId) -> Result<(), AccountError> {
        let now = self.ports.clock.now();
        if !self.ports.sessions.end(who.user, id, now).await? {
            return Err(AccountError::SessionNotFound);
        }
        self.ports.tell_ended(&[id]);
        Ok(())
    }

    /// Signs the caller out everywhere but here, and names the sessions that ended.
    pub async fn revoke_other_sessions(&self, who: Identity) -> Result<Vec<SessionId>, InfraError> {
        let now = self.ports.clock.now();
        let (sessions, keep) = (&self.ports.sessions, Some(who.session));
        let ended = sessions.end_others(who.user, keep, now).await?;
        self.ports.tell_ended(&ended);
        Ok(ended)
    }

    /// Changes the caller's password, ends all other sessions, and returns new tokens for this one. Asking again for
    /// [`ROTATION_GRACE`](crate::session::ROTATION_GRACE) gives the same refresh token again, if it was not used meanwhile:
    /// the first answer may have got lost.
    pub async fn change_password(
        &self,
        who: Identity,
        change: NewPassword,
    ) -> Result<SignedIn, AccountError> {
        match self.replace_password(who, &change).await {
            Err(AccountError::CredentialsWrong) => self.repeated_change(who, &change.new).await,
            outcome => outcome,
        }
    }

    async fn replace_password(
        &self,
        who: Identity,
        change: &NewPassword,
    ) -> Result<SignedIn, AccountError> {
        let issuer = self.issuer()?;
        let stored = self.confirmed(who, change.current.as_ref()).await?;
        let change = PasswordChange {
            expected: stored.hash,
            new: self.ports.hasher.hash(&change.new).await?,
            keep: who.session,
        };
        let now = self.ports.clock.now();
        let users = &self.ports.users;
        match users.change_password(who.user, &change, now).await? {
            PasswordChangeOutcome::Changed { kept, ended } => {
                self.ports.tell_ended(&ended);
                Ok(signed_in(issuer, stored.user, &kept, now)?)
            }
            PasswordChangeOutcome::SessionEnded => Err(AccountError::SessionEnded),
            PasswordChangeOutcome::HashMismatch => Err(AccountError::CredentialsWrong),
        }
    }

    /// The answer to a change that is made already: this session was renewed a moment ago, and the new password is the stored
    /// one. It gives nothing that signing in with that password would not give.
    async fn repeated_change(
        &self,
        who: Identity,
        new: &Password,
    ) -> Result<SignedIn, AccountError> {
        let now = self.ports.clock.now();
        let Some(session) = self.session(who, who.session).await? else {
            return Err(AccountError::SessionEnded);
        };
        if !session.awaits_first_use(now) {
            return Err(AccountError::CredentialsWrong);
        }
        let stored = self.confirmed(who, Some(new)).await?;
        Ok(signed_in(self.issuer()?, stored.user, &session, now)?)
    }

    /// Deletes the caller's account and everything in it, for good. The address is free again.
    pub async fn delete_account(
        &self,
        who: Identity,
        password: Option<&Password>,
    ) -> Result<(), AccountError> {
        self.issuer()?;
        let stored = self.confirmed(who, password).await?;
        let now = self.ports.clock.now();
        let users = &self.ports.users;
        let Some(ended) = users.delete(who.user, &stored.hash, now).await? else {
            // Somebody was faster: with another password, or with the same wish.
            return Err(match users.credentials_of(who.user).await? {
                Some(_) => AccountError::CredentialsWrong,
                None => AccountError::AccountGone,
            });
        };
        self.ports.tell_ended(&ended);
        Ok(())
    }

    /// The caller's stored credentials, once the password has been shown to be right.
    async fn confirmed(
        &self,
        who: Identity,
        password: Option<&Password>,
    ) -> Result<StoredCredentials, AccountError> {
        let Some(stored) = self.ports.users.credentials_of(who.user).await? else {
            return Err(AccountError::AccountGone);
        };
        match self
            .ports
            .hasher
            .verify(password, stored.hash.usable())
            .await?
        {
            Verification::Match | Verification::MatchOutdated => Ok(stored),
            Verification::Mismatch => Err(AccountError::CredentialsWrong),
        }
    }
}
