//! The signing secret of an installation that was given none: made once, kept in a file that only its owner can read.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use taskhive_adapters::jwt::SigningSecrets;
use tempfile::NamedTempFile;
use zeroize::Zeroizing;

/// Why there is no secret.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SecretFileError {
    /// The file cannot be read or written.
    #[error("{path} cannot be {attempt}: {source}. Make the directory writable, or set JWT_SECRET")]
    Io {
        /// Which file.
        path: String,
        /// `read` or `written`.
        attempt: &'static str,
        /// Why.
        source: io::Error,
    },
    /// There is something else in its place.
    #[error(
        "{path} is not a file: it is {found}. Move it out of the way to get a new secret, or set JWT_SECRET"
    )]
    NotAFile {
        /// Which path.
        path: String,
        /// `a directory`, or what else it is.
        found: &'static str,
    },
    /// Others than its owner may read or change it.
    #[error(
        "{path} is open to others (mode {mode:04o}), and whoever knows the secret can sign in as anybody. \
         If nobody else can have seen it, run: chmod 600 {path}. \
         Otherwise delete it to get a new one; everybody must sign in again"
    )]
    OpenToOthers {
        /// Which file.
        path: String,
        /// Its permission bits.
        mode: u32,
    },
    /// The file holds something else.
    #[error(
        "{path} does not hold a good secret: {reason}. Delete the file to get a new one; everybody must sign in again"
    )]
    Unusable {
        /// Which file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// Whether there is a good secret in the file. Makes none.
pub(crate) fn look(path: &Path) -> Result<bool, SecretFileError> {
    let is_there = path.is_symlink() || path.exists();
    if is_there {
        load_or_make(path)?;
    }
    Ok(is_there)
}

/// The secrets in the file. If there is none, it is made.
pub(crate) fn load_or_make(path: &Path) -> Result<SigningSecrets, SecretFileError> {
    let shown = path.display().to_string();
    let io = |attempt| {
        let path = shown.clone();
        move |source| SecretFileError::Io {
            path,
            attempt,
            source,
        }
    };
    let unusable = |reason: String| SecretFileError::Unusable {
        path: shown.clone(),
        reason,
    };
    // A link that leads nowhere is there, but what it leads to is not.
    if !path.is_symlink() && !path.try_exists().map_err(io("read"))? {
        let secret = SigningSecrets::make().map_err(|error| unusable(error.to_string()))?;
        place(path, &secret).map_err(io("written"))?;
    }
    require_private(path)?;
    let text = Zeroizing::new(fs::read_to_string(path).map_err(io("read"))?);
    SigningSecrets::parse(text.trim()).map_err(|refusal| unusable(refusal.to_string()))
}

/// Whether it is a file that only its owner can read and change. Whoever could exchange it after this could write to its folder,
/// and so exchange it at any time.
fn require_private(path: &Path) -> Result<(), SecretFileError> {
    let shown = path.display().to_string();
    let not_a_file = |found| SecretFileError::NotAFile {
        path: shown.clone(),
        found,
    };
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(not_a_file("a link to a file that is not there"));
        }
        Err(source) => {
            return Err(SecretFileError::Io {
                path: shown,
                attempt: "read",
                source,
            });
        }
    };
    if metadata.is_dir() {
        return Err(not_a_file("a directory"));
    }
    if !metadata.is_file() {
        return Err(not_a_file("a device, a pipe or a socket"));
    }
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(SecretFileError::OpenToOthers { path: shown, mode });
    }
    Ok(())
}

/// Written beside its place, under a name that nobody can have prepared, and then linked there, so that nobody ever reads
/// half a secret; whoever comes second keeps the first one's. Only its owner may read it.
fn place(path: &Path, secret: &str) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let mut draft = NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    draft.write_all(secret.as_bytes())?;
    draft.write_all(b"\n")?;
    draft.as_file().sync_all()?;
    match draft.persist_noclobber(path) {
        Err(taken) if taken.error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        persisted => persisted.map(drop).map_err(|failed| failed.error),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn write(path: &Path, text: &str, mode: u32) {
        fs::write(path, text).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_secret_is_made_once_and_only_its_owner_can_read_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("taskhive.secret");
        load_or_make(&path).unwrap();
        let first = fs::read(&path).unwrap();
        load_or_make(&path).unwrap();
        assert_eq!(fs::read(&path).unwrap(), first);
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    /// A file that somebody has put in the way must not become the secret's, with whatever mode it has.
    #[test]
    fn a_file_that_was_prepared_gets_no_secret() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("taskhive.secret");
        let prepared = path.with_extension(format!("secret-{}", std::process::id()));
        write(&prepared, "", 0o666);
        load_or_make(&path).unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read(&prepared).unwrap(), b"");
    }

    /// However good the secret in it is.
    #[test]
    fn a_file_that_others_can_read_or_change_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("taskhive.secret");
        load_or_make(&path).unwrap();
        let secret = fs::read_to_string(&path).unwrap();
        for mode in [0o666, 0o644, 0o640, 0o620, 0o602, 0o604] {
            write(&path, &secret, mode);
            let error = load_or_make(&path).unwrap_err().to_string();
            let command = format!("chmod 600 {}", path.display());
            assert!(error.contains(&command), "{error}");
            assert!(error.contains(&format!("{mode:04o}")), "{error}");
            assert!(!error.contains(secret.trim()), "{error}");
        }
        for mode in [0o600, 0o400] {
            write(&path, &secret, mode);
            load_or_make(&path).unwrap();
            fs::remove_file(&path).unwrap();
        }
    }

    #[test]
    fn what_is_no_file_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("taskhive.secret");
        fs::create_dir(&path).unwrap();
        let error = load_or_make(&path).unwrap_err().to_string();
        assert!(error.contains("a directory"), "{error}");
        fs::remove_dir(&path).unwrap();

        let target = directory.path().join("elsewhere");
        symlink(&target, &path).unwrap();
        let error = load_or_make(&path).unwrap_err().to_string();
        assert!(
            error.contains("a link to a file that is not there"),
            "{error}"
        );
        assert!(!target.exists() && path.is_symlink());
        write(&target, &SigningSecrets::make().unwrap(), 0o600);
        load_or_make(&path).unwrap();
    }

    #[test]
    fn a_file_with_something_else_is_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("taskhive.secret");
        write(&path, "hello", 0o600);
        let error = load_or_make(&path).unwrap_err().to_string();
        assert!(
            error.contains("taskhive.secret") && !error.contains("hello"),
            "{error}"
        );
        assert_eq!(fs::read(&path).unwrap(), b"hello");
    }
}
