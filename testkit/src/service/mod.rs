//! The service in this process or as the binary in one of its own, those who use it, and what they are answered.

mod app;
mod client;
mod documents;
mod process;
mod reply;
mod socket;

pub use self::app::{TestApp, signing_secrets};
pub use self::client::{Client, TestUser};
pub use self::documents::*;
pub use self::process::{Process, Program, Signal};
pub use self::reply::Reply;
pub use self::socket::{PATIENCE, Socket, handshake};
