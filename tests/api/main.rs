//! Drives the service from outside, over HTTP, as its clients do. Everything runs on the database that
//! `TASKHIVE_TEST_DATABASE` names, `sqlite` (the default) or `postgres`: `make test` runs it on both.
//!
//! Reading order: `support`, then the modules in the order of the public contract.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where and fails"
)]
#![expect(
    clippy::expect_used,
    reason = "a test that cannot go on says why and fails"
)]

mod support;

mod access;
mod accounts;
mod audit;
mod both;
mod hostile;
mod http;
mod listing;
mod masking;
mod readme;
mod sessions;
mod story;
mod validation;
mod walks;
