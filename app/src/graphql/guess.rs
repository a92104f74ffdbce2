//! Use cases that look at a password, under the limits for guessing one.

use async_graphql::Context;
use taskhive_domain::AccountError;

use super::Services;
use super::caller::Caller;
use super::errors::ApiError;
use crate::accounts::audit;

/// Runs `use_case` as one guess at the password of the account with this address. Only a wrong guess stays counted as a
/// failure, not a service that could not look.
pub(super) async fn guess<T>(
    ctx: &Context<'_>,
    email: &str,
    use_case: impl Future<Output = Result<T, AccountError>>,
) -> Result<T, ApiError> {
    let caller = Caller::of(ctx);
    let limits = &ctx.data_unchecked::<Services>().limits;
    let attempt = caller.within(limits.login(caller.address, email))?;
    let outcome = use_case.await;
    if let Err(AccountError::CredentialsWrong) = outcome {
        audit::sign_in_failed(caller);
    } else {
        attempt.forgive();
    }
    Ok(outcome?)
}

/// The same for the account of the signed-in user: whoever has found an unlocked screen must not get to guess faster.
pub(super) async fn guess_own<T>(
    ctx: &Context<'_>,
    use_case: impl Future<Output = Result<T, AccountError>>,
) -> Result<T, ApiError> {
    let who = Caller::identity(ctx)?;
    let me = ctx.data_unchecked::<Services>().accounts.me(who).await?;
    let me = me.ok_or_else(ApiError::token_invalid)?;
    guess(ctx, me.email.as_str(), use_case).await
}
