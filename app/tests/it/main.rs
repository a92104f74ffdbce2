//! What tests of the application from outside its crate are about, each in a folder: sockets and event streams, limits, the
//! program as a process, outages, the service behind Better Auth, admission held against graphql-js, tasks that can be spread
//! over databases, and our way to the schema held against the library's.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on says where and fails"
)]

mod better_auth;
mod judge;
mod limits;
mod oracle;
mod outages;
mod process;
mod requests;
mod sharding;
mod sockets;

use testkit::Program;

const TASKHIVE: Program = Program::at(env!("CARGO_BIN_EXE_taskhive"));
