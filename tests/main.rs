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

mod api;
mod clients;
