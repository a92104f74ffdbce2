//! Looks at the tables before anything is done to the file: one of another program is refused as it is.

use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel::sqlite::Sqlite;
use taskhive_domain::ports::{InfraError, InfraErrorKind};

use super::Database;
use super::migrations::MIGRATIONS;
use crate::store::errors::{self, Cause};
use crate::store::migrations::{DOING, Schema, versions};
use crate::store::schema::__diesel_schema_migrations as migrations;

impl Database {
    /// On a connection of its own, which no pragma has changed anything for.
    pub(crate) async fn look_at_schema(&self) -> Result<Schema, InfraError> {
        let (path, busy) = (self.file.path().to_owned(), self.patience.beginning);
        tokio::task::spawn_blocking(move || look(&path, busy.as_millis()))
            .await
            .map_err(|error| errors::abandoned(DOING, &error))?
    }
}

fn look(path: &Path, busy_timeout: u128) -> Result<Schema, InfraError> {
    let unusable = |reason: String| {
        let context = format!("use the database file {}", path.display());
        InfraError::new(InfraErrorKind::Broken, context, Cause(reason))
    };
    let url = path.to_str().unwrap_or_default();
    let found = SqliteConnection::establish(url)
        .map_err(|error| unusable(error.to_string()))
        .and_then(|mut conn| {
            conn.batch_execute(&format!("PRAGMA busy_timeout = {busy_timeout}"))
                .and_then(|()| find(&mut conn))
                .map_err(|error| unusable(error.to_string()))
        })?;
    let known = versions::<Sqlite>(&MIGRATIONS).map_err(InfraError::from)?;
    match found {
        Found::Nothing => Ok(Schema::new(&known, &[], true)),
        Found::Steps(steps) if steps.iter().any(|step| known.contains(step)) => {
            Ok(Schema::new(&known, &steps, true))
        }
        Found::Steps(_) | Found::Others => Err(unusable(
            "it is the database of another program; it was left as it is".to_owned(),
        )),
    }
}

enum Found {
    /// No table at all.
    Nothing,
    /// Migrations, of this program or of another one that keeps account of them in the same way.
    Steps(Vec<String>),
    /// Tables that nobody keeps account of.
    Others,
}

fn find(conn: &mut SqliteConnection) -> QueryResult<Found> {
    let exists = |conn: &mut SqliteConnection, sql| -> QueryResult<bool> {
        diesel::dsl::sql::<Bool>(sql).get_result(conn)
    };
    if exists(conn, HAS_MIGRATIONS)? {
        let steps: Vec<String> = migrations::table.select(migrations::version).load(conn)?;
        return Ok(if steps.is_empty() {
            Found::Nothing
        } else {
            Found::Steps(steps)
        });
    }
    Ok(if exists(conn, HAS_TABLES)? {
        Found::Others
    } else {
        Found::Nothing
    })
}

const HAS_MIGRATIONS: &str =
    "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = '__diesel_schema_migrations')";
const HAS_TABLES: &str = "SELECT EXISTS (SELECT 1 FROM sqlite_schema)";
