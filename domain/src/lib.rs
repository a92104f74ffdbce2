//! The rules of Taskhive, and nothing else: no database, no HTTP, no clock, no thread.
//!
//! Reading order: the values ([`task`], [`listing`], [`user`], [`session`], [`external`]), what can be wrong with them ([`violation`]),
//! what the outside must provide ([`ports`]), and the use cases that put both together ([`Tasks`], [`Accounts`]).

pub mod accounts;
pub mod event;
pub mod external;
pub mod id;
mod infra_error;
pub mod listing;
pub mod operations;
pub mod ports;
pub mod session;
pub mod task;
pub mod tasks;
#[cfg(feature = "testing")]
pub mod testing;
pub mod time;
pub mod user;
pub mod violation;

pub use accounts::{AccountError, Accounts};
pub use id::{SessionId, TaskId, UserId};
pub use operations::Operations;
pub use session::Identity;
pub use tasks::{TaskError, Tasks};
pub use time::Timestamp;
