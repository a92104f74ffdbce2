//! What goes wrong, as clients see it: a code, a reason, a sentence that says what to do.

mod api_error;
mod codes;
mod mapping;

pub(crate) use api_error::ApiError;
pub(crate) use codes::{ErrorCode, ErrorReason};
