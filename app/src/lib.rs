//! stub
pub mod graphql;
