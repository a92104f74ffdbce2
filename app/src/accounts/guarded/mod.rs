//! The use cases of accounts as the outside may call them: within the limits of rate, written into the log of security events,
//! and as far as the service offers them at all. Whoever drives the service, GraphQL or anything else, gets the same
//! protection, because there is no other way in.
//!
//! The order is the same everywhere: is it offered, is the input well formed, is there room under the limit, then the use
//! case. Whoever is limited is refused before any hash.

use std::sync::Arc;

use taskhive_domain::accounts::SignedIn;
use taskhive_domain::ports::InfraError;
use taskhive_domain::session::{RefreshToken, Session};
use taskhive_domain::user::{Credentials, NewPassword, Password, Registration, User};
use taskhive_domain::violation::Violations;
use taskhive_domain::{AccountError, Accounts, Identity, SessionId};

use super::audit;
use super::client::Client;
use super::rate_limit::{RateLimited, RateLimits};

/// What the service offers to strangers.
#[derive(Debug, Clone)]
pub(crate) struct Offer {
    /// Whether accounts and passwords are kept here, and not by an identity provider.
    pub(crate) password_login: bool,
    /// Whether everybody may create an account.
    pub(crate) registration_open: bool,
    /// The page of the identity provider where people sign in; `None` if they do so here, or nobody said where it is.
    pub(crate) sign_in_url: Option<Arc<str>>,
}

/// The use cases of accounts, protected.
pub struct GuardedAccounts {
    accounts: Arc<Accounts>,
    limits: Arc<RateLimits>,
    offer: Offer,
}

/// Why a protected use case did nothing.
#[derive(Debug)]
pub(crate) enum GuardedError {
    /// Accounts are not open to everybody here.
    RegistrationClosed,
    /// There is no refresh token in the request.
    RefreshTokenMissing,
    /// The input breaks rules.
    Invalid(Violations),
    /// A limit of rate was met.
    RateLimited(RateLimited),
    /// The use case said no.
    Account(AccountError),
}

impl GuardedAccounts {
    /// Puts the protection round the use cases.
    pub(crate) fn new(accounts: Arc<Accounts>, limits: Arc<RateLimits>, offer: Offer) -> Self {
        Self {
            accounts,
            limits,
            offer,
        }
    }

    /// What the service offers to strangers.
    pub(crate) fn offer(&self) -> Offer {
        self.offer.clone()
    }

    /// Creates an account and signs in.
    pub(crate) async fn register(
        &self,
        client: &Client,
        email: &str,
        password: &str,
    ) -> Result<SignedIn, GuardedError> {
        self.require_password_login()?;
        if !self.offer.registration_open {
            return Err(GuardedError::RegistrationClosed);
        }
        let registration = Registration::parse(email, password)?;
        client.enforce(self.limits.register(client.address))?;
        let signed_in = self
            .accounts
            .register(registration, &client.user_agent)
            .await?;
        audit::account_created(client, signed_in.user.id);
        Ok(signed_in)
    }

    /// Signs in with address and password.
    pub(crate) async fn login(
        &self,
        client: &Client,
        email: &str,
        password: &str,
    ) -> Result<SignedIn, GuardedError> {
        self.require_password_login()?;
        let login = self
            .accounts
            .login(Credentials::parse(email, password), &client.user_agent);
        let signed_in = self.password_attempt(client, email, login).await?;
        audit::sign_in_ok(client, signed_in.user.id);
        Ok(signed_in)
    }

    /// Exchanges the refresh token that the client presents, or else the one of its cookie.
    pub(crate) async fn refresh(
        &self,
        client: &Client,
        presented: Option<&RefreshToken>,
    ) -> Result<SignedIn, GuardedError> {
        self.require_password_login()?;
        let token = presented
            .or(client.refresh_cookie.as_ref())
            .ok_or(GuardedError::RefreshTokenMissing)?;
        client.enforce(self.limits.refresh(client.address))?;
        let outcome = self.accounts.refresh(token).await;
        if let Err(AccountError::RefreshTokenReused { user, .. }) = outcome {
            audit::refresh_reuse(client, user);
        }
        Ok(outcome?)
    }

    /// Ends the session of the caller.
    pub(crate) async fn logout(&self, client: &Client, who: Identity) -> Result<(), GuardedError> {
        self.accounts.logout(who).await?;
        audit::sign_out(client, who.user());
        Ok(())
    }

