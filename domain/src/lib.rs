//! The rules of Taskhive, and nothing else: no database, no HTTP, no clock, no thread.
//!
//! Reading order: the values ([`task`], [`listing`], [`user`], [`session`], [`identity`]), what can be wrong with them ([`violation`]),
//! what the outside must provide ([`ports`]), and the use cases that put both together ([`Tasks`], [`Accounts`]).

pub mod accounts;
pub mod administration;
pub mod archive;
pub mod change;
pub mod event;
pub mod id;
pub mod identity;
mod infra_error;
pub mod listing;
pub mod ports;
pub mod session;
pub mod task;
pub mod tasks;
#[cfg(feature = "testing")]
pub mod testing;
mod text;
pub mod time;
pub mod user;
pub mod violation;

pub use accounts::{AccountError, Accounts};
pub use administration::Administration;
pub use id::{SessionId, TaskId, UserId};
pub use identity::Identity;
pub use tasks::{TaskError, Tasks};
pub use time::Timestamp;
