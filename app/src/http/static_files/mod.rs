//! Files that are part of the binary: the browser client and the playground.

pub(crate) mod playground;
pub(crate) mod web_client;

pub use web_client::is_built as has_web_client;
