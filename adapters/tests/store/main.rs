//! The store from outside: the contract on both databases, what happens when a database fails, and migrations.

mod contract;
mod failures;
mod migrations;
#[path = "../support/mod.rs"]
mod support;
