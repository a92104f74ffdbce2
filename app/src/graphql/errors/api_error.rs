//! What a client is told when something went wrong. Which error of the layers below becomes which, is in `mapping`.
//!
//! [`ApiError`] deliberately has no `Display`: with it, `?` on any foreign error would compile into a client message.

use std::sync::Arc;

use async_graphql::{ErrorExtensionValues, Name, Value, indexmap::IndexMap};
use taskhive_domain::TaskId;
use taskhive_domain::ports::InfraError;
use taskhive_domain::violation::{Step, Violation};

use super::codes::{ErrorCode, ErrorReason, name_of};

/// Seconds after which it makes sense to try an unavailable service again.
const RETRY_AFTER_SECONDS: u64 = 1;

/// What a client is told. Inside the library it travels as the source of its error, so that nobody has to read codes out
/// of texts, and an error without one is known never to have been meant for clients.
#[derive(Debug, Clone)]
pub(crate) struct ApiError {
    pub(crate) code: ErrorCode,
    pub(crate) reason: Option<ErrorReason>,
    pub(crate) message: String,
    pub(super) issues: Vec<Violation>,
    /// Where the input names what is not there, if it names several things.
    pub(super) missing: Vec<Missing>,
    pub(crate) retry_after: Option<u64>,
    /// What happened behind it: for the log, never told to clients.
    pub(super) cause: Option<Arc<InfraError>>,
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
            missing: Vec::new(),
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

    pub(super) fn refresh_token_missing() -> Self {
        let message = "Send the refresh token in the input. There was no cookie to take it from.";
        Self::new(
            ErrorCode::Unauthenticated,
            ErrorReason::TokenMissing,
            message,
        )
    }

    pub(crate) fn task_not_found() -> Self {
        Self::new(ErrorCode::NotFound, None, "You have no task with this ID.")
    }

    /// The task to put another one after is not there.
    pub(super) fn neighbour_not_found() -> Self {
        let message = "You have no task with this ID to come after.";
        let missing = Missing {
            path: vec![Step::Field("input"), Step::Field("after")],
            message: message.to_owned(),
        };
        Self {
            missing: vec![missing],
            ..Self::new(ErrorCode::NotFound, None, message)
        }
    }

    /// Some of the tasks of a batch are not there.
    pub(super) fn tasks_not_found(tasks: &[(usize, TaskId)]) -> Self {
        let message = format!("You have no tasks with these IDs: {}.", listed(tasks));
        Self {
            missing: missing("ids", tasks, "You have no task with this ID."),
            ..Self::new(ErrorCode::NotFound, None, &message)
        }
    }

    /// Some of the tasks of a batch were deleted.
    pub(super) fn tasks_deleted(tasks: &[(usize, TaskId)]) -> Self {
        let ids = listed(tasks);
        let message =
            format!("You deleted the tasks with these IDs, and they are not made again: {ids}.");
        Self {
            missing: missing("tasks", tasks, "You deleted the task with this ID."),
            ..Self::new(ErrorCode::Conflict, ErrorReason::TaskDeleted, &message)
        }
    }

    pub(super) fn registration_closed() -> Self {
        let message =
            "Accounts are not open to everybody here. Ask whoever runs this service for one.";
        Self::new(ErrorCode::Forbidden, None, message)
    }

    pub(super) fn password_login_disabled() -> Self {
        let message = "Accounts and passwords are kept by another service here: sign up, in and on there, and send its access token.";
        Self::new(ErrorCode::Forbidden, None, message)
    }

    pub(super) fn session_not_found() -> Self {
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

    /// A limit of rate was met, and nothing was done.
    pub(super) fn rate_limited(retry_after: u64) -> Self {
        let unit = if retry_after == 1 {
            "second"
        } else {
            "seconds"
        };
        let message = format!("Too many attempts. Try again in {retry_after} {unit}.");
        Self {
            retry_after: Some(retry_after),
            ..Self::new(ErrorCode::RateLimited, None, &message)
        }
    }

    /// Nothing was done because something that had to be asked first does not answer, for whatever reason.
    pub(crate) fn unavailable(error: InfraError) -> Self {
        Self {
            cause: Some(Arc::new(error)),
            ..Self::overloaded()
        }
    }

    pub(super) fn task_deleted() -> Self {
        let message = "You deleted the task with this ID, and it is not made again.";
        Self::new(ErrorCode::Conflict, ErrorReason::TaskDeleted, message)
    }

    pub(super) fn tasks_not_restorable(ids: &[TaskId]) -> Self {
        let ids: Vec<String> = ids.iter().map(TaskId::to_string).collect();
        let message = format!("These tasks cannot be brought back: {}.", ids.join(", "));
        Self::new(ErrorCode::NotFound, None, &message)
    }

    pub(super) fn cursor_expired() -> Self {
        let message = "Not all is known that happened since. Begin without `after`, and drop what does not come.";
        Self::new(ErrorCode::Conflict, ErrorReason::CursorExpired, message)
    }

    pub(super) fn version_mismatch() -> Self {
        let message = "The task was changed in the meantime. Fetch it and decide anew.";
        Self::new(ErrorCode::Conflict, ErrorReason::VersionMismatch, message)
    }

    /// What happened behind it.
    pub(crate) fn cause(&self) -> Option<&InfraError> {
        self.cause.as_deref()
    }

    pub(crate) fn extensions(&self) -> ErrorExtensionValues {
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", name_of(self.code));
        if let Some(reason) = self.reason {
            extensions.set("reason", name_of(reason));
        }
        let issues = self.issues.iter().map(issue);
        let issues: Vec<Value> = issues
            .chain(self.missing.iter().map(Missing::issue))
            .collect();
        if !issues.is_empty() {
            extensions.set("issues", issues);
        }
        if let Some(seconds) = self.retry_after {
            extensions.set("retryAfter", seconds);
        }
        extensions
    }
}

/// A place in the input that names something that is not there. The code says so, so it needs no reason.
#[derive(Debug, Clone)]
pub(super) struct Missing {
    pub(super) path: Vec<Step>,
    pub(super) message: String,
}

impl Missing {
    fn issue(&self) -> Value {
        Value::Object(IndexMap::from([
            (Name::new("path"), path_of(&self.path)),
            (Name::new("message"), Value::from(self.message.as_str())),
        ]))
    }
}

fn missing(field: &'static str, tasks: &[(usize, TaskId)], message: &str) -> Vec<Missing> {
    let missing = |(place, _): &(usize, TaskId)| Missing {
        path: vec![Step::Field("input"), Step::Field(field), Step::Item(*place)],
        message: message.to_owned(),
    };
    tasks.iter().map(missing).collect()
}

fn listed(tasks: &[(usize, TaskId)]) -> String {
    let ids: Vec<String> = tasks.iter().map(|(_, id)| id.to_string()).collect();
    ids.join(", ")
}

fn path_of(steps: &[Step]) -> Value {
    let step = |step: &Step| match step {
        Step::Field(field) => Value::from(camel_case(field)),
        Step::Item(place) => Value::from(*place),
    };
    Value::List(steps.iter().map(step).collect())
}

fn issue(violation: &Violation) -> Value {
    let mut issue = IndexMap::from([
        (Name::new("path"), path_of(&violation.path)),
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

/// The name of a field as the schema spells it.
fn camel_case(field: &str) -> String {
    let mut name = String::with_capacity(field.len());
    for (n, word) in field.split('_').enumerate() {
        let (first, rest) = word.split_at(usize::from(n > 0 && !word.is_empty()));
        name.push_str(&first.to_ascii_uppercase());
        name.push_str(rest);
    }
    name
}
