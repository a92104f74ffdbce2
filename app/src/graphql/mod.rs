//! The GraphQL schema. A resolver does three things: parse, who, call. The rules are the domain's; transports, status
//! codes, admission and access are the edge's.

mod caller;
pub(crate) mod directive;
mod errors;
mod guess;
mod mutation;
mod object;
mod query;
mod subscription;
mod types;
mod unguarded;

use std::sync::Arc;

use async_graphql::{SDLExportOptions, Schema, ValidationMode};
use taskhive_domain::{Accounts, Tasks};

pub(crate) use caller::{Caller, CookieChange};
pub(crate) use errors::{ApiError, Cause, ErrorCode, ErrorReason, name_of};
use mutation::Mutation;
use query::Query;
use subscription::Subscription;
pub(crate) use types::server_info::ServerInfo;
pub use unguarded::UnguardedSchema;

use crate::accounts::rate_limit::RateLimits;

/// The schema, ready to execute operations that admission let through.
pub(crate) type ApiSchema = Schema<Query, Mutation, Subscription>;

/// What resolvers call.
#[derive(Clone)]
pub struct Services {
    /// The use cases around tasks.
    pub tasks: Arc<Tasks>,
    /// The use cases around accounts and sessions.
    pub accounts: Arc<Accounts>,
    /// How often some of them may be called.
    pub(crate) limits: Arc<RateLimits>,
}

/// The schema on top of the use cases. It executes without validating: admission has validated by the specification,
/// which the library's own checks are not complete for, and walking every document twice would be for nothing.
/// `nesting` is how deep admission lets selections nest: the library's own limit is lower.
pub(crate) fn executable(services: Services, server: ServerInfo, nesting: usize) -> ApiSchema {
    builder()
        .data(services)
        .data(server)
        .limit_recursive_depth(nesting)
        .validation_mode(ValidationMode::Fast)
        .finish()
}

/// The schema as text: what `schema.graphql` holds, and what admission and access are built from.
#[must_use]
pub fn sdl() -> String {
    let options = SDLExportOptions::new()
        .include_specified_by()
        .use_space_ident();
    let printed = builder().finish().sdl_with_options(options);
    let lines: Vec<&str> = printed.trim().lines().map(str::trim_end).collect();
    lines.join("\n") + "\n"
}

fn builder() -> async_graphql::SchemaBuilder<Query, Mutation, Subscription> {
    // Nothing refers to the two enums of `extensions`, but generated clients need them.
    Schema::build(Query, Mutation, Subscription)
        .register_output_type::<ErrorCode>()
        .register_output_type::<ErrorReason>()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_printed_schema_is_the_same_every_time() {
        assert_eq!(super::sdl(), super::sdl());
    }
}
