//! From what went wrong to what a client is told: the one place that maps domain errors to `code` and `reason`.
//!
//! [`ApiError`] deliberately has no `Display`: with it, `?` on any foreign error would compile into a client message.

use std::sync::Arc;

use async_graphql::{Enum, ErrorExtensionValues, Name, Value, indexmap::IndexMap};
use taskhive_domain::ports::{InfraError, InfraErrorKind};
use taskhive_domain::violation::{Reason, Violation, Violations};
use taskhive_domain::{AccountError, TaskError};

/// What went wrong, as `errors[].extensions.code`. New codes may be added: treat one
/// you do not know like `INTERNAL`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum ErrorCode {
    /// There is no valid access token, or signing in failed; `reason` says which.
    Unauthenticated,
    /// You are signed in, but may not do this.
    Forbidden,
    /// There is no such object, or it is not yours.
    NotFound,
    /// The input breaks a rule. `extensions.issues` lists every broken rule with `path`,
    /// `reason` and `message`.
    Validation,
    /// The change contradicts what is stored.
    Conflict,
    /// Too many requests. Try again after `extensions.retryAfter` seconds.
    RateLimited,
    /// The service cannot answer right now; `reason` says whether a change may have been made. Try
    /// again after `extensions.retryAfter` seconds.
    Unavailable,
    /// Our fault. `extensions.requestId` helps us find out more.
    Internal,
    /// The HTTP request is not a well-formed GraphQL request.
    BadRequest,
    /// The GraphQL document has a syntax error.
    #[graphql(name = "GRAPHQL_PARSE_FAILED")]
    ParseFailed,
    /// The GraphQL document, the operation name or the variables do not fit the schema.
    #[graphql(name = "GRAPHQL_VALIDATION_FAILED")]
    ValidationFailed,
    /// The operation asks for too much at once.
    QueryTooComplex,
}

/// Why it went wrong, as `errors[].extensions.reason` or as `reason` of an issue. New
/// reasons may be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum ErrorReason {
    /// No access token was sent.
    TokenMissing,
    /// The token was valid once. Refresh it and try again.
    TokenExpired,
    /// The token is malformed, revoked, or not meant for this service.
    TokenInvalid,
    /// Address and password do not belong together.
    CredentialsWrong,
    /// The address already has an account.
    EmailTaken,
    /// A password that everybody tries first.
    TooCommon,
    /// The task was changed in the meantime. Fetch it and decide anew.
    VersionMismatch,
    /// The service was too busy. Nothing was done.
    Overloaded,
    /// It took too long. The change may or may not have been made.
    TimedOut,
    /// A required text is empty.
    Blank,
    /// A text is shorter than allowed.
    TooShort,
    /// A text or list is longer than allowed.
    TooLong,
    /// A number is outside the allowed range.
    OutOfRange,
    /// A text does not have the required form, such as an address, an ID or a cursor.
    Malformed,
    /// Two arguments exclude each other.
    Contradictory,
}

impl From<Reason> for ErrorReason {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::Blank => Self::Blank,
            Reason::TooShort => Self::TooShort,
            Reason::TooLong => Self::TooLong,
            Reason::OutOfRange => Self::OutOfRange,
            Reason::Malformed => Self::Malformed,
            Reason::Contradictory => Self::Contradictory,
            Reason::TooCommon => Self::TooCommon,
        }
    }
}

/// How an enum value is written in `extensions`.
pub(crate) fn name_of<T: async_graphql::resolver_utils::EnumType>(value: T) -> Value {
    async_graphql::resolver_utils::enum_value(value)
}

/// Seconds after which it makes sense to try an unavailable service again.
pub(crate) const RETRY_AFTER_SECONDS: u64 = 1;

/// What happened behind an error, for the log. Travels beside the error to the edge and never further.
pub(crate) struct Cause(pub(crate) InfraError);

/// What a client is told.
#[derive(Clone)]
pub(crate) struct ApiError {
    pub(crate) code: ErrorCode,
    pub(crate) reason: Option<ErrorReason>,
    pub(crate) message: String,
    issues: Vec<Violation>,
    pub(crate) retry_after: Option<u64>,
    cause: Option<Arc<Cause>>,
}

impl ApiError {
    pub(crate) fn new(
        code: ErrorCode,
        reason: impl Into<Option<ErrorReason>>,
        message: &str,
    ) -> Self {
        let (reason, message) = (reason.into(), message.to_owned());
        Self {
            code,
            reason,
            message,
            issues: Vec::new(),
            retry_after: None,
            cause: None,
        }
    }

