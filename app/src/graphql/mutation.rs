//! Everything that can be written.

use async_graphql::{Context, Object};
use taskhive_domain::session::RefreshToken;
use taskhive_domain::task::{Completion, Task as DomainTask, TaskEdit};
use taskhive_domain::violation::Violations;
use taskhive_domain::{Identity, SessionId, TaskId};

use super::context::{accounts, client, services, set_cookie, tasks, who};
use super::directive::public;
use super::errors::ApiError;
use super::object::can_be_answered;
use super::types::account::{
    AuthPayload, ChangePasswordInput, DeleteAccountInput, DeleteAccountPayload, Delivery,
    LoginInput, LogoutPayload, RefreshTokenInput, RegisterInput, RevokeOtherSessionsPayload,
    RevokeSessionInput, RevokeSessionPayload,
};
use super::types::batches::{
    CreateTasksInput, CreateTasksPayload, DeleteTasksInput, DeleteTasksPayload, UpdateTasksInput,
    UpdateTasksPayload,
};
use super::types::changes::{RestoreTasksInput, RestoreTasksPayload};
use super::types::task::{
    CreateTaskInput, CreateTaskPayload, DeleteTaskInput, DeleteTaskPayload, MoveTaskInput,
    MoveTaskPayload, SetTaskCompletedInput, SetTaskCompletedPayload, Task, ToggleTaskInput,
    ToggleTaskPayload, UpdateTaskInput, UpdateTaskPayload,
};

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
        let accounts = accounts(ctx);
        let registered = accounts.register(client(ctx), &input.email, &input.password);
        Ok(AuthPayload::deliver(ctx, registered.await?, input.delivery))
    }

    /// Sign in with address and password.
    #[graphql(directive = public::apply())]
    async fn login(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who signs in.")] input: LoginInput,
    ) -> Result<AuthPayload, ApiError> {
        let signed_in = accounts(ctx).login(client(ctx), &input.email, &input.password);
        Ok(AuthPayload::deliver(ctx, signed_in.await?, input.delivery))
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
        let presented = input.refresh_token.map(RefreshToken::new);
        let signed_in = accounts(ctx).refresh(client(ctx), presented.as_ref());
        // The next token goes out the way this one came in.
        let delivery = presented
            .as_ref()
            .map_or(Delivery::Cookie, |_| Delivery::Body);
        Ok(AuthPayload::deliver(ctx, signed_in.await?, Some(delivery)))
    }

    /// End the session the access token belongs to. Its refresh token stops working at once, its
    /// access tokens within seconds, and its live connections are closed. Asking again does no harm.
    /// Where the refresh token is in a cookie, that will do instead of a valid access token.
    async fn logout(&self, ctx: &Context<'_>) -> Result<LogoutPayload, ApiError> {
        let client = client(ctx);
        match (client.identity, &client.refresh_cookie) {
            // Also of a session that has ended: the answer to the first time may have got lost.
            (Some(who), _) => accounts(ctx).logout(client, who).await?,
            (None, Some(token)) => accounts(ctx).logout_by_cookie(client, token).await?,
            (None, None) => return Err(ApiError::token_missing()),
        }
        set_cookie(ctx, services(ctx).refresh_cookie.cleared());
        Ok(LogoutPayload { success: true })
    }

    /// Sign out on another device.
    async fn revoke_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: RevokeSessionInput,
    ) -> Result<RevokeSessionPayload, ApiError> {
        let id = SessionId::parse(&input.id).map_err(|violations| in_input(violations.at("id")))?;
        accounts(ctx).revoke_session(who(ctx)?, id).await?;
        Ok(RevokeSessionPayload { id })
    }

    /// Sign out everywhere but here.
    async fn revoke_other_sessions(
        &self,
        ctx: &Context<'_>,
    ) -> Result<RevokeOtherSessionsPayload, ApiError> {
        let ended = accounts(ctx).revoke_other_sessions(who(ctx)?).await?;
        Ok(RevokeOtherSessionsPayload { ids: ended })
    }

    /// Change your password. Ends all other sessions and returns new tokens for this one. Asking
    /// again with the same passwords gives the same answer for 30 seconds, so that a lost response
    /// signs nobody out.
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The old and the new password.")] input: ChangePasswordInput,
    ) -> Result<AuthPayload, ApiError> {
        let (who, client) = (who(ctx)?, client(ctx));
        let (current, new) = (&input.current_password, &input.new_password);
        let changed = accounts(ctx).change_password(client, who, current, new);
        Ok(AuthPayload::deliver(ctx, changed.await?, input.delivery))
    }

    /// Delete your account and everything in it, for good.
    async fn delete_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Your password.")] input: DeleteAccountInput,
    ) -> Result<DeleteAccountPayload, ApiError> {
        let who = who(ctx)?;
        let deleted = accounts(ctx).delete_account(client(ctx), who, &input.password);
        deleted.await?;
        set_cookie(ctx, services(ctx).refresh_cookie.cleared());
        Ok(DeleteAccountPayload { id: who.user() })
    }

    /// Create a task.
    async fn create_task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The task to create.")] input: CreateTaskInput,
    ) -> Result<CreateTaskPayload, ApiError> {
        can_be_answered::<CreateTaskPayload>(ctx)?;
        let draft = input.parse().map_err(in_input)?;
        let who = who(ctx)?;
        let task = tasks(ctx).create(who, draft).await?;
        let task = Task::new(who.user(), task);
        Ok(CreateTaskPayload { task })
    }

    /// Change a task: its title, its description, its day, its priority or its labels.
    async fn update_task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The task to change, and how.")] input: UpdateTaskInput,
    ) -> Result<UpdateTaskPayload, ApiError> {
        can_be_answered::<UpdateTaskPayload>(ctx)?;
        Ok(UpdateTaskPayload {
            task: edit_task(ctx, &input.id, input.parse()).await?,
        })
    }

    /// Complete or reopen a task. Doing so twice does no harm, so it is safe to retry.
    async fn set_task_completed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The task, and what it is to be.")] input: SetTaskCompletedInput,
    ) -> Result<SetTaskCompletedPayload, ApiError> {
        can_be_answered::<SetTaskCompletedPayload>(ctx)?;
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
        can_be_answered::<ToggleTaskPayload>(ctx)?;
        let edit = Ok(TaskEdit::completion(Completion::Toggle));
        Ok(ToggleTaskPayload {
            task: edit_task(ctx, &input.id, edit).await?,
        })
    }

    /// Delete a task. For 30 days, `restoreTasks` brings it back.
    async fn delete_task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The task to delete.")] input: DeleteTaskInput,
    ) -> Result<DeleteTaskPayload, ApiError> {
        let id = TaskId::parse(&input.id).map_err(|violations| in_input(violations.at("id")))?;
        tasks(ctx).delete(who(ctx)?, id).await?;
        Ok(DeleteTaskPayload { id })
    }

    /// Bring deleted tasks back as they were, with their IDs: all of them or none. One that is
    /// there already counts as brought back.
    async fn restore_tasks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which tasks.")] input: RestoreTasksInput,
    ) -> Result<RestoreTasksPayload, ApiError> {
        can_be_answered::<RestoreTasksPayload>(ctx)?;
        let ids = input.parse().map_err(in_input)?;
        let who = who(ctx)?;
        let tasks = seen_by(who, tasks(ctx).restore(who, &ids).await?);
        Ok(RestoreTasksPayload { tasks })
    }

    /// Create many tasks: all of them or, if one is not right, none. As safe to repeat as
    /// `createTask` if all have IDs of your own making.
    async fn create_tasks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The tasks.")] input: CreateTasksInput,
    ) -> Result<CreateTasksPayload, ApiError> {
        can_be_answered::<CreateTasksPayload>(ctx)?;
        let drafts = input.parse().map_err(in_input)?;
        let who = who(ctx)?;
        let created = tasks(ctx).create_all(who, drafts).await?;
        let tasks = seen_by(who, created);
        Ok(CreateTasksPayload { tasks })
    }

    /// Change many tasks in the same way: all of them or none.
    async fn update_tasks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which tasks, and what to change.")] input: UpdateTasksInput,
    ) -> Result<UpdateTasksPayload, ApiError> {
        can_be_answered::<UpdateTasksPayload>(ctx)?;
        let (ids, edit) = input.parse().map_err(in_input)?;
        let who = who(ctx)?;
        let edited = tasks(ctx).edit_all(who, &ids, &edit).await?;
        let tasks = seen_by(who, edited);
        Ok(UpdateTasksPayload { tasks })
    }

    /// Delete many tasks: all of them or none. For 30 days, `restoreTasks` brings them back.
    async fn delete_tasks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which tasks.")] input: DeleteTasksInput,
    ) -> Result<DeleteTasksPayload, ApiError> {
        let ids = input.parse().map_err(in_input)?;
        tasks(ctx).delete_all(who(ctx)?, &ids).await?;
        Ok(DeleteTasksPayload { ids })
    }

    /// Put a task somewhere else in the MANUAL order. Doing so twice does no harm.
    async fn move_task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which task, and where to.")] input: MoveTaskInput,
    ) -> Result<MoveTaskPayload, ApiError> {
        can_be_answered::<MoveTaskPayload>(ctx)?;
        let (id, after) = input.parse().map_err(in_input)?;
        let who = who(ctx)?;
        let task = tasks(ctx).place(who, id, after).await?;
        let task = Task::new(who.user(), task);
        Ok(MoveTaskPayload { task })
    }
}

fn seen_by(who: Identity, tasks: Vec<DomainTask>) -> Vec<Task> {
    let seen = |task| Task::new(who.user(), task);
    tasks.into_iter().map(seen).collect()
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
            let who = who(ctx)?;
            let task = tasks(ctx).edit(who, id, &edit).await?;
            Ok(Task::new(who.user(), task))
        }
        (_, Err(broken)) => Err(in_input(violations.and(broken)).into()),
        (None, Ok(_)) => Err(in_input(violations).into()),
    }
}
