//! The one test house: whatever more than one test needs, for all crates. A database for every test; the service on it, in
//! this process (`TestApp`) or as the binary in one of its own (`Program`); those who use it (`TestUser`, `Client`,
//! `Socket`), and what they are answered (`Reply`). What one subject alone needs stands beside its tests.
//!
//! The names of the application and of the adapters that the kit depends on stand in `databases`, `service/app` and
//! `service/client` only.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on says why and fails"
)]
#![expect(
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    reason = "everything here panics when something is wrong, and is used for what it does"
)]

pub mod balancer;
pub mod databases;
mod folder;
mod log;
pub mod network;
pub mod npm;
#[cfg(feature = "service")]
pub mod pooler;
pub mod python;
mod random;
pub mod recipes;
#[cfg(feature = "service")]
pub mod server;
#[cfg(feature = "service")]
mod service;

pub use self::log::{Log, listen};
pub use self::random::Random;
#[cfg(feature = "service")]
pub use self::service::*;

/// What every account in tests has for a password.
pub const PASSWORD: &str = "tidal-ochre-kestrel-42";
/// What signs the tokens of every service in tests.
pub const SECRET: &str = "x7Q2mVb9Lr4TzK1pWc8Ys5Nd3Gh6Jf0A";
