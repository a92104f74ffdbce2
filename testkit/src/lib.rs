//! The one test house: whatever more than one test needs, for all crates. A database for every test; the service on it, in
//! this process ([`TestApp`]) or as the binary in one of its own ([`Program`]); and those who use it ([`Client`], [`TestUser`],
//! [`Socket`]), with what they are answered ([`Reply`]). What one subject alone needs stands beside its tests.
//!
//! ```no_run
//! # async fn test() {
//! # use serde_json::json;
//! use testkit::{ME, TestApp};
//!
//! let app = TestApp::new().await;
//! let ada = app.user("ada").await;
//! assert_eq!(ada.run(ME, json!({})).await.data()["me"]["id"], ada.id);
//! # }
//! ```
//!
//! The names of the application and of the adapters that the kit depends on stand in `app`, `client` and `databases` only.

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

#[cfg(feature = "service")]
mod app;
#[cfg(feature = "service")]
mod client;
pub mod databases;
#[cfg(feature = "service")]
mod documents;
pub mod npm;
#[cfg(feature = "service")]
mod process;
#[cfg(feature = "service")]
mod reply;
#[cfg(feature = "service")]
mod socket;

#[cfg(feature = "service")]
pub use self::{
    app::{TestApp, signing_secrets},
    client::{Client, TestUser},
    documents::*,
    process::{Process, Program, Signal},
    reply::Reply,
    socket::{PATIENCE, Socket, handshake},
};

/// What every account in tests has for a password.
pub const PASSWORD: &str = "tidal-ochre-kestrel-42";
/// What signs the tokens of every service in tests.
pub const SECRET: &str = "x7Q2mVb9Lr4TzK1pWc8Ys5Nd3Gh6Jf0A";
