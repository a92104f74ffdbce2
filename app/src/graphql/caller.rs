//! Who asks, as far as resolvers need to know. The edge puts one [`Caller`] into every request.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::{Context, Enum};
use taskhive_domain::Identity;
use taskhive_domain::session::RefreshToken;

use super::errors::ApiError;
use crate::accounts::audit;
use crate::accounts::rate_limit::Limited;

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

/// What is to become of the cookie that holds the refresh token.
#[derive(Debug, Clone)]
pub(crate) enum CookieChange {
    /// The client asked for the token as a cookie.
    Set(RefreshToken),
    /// The session has ended.
    Clear,
}

/// Who asks.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// The signed-in user. Absent when only public fields were asked for: then no token was looked at.
    pub(crate) identity: Option<Identity>,
    /// Where the request comes from: rate limits count per address. Unspecified if nobody knows.
    pub(crate) address: IpAddr,
    /// Ties log lines to the answer.
    pub(crate) request_id: String,
    /// What the client calls itself.
    pub(crate) user_agent: String,
    /// The refresh token of the cookie, if the request comes from the service's own pages.
    pub(crate) cookie: Option<RefreshToken>,
    /// Written by resolvers, read by the edge when the operation is done.
    pub(crate) cookie_change: Arc<Mutex<Option<CookieChange>>>,
}

impl Caller {
    /// The caller of the operation that is being executed.
    pub(crate) fn of<'a>(ctx: &Context<'a>) -> &'a Self {
        ctx.data_unchecked::<Self>()
    }

    /// The signed-in user. The guard has refused everybody else before; asking again costs nothing and forgets nobody.
    pub(crate) fn identity(ctx: &Context<'_>) -> Result<Identity, ApiError> {
        let caller = Self::of(ctx);
        // An earlier field of the same operation may have ended the session.
        if matches!(caller.cookie_change(), Some(CookieChange::Clear)) {
            return Err(ApiError::token_invalid());
        }
        caller.identity.ok_or_else(ApiError::token_missing)
    }

    /// Passes on what a rate limit let through; what it refused goes into the log and to the client.
    pub(crate) fn within<T>(&self, outcome: Result<T, Limited>) -> Result<T, ApiError> {
        outcome.map_err(|limited| {
            audit::rate_limited(self, &limited);
            ApiError::rate_limited(limited.retry_after)
        })
    }

    /// What resolvers want done about the cookie, once the operation is done.
    pub(crate) fn cookie_change(&self) -> Option<CookieChange> {
        self.cookie_change
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn change_cookie(&self, change: CookieChange) {
        *self
            .cookie_change
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(change);
    }
}

/// Somebody unknown.
impl Default for Caller {
    fn default() -> Self {
        Self {
            identity: None,
            address: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            request_id: String::new(),
            user_agent: String::new(),
            cookie: None,
            cookie_change: Arc::default(),
        }
    }
}
