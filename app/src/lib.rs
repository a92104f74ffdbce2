//! Taskhive as a library: what the binary runs and what the tests drive. The way in is [`wiring::build`].

mod accounts;
pub mod cli;
pub mod config;
pub mod graphql;
pub mod http;
mod metrics;
pub mod operation;
mod process;
mod readings;
mod secret_file;
pub mod telemetry;
mod transfer;
pub mod transport;
pub mod wiring;