    /// Ends the session that the refresh token of the client's cookie belongs to. Success whatever the token is: one of a session
    /// that is over, or of none, leaves nothing to sign out of.
    pub(crate) async fn logout_by_cookie(
        &self,
        client: &Client,
        token: &RefreshToken,
    ) -> Result<(), GuardedError> {
        client.enforce(self.limits.refresh(client.address))?;
        if let Some(user) = self.accounts.logout_held(token).await? {
            audit::sign_out(client, user);
        }
        Ok(())
    }

    /// Changes the caller's password and ends the other sessions.
    pub(crate) async fn change_password(
        &self,
        client: &Client,
        who: Identity,
        current: &str,
        new: &str,
    ) -> Result<SignedIn, GuardedError> {
        self.require_password_login()?;
        let change = NewPassword::parse(current, new)?;
        let email = self.email_of(who).await?;
        let change = self.accounts.change_password(who, change);
        let signed_in = self.password_attempt(client, &email, change).await?;
        audit::password_changed(client, who.user());
        Ok(signed_in)
    }

    /// Deletes the caller's account with everything in it.
    pub(crate) async fn delete_account(
        &self,
        client: &Client,
        who: Identity,
        password: &str,
    ) -> Result<(), GuardedError> {
        self.require_password_login()?;
        let email = self.email_of(who).await?;
        let password = Password::claimed(password);
        let deletion = self.accounts.delete_account(who, password.as_ref());
        self.password_attempt(client, &email, deletion).await?;
        audit::account_deleted(client, who.user());
        Ok(())
    }

    /// The caller; `None` if the account is gone.
    pub(crate) async fn me(&self, who: Identity) -> Result<Option<User>, GuardedError> {
        Ok(self.accounts.me(who).await?)
    }

    /// The caller's sessions.
    pub(crate) async fn sessions(&self, who: Identity) -> Result<Vec<Session>, GuardedError> {
        Ok(self.accounts.sessions(who).await?)
    }

    /// One of the caller's sessions, unless it is over.
    pub(crate) async fn session(
        &self,
        who: Identity,
        id: SessionId,
    ) -> Result<Option<Session>, GuardedError> {
        Ok(self.accounts.session(who, id).await?)
    }

    /// Ends one of the caller's sessions.
    pub(crate) async fn revoke_session(
        &self,
        who: Identity,
        id: SessionId,
    ) -> Result<(), GuardedError> {
        Ok(self.accounts.revoke_session(who, id).await?)
    }

    /// Ends all of the caller's sessions but this one, and says which.
    pub(crate) async fn revoke_other_sessions(
        &self,
        who: Identity,
    ) -> Result<Vec<SessionId>, GuardedError> {
        Ok(self.accounts.revoke_other_sessions(who).await?)
    }

    /// Refuses before the input is looked at: no input would do.
    fn require_password_login(&self) -> Result<(), GuardedError> {
        if self.offer.password_login {
            Ok(())
        } else {
            Err(AccountError::PasswordLoginDisabled.into())
        }
    }

    /// The address under which guesses at the caller's password are counted: signing in counts under the same, so whoever has
    /// found an unlocked screen does not get to guess faster.
    async fn email_of(&self, who: Identity) -> Result<String, GuardedError> {
        let me = self.accounts.me(who).await?;
        Ok(me
            .ok_or(AccountError::AccountGone)?
            .email
            .as_str()
            .to_owned())
    }

    /// Runs a use case that looks at a password as one guess at that of the account with this address. Only a wrong guess
    /// stays counted as a failure, not a service that could not look.
    async fn password_attempt<T>(
        &self,
        client: &Client,
        email: &str,
        use_case: impl Future<Output = Result<T, AccountError>>,
    ) -> Result<T, GuardedError> {
        let attempt = client.enforce(self.limits.password_attempt(client.address, email))?;
        let outcome = use_case.await;
        if let Err(AccountError::CredentialsWrong) = outcome {
            audit::sign_in_failed(client);
        } else {
            attempt.refund();
        }
        Ok(outcome?)
    }
}

impl From<Violations> for GuardedError {
    fn from(violations: Violations) -> Self {
        Self::Invalid(violations)
    }
}

impl From<RateLimited> for GuardedError {
    fn from(limited: RateLimited) -> Self {
        Self::RateLimited(limited)
    }
}

impl From<AccountError> for GuardedError {
    fn from(error: AccountError) -> Self {
        Self::Account(error)
    }
}

impl From<InfraError> for GuardedError {
    fn from(error: InfraError) -> Self {
        Self::Account(error.into())
    }
}

#[cfg(test)]
mod tests;
