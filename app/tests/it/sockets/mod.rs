//! Sockets and event streams against a service that listens: the protocols to the letter with a client of our own, and the
//! public clients `graphql-ws` and `graphql-sse` as everybody uses them (needs `node`, and the first time `npm ci`).

mod endings;
mod event_streams;
mod handshakes;
mod limits;
mod protocol;
mod public_clients;
mod slow_readers;
