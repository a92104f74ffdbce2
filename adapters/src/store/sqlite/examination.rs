//! What has to be right with a SQLite file.

use std::fs::OpenOptions;
use std::path::Path;

use diesel::prelude::*;
use diesel::sql_types::Text;
use taskhive_domain::ports::{InfraError, InfraErrorKind};

use super::Database;
use crate::store::errors::{self, Cause};
use crate::store::{Finding, Maintenance};

const SOUND: &str = "the file";

/// What `PRAGMA quick_check` answers: `ok`, or what is wrong.
#[derive(QueryableByName)]
struct Verdict {
    #[diesel(sql_type = Text)]
    quick_check: String,
}

impl Database {
    /// The file, what is in it, and whether it can be written.
    pub(crate) async fn examination(&self) -> Vec<Finding> {
        let sound = self.check().await;
        let usable = sound.outcome.is_ok();
        let mut findings = vec![sound, self.writable()];
        if usable {
            findings.push(Finding::of_schema(&self.schema().await));
        }
        findings
    }

    /// SQLite's own check of every page. Not under the statement timeout: a large file takes a while.
    async fn check(&self) -> Finding {
        let path = self.path.clone();
        let checked = tokio::task::spawn_blocking(move || quick_check(&path)).await;
        let verdict = checked
            .map_err(|error| errors::abandoned("check the database file", &error))
            .flatten();
        match verdict {
            Ok(verdict) if verdict == "ok" => {
                Finding::good(SOUND, format!("{} is sound", self.path))
            }
            Ok(verdict) => Finding::bad(
                SOUND,
                format!("{} is damaged: {verdict}", self.path),
                "stop the service and put the last backup in its place",
            ),
            Err(error) => Finding::failed(
                SOUND,
                &error,
                "DATABASE_URL must name a database of SQLite; if it does, put the last backup in its place",
            ),
        }
    }

    /// SQLite makes files beside the database, so the directory must be writable, too.
    fn writable(&self) -> Finding {
        let subject = "writing";
        let path = Path::new(&self.path);
        let file = OpenOptions::new().append(true).open(path).map(drop);
        let directory = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        let directory = directory.unwrap_or(Path::new("."));
        let outcome = file.and_then(|()| tempfile::tempfile_in(directory).map(drop));
        match outcome {
            Ok(()) => Finding::good(subject, "the file and its directory can be written"),
            Err(error) => Finding::bad(
                subject,
                format!("{} or its directory cannot be written: {error}", self.path),
                "give both to the user that runs the service, and see that the disk is not full",
            ),
        }
    }
}

fn quick_check(path: &str) -> Result<String, InfraError> {
    let doing = "check the database file";
    let mut conn = SqliteConnection::establish(path).map_err(|error| {
        InfraError::new(InfraErrorKind::Broken, doing, Cause(error.to_string()))
    })?;
    let verdict: Verdict = diesel::sql_query("PRAGMA quick_check(1)")
        .get_result(&mut conn)
        .map_err(|error| errors::failed(doing, &error))?;
    Ok(verdict.quick_check)
}
