//! One process serves a file: another one would hear of its changes some seconds late, without a word why.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::PathBuf;

use taskhive_domain::ports::{InfraError, InfraErrorKind};

use super::Database;
use crate::store::errors::Cause;

impl Database {
    /// Locks a file beside the database. Not the database itself: when a file is closed that SQLite has open, too, all locks
    /// of SQLite in this process are gone. The operating system takes the lock back when the process ends, however it
    /// ends; the file stays, because to remove it would let two processes each have one of their own.
    pub(crate) fn claim_file(&self) -> Result<Option<File>, InfraError> {
        let mut name = OsString::from(self.file.path());
        name.push(".lock");
        let path = PathBuf::from(name);
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let refused = |reason: String| {
            let context = format!("lock {}", path.display());
            InfraError::new(InfraErrorKind::Broken, context, Cause(reason))
        };
        let file = options
            .open(&path)
            .map_err(|error| refused(error.to_string()))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Err(refused(
                "another process serves this database; SQLite is for one, PostgreSQL for any number".to_owned(),
            )),
            Err(TryLockError::Error(error)) => {
                tracing::warn!(
                    reason = %error,
                    "this file system knows no locks: make sure that no other process serves this database"
                );
                Ok(None)
            }
        }
    }
}
