//! The public GraphQL clients, each generated from the committed `schema.graphql`, set up as `docs/clients.md` says, and
//! run against the service. Needs `node`, `npm` and `python3`, and the first time the package registries.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where and fails"
)]
#![expect(
    clippy::expect_used,
    reason = "a test that cannot go on says why and fails"
)]

#[path = "../api/support/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    reason = "what the tests of the API itself need besides"
)]
mod support;

mod documentation;
mod javascript;
mod person;
mod python;
mod rust;
