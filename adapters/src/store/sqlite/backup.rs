//! A copy of the database while others use it.

use std::fs::File;
use std::path::Path;

use diesel::prelude::*;
use diesel::sql_types::Text;
use taskhive_domain::ports::{InfraError, InfraErrorKind};

use super::Database;
use crate::store::errors::{self, Cause};

const DOING: &str = "write a backup";

impl Database {
    /// `VACUUM INTO`: one read transaction, so the copy is the database at one moment, and writers do not wait. Not under the
    /// statement timeout: it takes as long as it takes.
    pub(crate) async fn write_backup(&self, target: &Path) -> Result<(), InfraError> {
        let (source, target) = (self.path.clone(), target.to_owned());
        tokio::task::spawn_blocking(move || copy(&source, &target))
            .await
            .map_err(|error| errors::abandoned(DOING, &error))?
    }
}

/// On a connection of its own: those of the pool may not write, and this one writes, if only elsewhere.
fn copy(source: &str, target: &Path) -> Result<(), InfraError> {
    let broken = |reason: String| InfraError::new(InfraErrorKind::Broken, DOING, Cause(reason));
    let name = target
        .to_str()
        .ok_or_else(|| broken("the path of the backup is not UTF-8".to_owned()))?;
    let mut conn =
        SqliteConnection::establish(source).map_err(|error| broken(error.to_string()))?;
    diesel::sql_query("VACUUM INTO ?")
        .bind::<Text, _>(name)
        .execute(&mut conn)
        .map_err(|error| errors::failed(DOING, &error))?;
    // SQLite leaves that to whoever asked for the copy.
    let file = File::open(target).and_then(|file| file.sync_all());
    file.map_err(|error| broken(error.to_string()))
}
