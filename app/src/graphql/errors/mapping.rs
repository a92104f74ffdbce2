//! From what went wrong to what a client is told: the one place that maps the errors below to `code` and `reason`.

use std::sync::Arc;

use async_graphql::ServerError;
use taskhive_domain::ports::{InfraError, InfraErrorKind};
use taskhive_domain::task::Tags;
use taskhive_domain::violation::{Reason, Violation, Violations};
use taskhive_domain::{AccountError, TaskError, TaskId};

use super::api_error::ApiError;
use super::codes::{ErrorCode, ErrorReason};
use crate::accounts::guarded::GuardedError;
use crate::accounts::rate_limit::RateLimited;

impl From<Violations> for ApiError {
    fn from(violations: Violations) -> Self {
        let issues = violations.as_slice().to_vec();
        let message = match issues.as_slice() {
            [only] => only.message.clone(),
            _ => format!("{} things in the input need to be put right.", issues.len()),
        };
        Self {
            issues,
            ..Self::new(ErrorCode::Validation, None, &message)
        }
    }
}

impl From<InfraError> for ApiError {
    fn from(error: InfraError) -> Self {
        let told = match error.kind {
            InfraErrorKind::Unavailable => Self::overloaded(),
            InfraErrorKind::Interrupted => Self::timed_out(),
            InfraErrorKind::Broken => Self::internal(),
        };
        Self {
            cause: Some(Arc::new(error)),
            ..told
        }
    }
}

/// Which tasks that are, only the database knows.
fn too_many_tags(tasks: &[(usize, TaskId)]) -> Violations {
    let mut violations = Violations::default();
    for (place, _) in tasks {
        let message = format!("The task would have more than {} labels.", Tags::MAX);
        let broken = Violation::with_limit(Reason::TooLong, Tags::MAX, message);
        violations.note_item("ids", *place, broken);
    }
    violations.at("input")
}

impl From<TaskError> for ApiError {
    fn from(error: TaskError) -> Self {
        match error {
            TaskError::NotFound => Self::task_not_found(),
            TaskError::NeighbourNotFound => Self::neighbour_not_found(),
            TaskError::VersionMismatch => Self::version_mismatch(),
            TaskError::TaskDeleted => Self::task_deleted(),
            TaskError::NotRestorable(ids) => Self::tasks_not_restorable(&ids),
            TaskError::TasksNotFound(tasks) => Self::tasks_not_found(&tasks),
            TaskError::TasksDeleted(tasks) => Self::tasks_deleted(&tasks),
            TaskError::TooManyTags(tasks) => too_many_tags(&tasks).into(),
            TaskError::PositionExpired => Self::cursor_expired(),
            TaskError::AccountGone => Self::token_invalid(),
            TaskError::Infra(error) => error.into(),
        }
    }
}

impl From<AccountError> for ApiError {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::EmailTaken => {
                let message = "This address already has an account. Sign in instead.";
                Self::new(ErrorCode::Conflict, ErrorReason::EmailTaken, message)
            }
            AccountError::PasswordLoginDisabled => Self::password_login_disabled(),
            AccountError::CredentialsWrong => {
                let message = "Address and password do not belong together.";
                Self::new(
                    ErrorCode::Unauthenticated,
                    ErrorReason::CredentialsWrong,
                    message,
                )
            }
            AccountError::SessionNotFound => Self::session_not_found(),
            AccountError::SessionEnded
            | AccountError::AccountGone
            | AccountError::RefreshTokenInvalid
            | AccountError::RefreshTokenReused { .. } => Self::token_invalid(),
            AccountError::Infra(error) => error.into(),
        }
    }
}

impl From<RateLimited> for ApiError {
    fn from(limited: RateLimited) -> Self {
        Self::rate_limited(limited.retry_after)
    }
}

impl From<GuardedError> for ApiError {
    fn from(error: GuardedError) -> Self {
        match error {
            GuardedError::RegistrationClosed => Self::registration_closed(),
            GuardedError::RefreshTokenMissing => Self::refresh_token_missing(),
            // Every mutation takes one argument, `input`: that is where its fields are.
            GuardedError::Invalid(violations) => violations.at("input").into(),
            GuardedError::RateLimited(limited) => limited.into(),
            GuardedError::Account(error) => error.into(),
        }
    }
}

impl From<ServerError> for ApiError {
    /// What carries none of ours was never meant for clients.
    fn from(error: ServerError) -> Self {
        let known = error.source::<Self>().cloned();
        known.unwrap_or_else(|| {
            let cause = std::io::Error::other(error.message);
            InfraError::new(InfraErrorKind::Broken, "an answer cannot be planned", cause).into()
        })
    }
}

impl From<ApiError> for async_graphql::Error {
    fn from(error: ApiError) -> Self {
        Self {
            message: error.message.clone(),
            extensions: Some(error.extensions()),
            source: Some(Arc::new(error)),
        }
    }
}
