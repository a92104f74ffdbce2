//! Sockets and event streams against a service that listens: the protocols to the letter with a client of our own, and the
//! public clients `graphql-ws` and `graphql-sse` as everybody uses them (needs `node`, and the first time `npm ci`).

#![expect(
    clippy::expect_used,
    reason = "a test that cannot go on says why and fails"
)]

mod client;
mod endings;
mod event_streams;
mod handshakes;
mod limits;
#[path = "../../../tests/support/npm.rs"]
mod npm;
mod protocol;
mod public_clients;
mod service;
mod slow_readers;
