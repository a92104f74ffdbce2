//! Taskhive as a library: what the binary runs and what the tests drive. The way in is [`wiring::build`].

mod audit;
pub mod cli;
pub mod config;
pub mod edge;
pub mod graphql;
mod limits;
mod secret_file;
pub mod telemetry;
pub mod wiring;
