//! What goes wrong, as clients see it: a code, a reason, a sentence that says what to do.

mod api_error;
mod codes;

pub(crate) use api_error::{ApiError, Cause, RETRY_AFTER_SECONDS};
pub(crate) use codes::{ErrorCode, ErrorReason, name_of};
