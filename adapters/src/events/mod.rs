//! Task events: within one process (`in_process`), and between processes that share a PostgreSQL database (`postgres`), which
//! is the first one, told by others as well.
//!
//! Which of the two it is, follows from the database: [`Backend::open`](crate::backend::Backend::open) decides.

mod delivered;
mod in_process;
pub(crate) mod postgres;

pub use in_process::InProcessEvents;
