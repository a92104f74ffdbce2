//! Looks at the tables, and at what this role may do to them. Only reading: a role that may do no more than the service needs
//! cannot make the table of migrations, not even if it is there.

use diesel::QueryableByName;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;
use taskhive_domain::ports::InfraError;
use tokio::time::timeout;

use super::migrations::MIGRATIONS;
use super::{Conn, Database};
use crate::store::errors;
use crate::store::migrations::{DOING, Schema, versions};
use crate::store::schema::__diesel_schema_migrations as migrations;

/// Whoever runs migrations makes tables, and changes those that are there.
const RIGHTS: &str = "
    SELECT to_regclass('__diesel_schema_migrations') IS NOT NULL AS has_migrations,
           coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)
           AND NOT EXISTS (
               SELECT FROM pg_class
               WHERE oid IN (to_regclass('users'), to_regclass('sessions'), to_regclass('tasks'))
               AND NOT pg_has_role(relowner, 'USAGE')
           ) AS may_migrate";

#[derive(QueryableByName)]
struct Rights {
    #[diesel(sql_type = Bool)]
    has_migrations: bool,
    #[diesel(sql_type = Bool)]
    may_migrate: bool,
}

impl Database {
    /// Past the pooler, as migrations are run.
    pub(crate) async fn look_at_schema(&self) -> Result<Schema, InfraError> {
        let mut conn = self.connect_directly().await?;
        let (applied, may_migrate) = timeout(self.limits.statement, look(&mut conn))
            .await
            .map_err(|_| errors::out_of_time(DOING))?
            .map_err(|error| errors::failed(DOING, &error))?;
        let known = versions::<Pg>(&MIGRATIONS).map_err(InfraError::from)?;
        Ok(Schema::new(&known, &applied, may_migrate))
    }
}

async fn look(conn: &mut Conn) -> QueryResult<(Vec<String>, bool)> {
    let rights: Rights = diesel::sql_query(RIGHTS).get_result(conn).await?;
    let applied = if rights.has_migrations {
        migrations::table
            .select(migrations::version)
            .load(conn)
            .await?
    } else {
        Vec::new()
    };
    Ok((applied, rights.may_migrate))
}
