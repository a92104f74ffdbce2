//! Everything that can be written.

use async_graphql::{Context, ID, Object};
use taskhive_domain::session::RefreshToken;
use taskhive_domain::task::{Completion, TaskDraft, TaskEdit};
use taskhive_domain::user::{Credentials, NewPassword, Password, Registration};
use taskhive_domain::violation::Violations;
use taskhive_domain::{AccountError, Accounts, SessionId, TaskId, Tasks};

use super::Services;
use super::caller::{Caller, CookieChange, Delivery};
use super::directive::public;
use super::errors::ApiError;
use super::errors::{ErrorCode, ErrorReason};
use super::guess::{guess, guess_own};
use super::types::account::{
    AuthPayload, ChangePasswordInput, DeleteAccountInput, DeleteAccountPayload, LoginInput,
    LogoutPayload, RefreshTokenInput, RegisterInput, RevokeOtherSessionsPayload,
    RevokeSessionInput, RevokeSessionPayload,
};
use super::types::server_info::ServerInfo;
use super::types::task::{
    CreateTaskInput, CreateTaskPayload, DeleteTaskInput, DeleteTaskPayload, SetTaskCompletedInput,
    SetTaskCompletedPayload, Task, ToggleTaskInput, ToggleTaskPayload, UpdateTaskInput,
    UpdateTaskPayload,
};
use crate::accounts::audit;
use crate::accounts::rate_limit::RateLimits;

/// Writes. Each takes one `input` and returns what it changed.
pub(crate) struct Mutation;

/// Writes. Each takes one `input` and returns what it changed.
#[Object]
impl Mutation {
    /// Create an account and sign in. `CONFLICT` if the address is taken.
    #[graphql(directive = public::apply())]
    async fn register(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account to create.")] input: RegisterInput,
    ) -> Result<AuthPayload, ApiError> {
        require_password_login(ctx)?;
        if !ctx.data_unchecked::<ServerInfo>().registration_open {
            return Err(ApiError::registration_closed());
        }
        let registration = Registration::parse(&input.email, &input.password).map_err(in_input)?;
        let caller = Caller::of(ctx);
        caller.within(limits(ctx).register(caller.address))?;
        let accounts = accounts(ctx);
        let signed_in = accounts.register(registration, &caller.user_agent).await?;
        audit::account_created(caller, signed_in.user.id);
        Ok(AuthPayload::deliver(ctx, signed_in, input.delivery))
    }

    /// Sign in with address and password.
    #[graphql(directive = public::apply())]
    async fn login(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who signs in.")] input: LoginInput,
    ) -> Result<AuthPayload, ApiError> {
        require_password_login(ctx)?;
        let caller = Caller::of(ctx);
        let credentials = Credentials::parse(&input.email, &input.password);
        let login = accounts(ctx).login(credentials, &caller.user_agent);
        let signed_in = guess(ctx, &input.email, login).await?;
        audit::sign_in_ok(caller, signed_in.user.id);
        Ok(AuthPayload::deliver(ctx, signed_in, input.delivery))
    }

