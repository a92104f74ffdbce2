//! HTTP as such: listening and stopping, request ids, the addresses of clients, the files of the browser client and the
//! playground. Knows nothing of GraphQL.

pub mod cells;
pub mod client_address;
pub(crate) mod connection_limits;
pub(crate) mod own_origins;
pub mod peer;
pub(crate) mod refresh_cookie;
pub(crate) mod request_id;
pub mod server;
pub mod shutdown;
pub mod static_files;
pub(crate) mod trace_context;
