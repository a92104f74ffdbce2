//! Whether the database's path still leads to the file that was opened. SQLite goes on with a file that was removed or
//! replaced, and acknowledges what nobody will ever read again.

use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use taskhive_domain::ports::{InfraError, InfraErrorKind};

use crate::store::errors::{self, Cause};

/// For how long after a failure of the disk the database does not count as ready. Whether it works again, only a call can
/// tell, so calls must come again some time.
const REST: Duration = Duration::from_secs(5);

/// A database file, by what the operating system calls it.
pub(super) struct OpenFile {
    path: PathBuf,
    identity: Identity,
    /// How long it was when it was last looked at.
    length: AtomicU64,
    /// Whether it was said that it is lost.
    lost: AtomicBool,
    last_fault: Mutex<Option<Instant>>,
}

/// Where the file is on which device.
#[derive(PartialEq, Eq)]
struct Identity {
    device: u64,
    inode: u64,
}

impl From<&Metadata> for Identity {
    fn from(file: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self {
            device: file.dev(),
            inode: file.ino(),
        }
    }
}

impl OpenFile {
    /// Remembers the file that is there now. It is not opened for that: to close it again would end all locks that SQLite
    /// holds on it in this process.
    pub(super) fn at(path: &Path) -> io::Result<Self> {
        let file = std::fs::metadata(path)?;
        Ok(Self {
            path: path.to_owned(),
            identity: Identity::from(&file),
            length: AtomicU64::new(file.len()),
            lost: AtomicBool::new(false),
            last_fault: Mutex::default(),
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Fails if another file is there, or none, or one that was emptied. The first failure is an error in the log, and so is
    /// the end of it.
    pub(super) fn is_there(&self) -> Result<(), InfraError> {
        let looked = self.look();
        let lost = looked.is_err();
        if self.lost.swap(lost, Ordering::Relaxed) != lost {
            let file = self.path.display();
            if let Err(reason) = &looked {
                tracing::error!(
                    "the database file {file} {reason}: nothing is served any more. Put it back, or restart the service"
                );
            } else {
                tracing::warn!("the database file {file} is back");
            }
        }
        looked.map(drop).map_err(lost_because)
    }

    fn look(&self) -> Result<Metadata, &'static str> {
        match std::fs::metadata(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err("was removed"),
            Err(_) => Err("cannot be looked at"),
            Ok(file) if Identity::from(&file) != self.identity => Err("was replaced"),
            Ok(file) if file.len() == 0 && self.length.load(Ordering::Relaxed) > 0 => {
                Err("was emptied")
            }
            Ok(file) => {
                if file.len() > 0 {
                    // Of a new file: from now on it cannot be empty.
                    self.length.fetch_max(1, Ordering::Relaxed);
                }
                Ok(file)
            }
        }
    }

    /// Remembers a failure of the disk, or of what is on it.
    pub(super) fn note<T>(&self, outcome: Result<T, InfraError>) -> Result<T, InfraError> {
        if outcome.as_ref().is_err_and(errors::is_storage_fault) {
            *self.last_fault() = Some(Instant::now());
        }
        outcome
    }

    /// Fails if the disk, or what is on it, failed a call a short while ago.
    pub(super) fn is_sound_at(&self, now: Instant) -> Result<(), InfraError> {
        let fault = self
            .last_fault()
            .filter(|fault| now.saturating_duration_since(*fault) < REST);
        match fault {
            None => Ok(()),
            Some(_) => Err(lost_because("failed a moment ago")),
        }
    }

    fn last_fault(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.last_fault
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Fails if the file was cut: if it is shorter than it was, and shorter than `expected`, the bytes that SQLite takes it to
    /// have. It may be shorter than that, before what is in the log was written into it; and shorter than it was, after a
    /// VACUUM.
    pub(super) fn is_whole(&self, expected: u64) -> Result<(), InfraError> {
        let length = self.look().map_err(lost_because)?.len();
        let before = self.length.load(Ordering::Relaxed);
        if length < before && length < expected {
            return Err(lost_because("was cut"));
        }
        self.length.store(length, Ordering::Relaxed);
        Ok(())
    }
}

fn lost_because(reason: &str) -> InfraError {
    InfraError::new(
        InfraErrorKind::Unavailable,
        "the database file cannot be used",
        Cause(format!("it {reason}")),
    )
}
