//! `taskhive export` and `taskhive import`: accounts as a file, also the way from one database to another.

use std::fs::File;
use std::io::{BufWriter, stdout};
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};
use taskhive_domain::user::EmailAddress;

use super::database::{open_existing, open_migrated};
use super::user::explained;
use super::{StartError, configure};
use crate::config::Vars;
use crate::transfer::{self, Counts, ExportError};

/// Writes to standard output. Whoever reads only the beginning has got what they wanted.
pub(super) async fn export(environment: Vars, account: Option<&str>) -> Result<(), StartError> {
    let only = account.map(EmailAddress::parse).transpose();
    let only = only.map_err(|violations| explained(&violations))?;
    let backend = open_existing(&configure(environment)?).await?;
    let archive = backend.archive.as_ref();
    let progress = Progress::of_unknown_length();
    let out = BufWriter::with_capacity(1 << 16, stdout().lock());
    let exported = transfer::export(archive, only.as_ref(), out, |done| progress.show(done)).await;
    match exported {
        Ok(done) => {
            progress.finish(&format!(
                "Exported {} accounts with {} tasks.",
                done.accounts, done.tasks
            ));
            Ok(())
        }
        Err(ExportError::Io(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// The file is looked at before anything is changed, the tables of the database included.
pub(super) async fn import(environment: Vars, path: &Path) -> Result<(), StartError> {
    let config = configure(environment)?;
    let mut file = File::open(path)
        .map_err(|error| StartError(format!("{} cannot be read: {error}", path.display())))?;
    let total = transfer::verify(&mut file)?;
    let backend = open_migrated(&config).await?;
    let progress = Progress::to(total);
    let archive = backend.archive.as_ref();
    let imported = transfer::import(archive, &mut file, |done| progress.show(done)).await?;
    let (found, new) = (imported.found, imported.new);
    progress.finish(&format!(
        "Imported {} of {} accounts and {} of {} tasks; the others were there already.",
        new.accounts, found.accounts, new.tasks, found.tasks
    ));
    Ok(())
}

/// Shown on a terminal only, and on standard error: standard output may be the file.
struct Progress(ProgressBar);

impl Progress {
    fn of_unknown_length() -> Self {
        Self(ProgressBar::new_spinner())
    }

    fn to(total: Counts) -> Self {
        let bar = ProgressBar::new(total.accounts + total.tasks + total.deleted);
        let style = ProgressStyle::with_template("{bar:40} {percent} %  {msg}  {eta} left");
        Self(match style {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        })
    }

    fn show(&self, done: Counts) {
        self.0
            .set_position(done.accounts + done.tasks + done.deleted);
        self.0
            .set_message(format!("{} accounts, {} tasks", done.accounts, done.tasks));
    }

    fn finish(&self, sentence: &str) {
        self.0.finish_and_clear();
        eprintln!("{sentence}");
    }
}
