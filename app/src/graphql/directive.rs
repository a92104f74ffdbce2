//! The directive that makes a root field public. It is read from the printed schema: see `operation::access`.

use async_graphql::TypeDirective;

/// Can be called without an access token. Every other field of `Query`, `Mutation`
/// and `Subscription` needs one; without it the whole request is refused with HTTP
/// 401 before anything runs.
#[TypeDirective(location = "FieldDefinition")]
pub(crate) fn public() {}
