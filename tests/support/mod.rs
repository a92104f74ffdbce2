//! A service of its own for every test, people who use it, and what it answers.

mod app;
#[path = "../../adapters/tests/support/mod.rs"]
mod databases;
mod documents;
pub(crate) mod npm;
mod reply;
mod user;

pub(crate) use self::app::{Backend, TestApp, signing_secrets};
pub(crate) use self::documents::*;
pub(crate) use self::reply::Reply;
pub(crate) use self::user::{Client, TestUser};
