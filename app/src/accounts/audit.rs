//! Security events: log lines with fixed names, for whoever watches over the accounts. They name users by id and clients by
//! address, never by e-mail, and the request they belong to.

use taskhive_domain::UserId;

use crate::accounts::rate_limit::Limited;
use crate::graphql::Caller;

/// One line: the event's name, who asked, in which request, and what else is worth knowing.
macro_rules! event {
    ($level:ident, $caller:expr, $($rest:tt)+) => {
        tracing::$level!(request_id = $caller.request_id, address = %$caller.address, $($rest)+)
    };
}

/// Somebody has signed in with address and password.
pub(crate) fn sign_in_ok(caller: &Caller, user: UserId) {
    event!(info, caller, %user, "sign_in_ok");
}

/// Address and password did not belong together, at sign-in or where the password is asked for again. Whose address it was is not said: it may be a mistyped password.
pub(crate) fn sign_in_failed(caller: &Caller) {
    event!(warn, caller, "sign_in_failed");
}

/// Somebody has created an account and is signed in.
pub(crate) fn account_created(caller: &Caller, user: UserId) {
    event!(info, caller, %user, "account_created");
}

/// Somebody has signed out.
pub(crate) fn sign_out(caller: &Caller, user: UserId) {
    event!(info, caller, %user, "sign_out");
}

/// Somebody has changed their password; their other sessions have ended.
pub(crate) fn password_changed(caller: &Caller, user: UserId) {
    event!(info, caller, %user, "password_changed");
}

/// Somebody has deleted their account.
pub(crate) fn account_deleted(caller: &Caller, user: UserId) {
    event!(info, caller, %user, "account_deleted");
}

/// A used refresh token came back: either the user or this client has a stolen copy. The session was ended.
pub(crate) fn refresh_reuse(caller: &Caller, user: UserId) {
    event!(warn, caller, %user, "refresh_reuse");
}

/// A client has met a limit of rate. It is said once in a while, however often it happens.
pub(crate) fn rate_limited(caller: &Caller, limited: &Limited) {
    if limited.report {
        event!(warn, caller, limit = limited.limit.name(), "rate_limited");
    }
}
