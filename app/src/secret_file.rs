//! The signing secret of an installation that was given none: made once, kept in a file that only its owner can read.

use std::fs;
use std::io::{self, Write};
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
    let text = match fs::read_to_string(path) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let secret = SigningSecrets::make().map_err(|error| unusable(error.to_string()))?;
            place(path, &secret).map_err(io("written"))?;
            Zeroizing::new(fs::read_to_string(path).map_err(io("read"))?)
        }
        Err(error) => return Err(io("read")(error)),
    };
    SigningSecrets::parse(text.trim()).map_err(|refusal| unusable(refusal.to_string()))
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
    use std::os::unix::fs::PermissionsExt;

    use super::*;

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
        fs::write(&prepared, "").unwrap();
        fs::set_permissions(&prepared, fs::Permissions::from_mode(0o666)).unwrap();
        load_or_make(&path).unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read(&prepared).unwrap(), b"");
    }

    #[test]
    fn a_file_with_something_else_is_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("taskhive.secret");
        fs::write(&path, "hello").unwrap();
        let error = load_or_make(&path).unwrap_err().to_string();
        assert!(
            error.contains("taskhive.secret") && !error.contains("hello"),
            "{error}"
        );
        assert_eq!(fs::read(&path).unwrap(), b"hello");
    }
}