    pub(crate) fn token_missing() -> Self {
        let message =
            "Sign in first, and send the access token as `Authorization: Bearer <accessToken>`.";
        Self::new(
            ErrorCode::Unauthenticated,
            ErrorReason::TokenMissing,
            message,
        )
    }

    pub(crate) fn token_expired() -> Self {
        let message = "The access token has expired. Call `refreshToken` and try again.";
        Self::new(
            ErrorCode::Unauthenticated,
            ErrorReason::TokenExpired,
            message,
        )
    }

    pub(crate) fn token_invalid() -> Self {
        let message = "The token is not valid. Sign in again.";
        Self::new(
            ErrorCode::Unauthenticated,
            ErrorReason::TokenInvalid,
            message,
        )
    }

    pub(crate) fn task_not_found() -> Self {
        Self::new(ErrorCode::NotFound, None, "You have no task with this ID.")
    }

    pub(crate) fn registration_closed() -> Self {
        let message =
            "Accounts are not open to everybody here. Ask whoever runs this service for one.";
        Self::new(ErrorCode::Forbidden, None, message)
    }

    fn session_not_found() -> Self {
        Self::new(
            ErrorCode::NotFound,
            None,
            "You have no session with this ID.",
        )
    }

    pub(crate) fn internal() -> Self {
        Self::new(ErrorCode::Internal, None, "Something went wrong.")
    }

    pub(crate) fn overloaded() -> Self {
        let message = "The service is too busy right now. Nothing was done: try again in a moment.";
        let error = Self::new(ErrorCode::Unavailable, ErrorReason::Overloaded, message);
        Self {
            retry_after: Some(RETRY_AFTER_SECONDS),
            ..error
        }
    }

    pub(crate) fn timed_out() -> Self {
        let message = "It took too long. If this was a change, look whether it was made before you try again.";
        let error = Self::new(ErrorCode::Unavailable, ErrorReason::TimedOut, message);
        Self {
            retry_after: Some(RETRY_AFTER_SECONDS),
            ..error
        }
    }

    fn version_mismatch() -> Self {
        let message = "The task was changed in the meantime. Fetch it and decide anew.";
        Self::new(ErrorCode::Conflict, ErrorReason::VersionMismatch, message)
    }

    /// What happened behind it, for the log.
    pub(crate) fn cause(&self) -> Option<&InfraError> {
        self.cause.as_ref().map(|cause| &cause.0)
    }

    pub(crate) fn extensions(&self) -> ErrorExtensionValues {
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", name_of(self.code));
        if let Some(reason) = self.reason {
            extensions.set("reason", name_of(reason));
        }
        if !self.issues.is_empty() {
            extensions.set("issues", self.issues.iter().map(issue).collect::<Vec<_>>());
        }
        if let Some(seconds) = self.retry_after {
            extensions.set("retryAfter", seconds);
        }
        extensions
    }
}

fn issue(violation: &Violation) -> Value {
    let mut issue = IndexMap::from([
        (Name::new("path"), Value::from(violation.path.clone())),
        (
            Name::new("reason"),
            name_of(ErrorReason::from(violation.reason)),
        ),
        (
            Name::new("message"),
            Value::from(violation.message.as_str()),
        ),
    ]);
    if let Some(limit) = violation.limit {
        issue.insert(Name::new("limit"), Value::from(limit));
    }
    Value::Object(issue)
}

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
            cause: Some(Arc::new(Cause(error))),
            ..told
        }
    }
}

impl From<TaskError> for ApiError {
    fn from(error: TaskError) -> Self {
        match error {
            TaskError::NotFound => Self::task_not_found(),
            TaskError::VersionMismatch => Self::version_mismatch(),
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
            AccountError::CredentialsWrong => {
                let message = "Address and password do not belong together.";
                Self::new(
                    ErrorCode::Unauthenticated,
                    ErrorReason::CredentialsWrong,
                    message,
                )
            }
            AccountError::SessionNotFound => Self::session_not_found(),
            AccountError::AccountGone
            | AccountError::RefreshTokenInvalid
            | AccountError::RefreshTokenReused { .. } => Self::token_invalid(),
            AccountError::Infra(error) => error.into(),
        }
    }
}

impl From<ApiError> for async_graphql::Error {
    fn from(error: ApiError) -> Self {
        let extensions = Some(error.extensions());
        let source = error
            .cause
            .map(|cause| cause as Arc<dyn std::any::Any + Send + Sync>);
        Self {
            message: error.message,
            source,
            extensions,
        }
    }
}
