//! The GraphQL schema. A resolver does three things: parse, who, call. The rules are the domain's; transports, status
//! codes, admission and access are above; protection of accounts is below.

mod context;
pub(crate) mod directive;
mod errors;
mod mutation;
pub(crate) mod object;
mod policy;
mod query;
mod subscription;
mod types;
mod unguarded;

use async_graphql::{SDLExportOptions, Schema, ValidationMode};

pub use context::Services;
pub(crate) use errors::{ApiError, ErrorCode, ErrorReason};
use mutation::Mutation;
pub use policy::FieldPolicy;
use query::Query;
pub(crate) use subscription::Progress;
use subscription::Subscription;
use types::server_info::ServerInfo;
pub use unguarded::UnguardedSchema;

/// The schema, ready to execute operations that admission let through.
pub(crate) type ApiSchema = Schema<Query, Mutation, Subscription>;

/// The schema on top of the use cases. It executes without validating: admission has validated by the specification,
/// which the library's own checks are not complete for, and walking every document twice would be for nothing.
/// `nesting` is how deep admission lets selections nest: the library's own limit is lower.
pub(crate) fn executable(services: Services, nesting: usize) -> ApiSchema {
    builder()
        .data(ServerInfo::new(services.accounts.offer()))
        .data(services)
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
    Schema::build(Query, Mutation, Subscription)
}

#[cfg(test)]
mod tests;