    /// Get a new access token and a new refresh token. Asking again with the same token gives the
    /// same answer for 30 seconds, so that a lost response or a second tab signs nobody out. After
    /// that, a used token ends its session, because it may have been stolen.
    #[graphql(directive = public::apply())]
    async fn refresh_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token to exchange.")] input: RefreshTokenInput,
    ) -> Result<AuthPayload, ApiError> {
        require_password_login(ctx)?;
        let caller = Caller::of(ctx);
        let (token, delivery) = presented_token(caller, input)?;
        caller.within(limits(ctx).refresh(caller.address))?;
        let outcome = accounts(ctx).refresh(&token).await;
        if let Err(AccountError::RefreshTokenReused { user, .. }) = outcome {
            audit::refresh_reuse(caller, user);
        }
        Ok(AuthPayload::deliver(ctx, outcome?, Some(delivery)))
    }

    /// End the session the access token belongs to. Its refresh token stops working at once, its
    /// access tokens within seconds, and its live connections are closed.
    async fn logout(&self, ctx: &Context<'_>) -> Result<LogoutPayload, ApiError> {
        let (caller, who) = (Caller::of(ctx), Caller::identity(ctx)?);
        accounts(ctx).logout(who).await?;
        audit::sign_out(caller, who.user());
        caller.change_cookie(CookieChange::Clear);
        Ok(LogoutPayload { success: true })
    }

    /// Sign out on another device.
    async fn revoke_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: RevokeSessionInput,
    ) -> Result<RevokeSessionPayload, ApiError> {
        let id = SessionId::parse(&input.id).map_err(|violations| in_input(violations.at("id")))?;
        accounts(ctx)
            .revoke_session(Caller::identity(ctx)?, id)
            .await?;
        Ok(RevokeSessionPayload {
            revoked_session_id: ID(id.to_string()),
        })
    }

    /// Sign out everywhere but here.
    async fn revoke_other_sessions(
        &self,
        ctx: &Context<'_>,
    ) -> Result<RevokeOtherSessionsPayload, ApiError> {
        let ended = accounts(ctx)
            .revoke_other_sessions(Caller::identity(ctx)?)
            .await?;
        let revoked_session_ids = ended.iter().map(|id| ID(id.to_string())).collect();
        Ok(RevokeOtherSessionsPayload {
            revoked_session_ids,
        })
    }

    /// Change your password. Ends all other sessions and returns new tokens for this one.
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The old and the new password.")] input: ChangePasswordInput,
    ) -> Result<AuthPayload, ApiError> {
        require_password_login(ctx)?;
        let change =
            NewPassword::parse(&input.current_password, &input.new_password).map_err(in_input)?;
        let who = Caller::identity(ctx)?;
        let signed_in = guess_own(ctx, accounts(ctx).change_password(who, change)).await?;
        audit::password_changed(Caller::of(ctx), who.user());
        Ok(AuthPayload::deliver(ctx, signed_in, input.delivery))
    }

    /// Delete your account and everything in it, for good.
    async fn delete_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Your password.")] input: DeleteAccountInput,
    ) -> Result<DeleteAccountPayload, ApiError> {
        require_password_login(ctx)?;
        let who = Caller::identity(ctx)?;
        let password = Password::claimed(&input.password);
        guess_own(ctx, accounts(ctx).delete_account(who, password.as_ref())).await?;
        audit::account_deleted(Caller::of(ctx), who.user());
        Caller::of(ctx).change_cookie(CookieChange::Clear);
        Ok(DeleteAccountPayload {
            deleted_user_id: ID(who.user().to_string()),
        })
    }

    /// Create a task.
    async fn create_task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The task to create.")] input: CreateTaskInput,
    ) -> Result<CreateTaskPayload, ApiError> {
        let (id, description) = (input.id.as_ref(), input.description.as_deref());
        let draft = TaskDraft::parse(id.map(|id| id.as_str()), &input.title, description)
            .map_err(in_input)?;
        let task = tasks(ctx).create(Caller::identity(ctx)?, draft).await?;
        Ok(CreateTaskPayload {
            task: (&task).into(),
        })
    }

    /// Change a task's title or description.
    async fn update_task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The task to change, and how.")] input: UpdateTaskInput,
    ) -> Result<UpdateTaskPayload, ApiError> {
        let (title, description) = (input.title.as_deref(), input.description.as_deref());
        let edit = TaskEdit::parse(title, description, input.expected_version);
        Ok(UpdateTaskPayload {
            task: edit_task(ctx, &input.id, edit).await?,
        })
    }

    /// Complete or reopen a task. Doing so twice does no harm, so it is safe to retry.
    async fn set_task_completed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The task, and what it is to be.")] input: SetTaskCompletedInput,
    ) -> Result<SetTaskCompletedPayload, ApiError> {
        let edit = Ok(TaskEdit::completion(Completion::Set(input.completed)));
        Ok(SetTaskCompletedPayload {
            task: edit_task(ctx, &input.id, edit).await?,
        })
    }

    /// Complete an open task, or reopen a completed one. A retry would undo it: prefer
    /// `setTaskCompleted` where requests can be repeated.
    async fn toggle_task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The task to toggle.")] input: ToggleTaskInput,
    ) -> Result<ToggleTaskPayload, ApiError> {
        let edit = Ok(TaskEdit::completion(Completion::Toggle));
        Ok(ToggleTaskPayload {
            task: edit_task(ctx, &input.id, edit).await?,
        })
    }

    /// Delete a task for good.
    async fn delete_task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The task to delete.")] input: DeleteTaskInput,
    ) -> Result<DeleteTaskPayload, ApiError> {
        let id = TaskId::parse(&input.id).map_err(|violations| in_input(violations.at("id")))?;
        tasks(ctx).delete(Caller::identity(ctx)?, id).await?;
        Ok(DeleteTaskPayload {
            deleted_task_id: ID(id.to_string()),
        })
    }
}

fn tasks<'a>(ctx: &Context<'a>) -> &'a Tasks {
    &ctx.data_unchecked::<Services>().tasks
}

fn accounts<'a>(ctx: &Context<'a>) -> &'a Accounts {
    &ctx.data_unchecked::<Services>().accounts
}

fn limits<'a>(ctx: &Context<'a>) -> &'a RateLimits {
    &ctx.data_unchecked::<Services>().limits
}

/// Refuses before the input is looked at: no input would do.
fn require_password_login(ctx: &Context<'_>) -> Result<(), ApiError> {
    if ctx.data_unchecked::<ServerInfo>().password_login {
        Ok(())
    } else {
        Err(ApiError::sign_in_elsewhere())
    }
}

/// Every mutation takes one argument, `input`: that is where its fields are.
fn in_input(violations: Violations) -> Violations {
    violations.at("input")
}

/// Parses the ID beside an edit that may be wrong itself, so that both are reported.
async fn edit_task(
    ctx: &Context<'_>,
    id: &str,
    edit: Result<TaskEdit, Violations>,
) -> Result<Task, ApiError> {
    let mut violations = Violations::default();
    let id = violations.collect("id", TaskId::parse(id));
    match (id, edit) {
        (Some(id), Ok(edit)) => {
            let task = tasks(ctx).edit(Caller::identity(ctx)?, id, &edit).await?;
            Ok((&task).into())
        }
        (_, Err(broken)) => Err(in_input(violations.and(broken)).into()),
        (None, Ok(_)) => Err(in_input(violations).into()),
    }
}

/// The refresh token of the input, or else of the cookie. The next one goes out the way this one came in.
fn presented_token(
    caller: &Caller,
    input: RefreshTokenInput,
) -> Result<(RefreshToken, Delivery), ApiError> {
    match (input.refresh_token, &caller.cookie) {
        (Some(token), _) => Ok((RefreshToken::new(token), Delivery::Body)),
        (None, Some(token)) => Ok((token.clone(), Delivery::Cookie)),
        (None, None) => {
            let message =
                "Send the refresh token in the input. There was no cookie to take it from.";
            Err(ApiError::new(
                ErrorCode::Unauthenticated,
                ErrorReason::TokenMissing,
                message,
            ))
        }
    }
}
