//! The types of the schema: domain values as clients see them.

pub(super) mod account;
pub(super) mod batches;
pub(super) mod change_cursor;
pub(super) mod changes;
pub(super) mod connection;
pub(super) mod cursor;
pub(super) mod filter;
pub(super) mod node;
pub(super) mod scalars;
pub(super) mod server_info;
pub(super) mod take;
pub(super) mod task;
