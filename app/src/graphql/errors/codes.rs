//! The vocabulary of errors: codes for programs to branch on, and reasons that say more.

use async_graphql::resolver_utils::EnumType;
use async_graphql::{Enum, Value};
use taskhive_domain::violation::Reason;

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

impl ErrorCode {
    /// How it is written in `extensions.code`.
    pub(crate) fn name(self) -> &'static str {
        let mut items = Self::items().iter();
        items
            .find(|item| item.value == self)
            .map_or("INTERNAL", |item| item.name)
    }

    /// How all of them are written, in the order of their declaration.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        Self::items().iter().map(|item| item.name)
    }

    /// All of them.
    #[cfg(test)]
    pub(crate) fn all() -> impl Iterator<Item = Self> + Clone {
        Self::items().iter().map(|item| item.value)
    }
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
    /// The point is older than what is remembered of deleted tasks: begin without `after`, and
    /// drop what does not come.
    CursorExpired,
    /// You deleted the task with this ID; it is not made again. `restoreTasks` brings it back.
    TaskDeleted,
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
pub(super) fn name_of<T: async_graphql::resolver_utils::EnumType>(value: T) -> Value {
    async_graphql::resolver_utils::enum_value(value)
}
