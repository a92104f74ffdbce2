//! Accounts as the API shows them, and what goes into and comes out of signing up, in, on and out.

use std::fmt;

use async_graphql::{Context, ID, InputObject, SimpleObject};
use taskhive_domain::Identity;
use taskhive_domain::accounts::SignedIn;
use taskhive_domain::session::Session as DomainSession;
use taskhive_domain::user::User as DomainUser;

use super::scalars::DateTime;
use crate::graphql::caller::{Caller, CookieChange, Delivery};

/// A person with an account.
#[derive(Clone, SimpleObject)]
pub(crate) struct User {
    /// The user's ID, such as `user_0197c0de5b2a7c1e8f3a4b5c6d7e8f90`.
    pub(crate) id: ID,
    /// The address the user signs in with, in lower case. Only the user sees it.
    pub(crate) email: String,
    /// When the account was created.
    pub(crate) created_at: DateTime,
}

impl From<&DomainUser> for User {
    fn from(user: &DomainUser) -> Self {
        let email = user.email.as_str().to_owned();
        Self {
            id: ID(user.id.to_string()),
            email,
            created_at: DateTime(user.created_at),
        }
    }
}

/// Input of `register`.
#[derive(InputObject)]
pub(crate) struct RegisterInput {
    /// The address to sign in with. Case does not matter.
    pub(crate) email: String,
    /// 8 to 128 characters. Anything goes, except passwords everybody knows.
    pub(crate) password: String,
    /// How to hand over the refresh token.
    #[graphql(default_with = "Some(Delivery::Body)")]
    pub(crate) delivery: Option<Delivery>,
}

/// Input of `login`.
#[derive(InputObject)]
pub(crate) struct LoginInput {
    /// The address the account was registered with.
    pub(crate) email: String,
    /// The account's password.
    pub(crate) password: String,
    /// How to hand over the refresh token.
    #[graphql(default_with = "Some(Delivery::Body)")]
    pub(crate) delivery: Option<Delivery>,
}

/// Input of `refreshToken`.
#[derive(InputObject)]
pub(crate) struct RefreshTokenInput {
    /// The newest refresh token you were given. Leave it out to use the cookie.
    pub(crate) refresh_token: Option<String>,
}

/// A signed-in session.
#[derive(SimpleObject)]
pub(crate) struct AuthPayload {
    /// Send it with every request as `Authorization: Bearer <accessToken>`.
    access_token: String,
    /// Seconds from now until the access token expires.
    expires_in: i32,
    /// Exchange it with `refreshToken` for a new pair. Keep it secret. Null if it was set as a
    /// cookie.
    refresh_token: Option<String>,
    /// The user who is now signed in.
    user: User,
}

impl AuthPayload {
    /// Hands the tokens over as the client wants them.
    pub(crate) fn deliver(
        ctx: &Context<'_>,
        signed_in: SignedIn,
        delivery: Option<Delivery>,
    ) -> Self {
        let refresh_token = match delivery.unwrap_or_default() {
            Delivery::Body => Some(signed_in.refresh_token.reveal().to_owned()),
            Delivery::Cookie => {
                Caller::of(ctx).change_cookie(CookieChange::Set(signed_in.refresh_token));
                None
            }
        };
        Self {
            access_token: signed_in.access_token.reveal().to_owned(),
            expires_in: i32::try_from(signed_in.expires_in.as_secs()).unwrap_or(i32::MAX),
            refresh_token,
            user: (&signed_in.user).into(),
        }
    }
}

/// Tokens are shown to their owner only.
impl fmt::Debug for AuthPayload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuthPayload(…)")
    }
}

/// Result of `logout`.
#[derive(Debug, SimpleObject)]
pub(crate) struct LogoutPayload {
    /// Always true: a session that had already ended counts as ended.
    pub(crate) success: bool,
}

/// A device on which you are signed in.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct Session {
    /// The session's ID.
    pub(crate) id: ID,
    /// Whether it is the session this request was made in.
    current: bool,
    /// What the client called itself when it signed in. Empty if it did not say.
    user_agent: String,
    /// When you signed in.
    created_at: DateTime,
    /// When the session was last used, give or take some minutes.
    last_used_at: DateTime,
    /// When the session ends unless it is used.
    expires_at: DateTime,
}

impl Session {
    /// The session as its user sees it from another one, or from itself.
    pub(crate) fn seen_by(who: Identity, session: &DomainSession) -> Self {
        Self {
            id: ID(session.id.to_string()),
            current: session.id == who.session(),
            user_agent: session.user_agent.clone(),
            created_at: DateTime(session.created_at),
            last_used_at: DateTime(session.last_used_at),
            expires_at: DateTime(session.expires_at()),
        }
    }
}

/// Input of `revokeSession`.
#[derive(Debug, InputObject)]
pub(crate) struct RevokeSessionInput {
    /// The session to end.
    pub(crate) id: ID,
}

/// Result of `revokeSession`.
#[derive(Debug, SimpleObject)]
pub(crate) struct RevokeSessionPayload {
    /// The ID of the session that ended.
    pub(crate) revoked_session_id: ID,
}

/// Result of `revokeOtherSessions`.
#[derive(Debug, SimpleObject)]
pub(crate) struct RevokeOtherSessionsPayload {
    /// The IDs of the sessions that ended.
    pub(crate) revoked_session_ids: Vec<ID>,
}

/// Input of `changePassword`.
#[derive(InputObject)]
pub(crate) struct ChangePasswordInput {
    /// The password as it is.
    pub(crate) current_password: String,
    /// The new one: 8 to 128 characters.
    pub(crate) new_password: String,
    /// How to hand over the new refresh token.
    #[graphql(default_with = "Some(Delivery::Body)")]
    pub(crate) delivery: Option<Delivery>,
}

/// Input of `deleteAccount`.
#[derive(InputObject)]
pub(crate) struct DeleteAccountInput {
    /// Your password, to make sure it is you.
    pub(crate) password: String,
}

/// Result of `deleteAccount`.
#[derive(Debug, SimpleObject)]
pub(crate) struct DeleteAccountPayload {
    /// The ID of the account that is gone.
    pub(crate) deleted_user_id: ID,
}
