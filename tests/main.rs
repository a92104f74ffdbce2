//! The service from outside, as its clients meet it: [`api`] sends requests of its own, [`clients`] are the public GraphQL
//! clients. The folders beside are programs and recipes that tests run.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where and fails"
)]
#![expect(
    clippy::expect_used,
    reason = "a test that cannot go on says why and fails"
)]
#![expect(
    clippy::self_named_module_files,
    reason = "a folder of recipes holds what docs/clients.md shows, and nothing else"
)]

mod api;
mod clients;
