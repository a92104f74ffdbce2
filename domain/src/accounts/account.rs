//! What a signed-in person does to their account: look at their sessions and end them, change the password, leave.

use crate::accounts::{AccountError, Accounts, SignedIn};
use crate::id::SessionId;
use crate::ports::{InfraError, PasswordChange, PasswordChangeOutcome, Verification};
use crate::session::{Identity, Session};
use crate::user::{NewPassword, Password, StoredCredentials};

impl Accounts {
    /// Where the caller is signed in, the most recently used first.
    pub async fn sessions(&self, who: Identity) -> Result<Vec<Session>, InfraError> {
        self.ports
            .sessions
            .list(who.user, self.ports.clock.now())
            .await
    }

    /// Signs the caller out on another device, or on this one.
    pub async fn revoke_session(&self, who: Identity, id: SessionId) -> Result<(), AccountError> {
        if self
            .ports
            .sessions
            .end(who.user, id, self.ports.clock.now())
            .await?
        {
            Ok(())
        } else {
            Err(AccountError::SessionNotFound)
        }
    }

    /// Signs the caller out everywhere but here, and names the sessions that ended.
    pub async fn revoke_other_sessions(&self, who: Identity) -> Result<Vec<SessionId>, InfraError> {
        let now = self.ports.clock.now();
        self.ports
            .sessions
            .end_others(who.user, Some(who.session), now)
            .await
    }

    /// Changes the caller's password, ends all other sessions, and returns new tokens for this one.
    pub async fn change_password(
        &self,
        who: Identity,
        change: NewPassword,
    ) -> Result<SignedIn, AccountError> {
        let stored = self.confirmed(who, change.current.as_ref()).await?;
        let new = self.ports.hasher.hash(&change.new).await?;
        let change = PasswordChange {
            expected: Some(stored.hash),
            new,
            keep: Some(who.session),
        };
        let now = self.ports.clock.now();
        match self
            .ports
            .users
            .change_password(who.user, &change, now)
            .await?
        {
            PasswordChangeOutcome::Changed(Some(session)) => {
                Ok(self.signed_in(stored.user, &session, now)?)
            }
            PasswordChangeOutcome::Changed(None) | PasswordChangeOutcome::Refused => {
                Err(AccountError::CredentialsWrong)
            }
        }
    }

    /// Deletes the caller's account and everything in it, for good. The address is free again.
    pub async fn delete_account(
        &self,
        who: Identity,
        password: Option<&Password>,
    ) -> Result<(), AccountError> {
        let stored = self.confirmed(who, password).await?;
        let now = self.ports.clock.now();
        if self.ports.users.delete(who.user, &stored.hash, now).await? {
            Ok(())
        } else {
            Err(AccountError::CredentialsWrong)
        }
    }

    /// The caller's stored credentials, once the password has been shown to be right.
    async fn confirmed(
        &self,
        who: Identity,
        password: Option<&Password>,
    ) -> Result<StoredCredentials, AccountError> {
        self.require_password_login()?;
        let Some(stored) = self.ports.users.credentials_of(who.user).await? else {
            return Err(AccountError::AccountGone);
        };
        match self
            .ports
            .hasher
            .verify(password, stored.hash.matchable())
            .await?
        {
            Verification::Match | Verification::MatchOutdated => Ok(stored),
            Verification::Mismatch => Err(AccountError::CredentialsWrong),
        }
    }
}
