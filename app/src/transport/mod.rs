//! Between bytes and operations: HTTP, server-sent events, WebSocket. What a stranger can send is read here and handed to
//! [`operation`](crate::operation), the one way to an execution; what comes of it is written here.
//!
//! Reading order: [`router`], `every_request`, then `http`, `sse`, `websocket`. Not here: listening, addresses and files, which know
//! nothing of GraphQL; those are in [`http`](crate::http).

mod client;
mod content_coding;
mod cors;
pub(crate) mod every_request;
pub mod health;
pub mod http;
mod negotiation;
pub(crate) mod operator;
mod response;
pub mod router;
mod sse;
pub(crate) mod starting;
pub mod websocket;
