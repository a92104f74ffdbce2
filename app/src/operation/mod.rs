//! The one way from a request to a result, the same for every transport: admission (is it small and valid), access (may this
//! client do it), execution. Nothing here knows how the request came or how the result goes out.
//!
//! Reading order: `pipeline`, then what it asks, in that order.

pub(crate) mod access;
pub mod admission;
pub(crate) mod capacity;
pub(crate) mod connections;
pub(crate) mod observation;
mod outage;
pub(crate) mod pipeline;
pub(crate) mod request;
pub(crate) mod request_error;
pub(crate) mod response;
mod response_order;
pub(crate) mod transport;
