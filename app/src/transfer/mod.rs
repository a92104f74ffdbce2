//! Accounts as a file, one JSON value a line: written from any database, read into any other. What the lines say is in
//! `format`, which is also the manual of the file.

mod export;
mod format;
mod import;
mod lines;
#[cfg(test)]
mod tests;

pub(crate) use export::export;

pub(crate) use import::{import, verify};

use taskhive_domain::ports::InfraError;

/// Accounts, tasks and what is remembered of deleted ones, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) accounts: u64,
    pub(crate) tasks: u64,
    pub(crate) deleted: u64,
}

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExportError {
    /// The database failed.
    #[error(transparent)]
    Infra(#[from] InfraError),
    /// The file, or whatever the lines go to, failed.
    #[error("the export cannot be written")]
    Io(#[from] std::io::Error),
    /// There is no account with the address that was asked for.
    #[error("there is no account with this address")]
    NoSuchAccount,
}
