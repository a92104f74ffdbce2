//! The program as operators meet it: started, killed, restarted, misconfigured. Each test has an empty directory and a port
//! of its own.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where and fails"
)]

mod commands;
mod http;
mod lifetime;
mod service;
mod trouble;
mod users;
