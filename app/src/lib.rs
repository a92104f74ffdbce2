//! Taskhive's service: one GraphQL API over the domain, as a library that the binary and the tests start.

pub mod edge;
