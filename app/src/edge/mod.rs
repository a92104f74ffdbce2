//! The edge: everything between the network and the GraphQL executor. No business rule lives here.

pub mod admission;
