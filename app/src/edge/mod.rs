//! Between the network and the schema: everything that a stranger can send passes here first.
//!
//! Reading order: [`router`], then `http`, then `gateway`, the one way to an execution for every transport.

pub(crate) mod access;
pub mod admission;
pub(crate) mod client_address;
mod content_coding;
pub(crate) mod cookies;
pub(crate) mod ended_sessions;
mod event_stream;
pub(crate) mod executed;
mod failure;
pub(crate) mod gateway;
pub mod health;
pub(crate) mod http;
pub(crate) mod live;
mod negotiation;
mod playground;
mod request;
mod request_id;
mod response;
mod response_order;
pub mod router;
pub mod server;
pub mod shutdown;
mod transport;
mod web_client;
pub(crate) mod websocket;

pub use web_client::is_built as has_web_client;
