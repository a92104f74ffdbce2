//! `taskhive backup FILE`: a copy of a SQLite database, consistent while the service runs.

use std::path::Path;

use tempfile::NamedTempFile;

use super::database::open_existing;
use super::{StartError, configure, print};
use crate::config::Vars;

/// Written beside the target under another name and then renamed, so that the target is a whole copy or not there. Only its owner
/// can read it.
pub(super) async fn run(environment: Vars, target: &Path) -> Result<(), StartError> {
    let config = configure(environment)?;
    if config.store.url.is_postgres() {
        return Err(StartError(
            "this is for SQLite: PostgreSQL is backed up with its own tools, such as pg_dump"
                .to_owned(),
        ));
    }
    let not_written = |error: std::io::Error| {
        StartError(format!("{} cannot be written: {error}", target.display()))
    };
    if target.try_exists().map_err(not_written)? {
        return Err(exists(target));
    }
    let backend = open_existing(&config).await?;
    let directory = target.parent().filter(|path| !path.as_os_str().is_empty());
    let copy = NamedTempFile::new_in(directory.unwrap_or(Path::new("."))).map_err(not_written)?;
    backend.backup(copy.path()).await?;
    match copy.persist_noclobber(target) {
        Ok(_) => print(&format!(
            "{} is a copy of the database.\n",
            target.display()
        ))
        .map(drop),
        Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => {
            Err(exists(target))
        }
        Err(error) => Err(not_written(error.error)),
    }
}

fn exists(target: &Path) -> StartError {
    StartError(format!(
        "{} exists already, and a backup replaces nothing: name another file",
        target.display()
    ))
}
