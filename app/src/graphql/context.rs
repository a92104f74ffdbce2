//! What resolvers find in the context of an operation: who asks, the use cases, and the way to give a browser its cookie.

use std::sync::Arc;

use async_graphql::Context;
use axum::http::HeaderValue;
use axum::http::header::SET_COOKIE;
use taskhive_domain::{Identity, Tasks};

use super::errors::ApiError;
use crate::accounts::client::Client;
use crate::accounts::guarded::GuardedAccounts;
use crate::accounts::revocation::RevocationList;
use crate::http::refresh_cookie::RefreshCookie;

/// What resolvers call.
#[derive(Clone)]
pub struct Services {
    /// The use cases around tasks.
    pub tasks: Arc<Tasks>,
    /// The use cases around accounts and sessions, with their protection.
    pub accounts: Arc<GuardedAccounts>,
    /// The sessions that have ended.
    pub(crate) revocations: Arc<RevocationList>,
    /// How a browser is given its refresh token.
    pub(crate) refresh_cookie: RefreshCookie,
}

/// Who sends the operation.
pub(super) fn client<'a>(ctx: &Context<'a>) -> &'a Client {
    ctx.data_unchecked::<Client>()
}

/// The signed-in user. The guard has refused everybody else before; asking again costs nothing and forgets nobody.
pub(super) fn who(ctx: &Context<'_>) -> Result<Identity, ApiError> {
    let identity = client(ctx).identity.ok_or_else(ApiError::token_missing)?;
    // An earlier field of the same operation may have ended the session.
    if services(ctx).revocations.has(identity.session()) {
        return Err(ApiError::token_invalid());
    }
    Ok(identity)
}

pub(super) fn services<'a>(ctx: &Context<'a>) -> &'a Services {
    ctx.data_unchecked::<Services>()
}

pub(super) fn tasks<'a>(ctx: &Context<'a>) -> &'a Tasks {
    &services(ctx).tasks
}

pub(super) fn accounts<'a>(ctx: &Context<'a>) -> &'a GuardedAccounts {
    &services(ctx).accounts
}

/// Has the answer carry this cookie. Transports without headers leave it out.
pub(super) fn set_cookie(ctx: &Context<'_>, cookie: HeaderValue) {
    ctx.insert_http_header(SET_COOKIE, cookie);
}
