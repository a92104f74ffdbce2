//! Accounts as the API shows them, and what goes into and comes out of signing up, in, on and out.

use std::fmt;

use async_graphql::{Context, Enum, ID, InputObject};
use taskhive_domain::accounts::SignedIn;
use taskhive_domain::session::Session as DomainSession;
use taskhive_domain::user::User as DomainUser;
use taskhive_domain::{Identity, SessionId, UserId};

use super::node::Node;
use super::scalars::DateTime;
use crate::graphql::context::{services, set_cookie};
use crate::graphql::object::object;

/// How a client wants to be given its refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Enum)]
#[graphql(name = "TokenDelivery")]
pub(crate) enum Delivery {
    /// In the response body, for apps, scripts and servers.
    #[default]
    Body,
    /// As an HttpOnly, SameSite=Strict cookie that scripts cannot read, for browser clients on the
    /// service's own origin.
    Cookie,
}

object! {
    /// A person with an account.
    pub(crate) struct User: Node { user: DomainUser } => {
        /// The user's ID, such as `user_0197c0de5b2a7c1e8f3a4b5c6d7e8f90`.
        id: ID => user.id.into(),
        /// The address the user signs in with, in lower case. Only the user sees it.
        email: &str => user.email.as_str(),
        /// When the account was created.
        createdAt: DateTime => DateTime(user.created_at),
    }
}

impl From<DomainUser> for User {
    fn from(user: DomainUser) -> Self {
        Self { user }
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

object! {
    /// A signed-in session.
    pub(crate) struct AuthPayload {
        pub(crate) access_token: String,
        pub(crate) expires_in: i32,
        pub(crate) refresh_token: Option<String>,
        pub(crate) user: User,
    } => {
        /// Send it with every request as `Authorization: Bearer <accessToken>`.
        accessToken: &str => access_token,
        /// Seconds from now until the access token expires.
        expiresIn: i32 => *expires_in,
        /// Exchange it with `refreshToken` for a new pair. Keep it secret. Null if it was set as a
        /// cookie.
        refreshToken: Option<&str> => refresh_token.as_deref(),
        /// The user who is now signed in.
        user: &User => user,
    }
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
                set_cookie(
                    ctx,
                    services(ctx)
                        .refresh_cookie
                        .holding(&signed_in.refresh_token),
                );
                None
            }
        };
        Self {
            access_token: signed_in.access_token.reveal().to_owned(),
            expires_in: i32::try_from(signed_in.expires_in.as_secs()).unwrap_or(i32::MAX),
            refresh_token,
            user: signed_in.user.into(),
        }
    }
}

/// Tokens are shown to their owner only.
impl fmt::Debug for AuthPayload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuthPayload(…)")
    }
}

object! {
    /// Result of `logout`.
    pub(crate) struct LogoutPayload { pub(crate) success: bool } => {
        /// Always true: a session that had already ended counts as ended.
        success: bool => *success,
    }
}

object! {
    /// A device on which you are signed in.
    pub(crate) struct Session: Node {
        pub(crate) session: DomainSession,
        pub(crate) current: bool,
    } => {
        /// The session's ID.
        id: ID => session.id.into(),
        /// Whether it is the session this request was made in.
        current: bool => *current,
        /// What the client called itself when it signed in. Empty if it did not say.
        userAgent: &str => &session.user_agent,
        /// When you signed in.
        createdAt: DateTime => DateTime(session.created_at),
        /// When the session was last used, give or take some minutes.
        lastUsedAt: DateTime => DateTime(session.last_used_at),
        /// When the session ends unless it is used.
        expiresAt: DateTime => DateTime(session.expires_at()),
    }
}

impl Session {
    /// The session as its user sees it from another one, or from itself.
    pub(crate) fn seen_by(who: Identity, session: DomainSession) -> Self {
        let current = session.id == who.session();
        Self { session, current }
    }
}

/// Input of `revokeSession`.
#[derive(Debug, InputObject)]
pub(crate) struct RevokeSessionInput {
    /// The session to end.
    pub(crate) id: ID,
}

object! {
    /// Result of `revokeSession`.
    pub(crate) struct RevokeSessionPayload { pub(crate) id: SessionId } => {
        /// The ID of the session that ended.
        revokedSessionId: ID => id.into(),
    }
}

object! {
    /// Result of `revokeOtherSessions`.
    pub(crate) struct RevokeOtherSessionsPayload { pub(crate) ids: Vec<SessionId> } => {
        /// The IDs of the sessions that ended.
        revokedSessionIds: Vec<ID> => ids.iter().map(ID::from).collect(),
    }
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

object! {
    /// Result of `deleteAccount`.
    pub(crate) struct DeleteAccountPayload { pub(crate) id: UserId } => {
        /// The ID of the account that is gone.
        deletedUserId: ID => id.into(),
    }
}
