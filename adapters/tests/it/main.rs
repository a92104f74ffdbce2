//! The store from outside: the contract on both databases, what happens when a database fails, and migrations.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod changes;
mod contract;
mod events;
mod failures;
mod migrations;
mod searches;
