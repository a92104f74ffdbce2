//! The other end of a connection.

use std::net::SocketAddr;

use super::connection_limits::ConnectionPermit;

/// Who sends requests over one connection: a client, or a proxy that speaks for clients.
#[derive(Clone)]
pub struct Peer {
    pub(crate) address: SocketAddr,
    /// What outlives the request, and the connection as HTTP knows it, keeps a copy, so that it still counts.
    pub(crate) permit: Option<ConnectionPermit>,
}

impl Peer {
    /// Somebody at this address who has come without a connection: tests do.
    #[must_use]
    pub fn at(address: SocketAddr) -> Self {
        Self {
            address,
            permit: None,
        }
    }
}
