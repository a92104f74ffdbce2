//! Which migrations are still to be run. Reading only: Diesel's own way makes the table of migrations first.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use futures_util::FutureExt;
use taskhive_domain::ports::InfraError;

use super::backend::{self, RunQueryDsl};
use crate::store::migrations;
use crate::store::schema::__diesel_schema_migrations::dsl::{__diesel_schema_migrations, version};

impl backend::Database {
    /// Their versions, oldest first.
    pub(crate) async fn migrations_to_run(&self) -> Result<Vec<String>, InfraError> {
        let known = migrations::versions::<backend::Db>(&backend::migrations::MIGRATIONS)?;
        let run: Vec<String> = self
            .read("look which migrations were run", |conn| {
                async move {
                    let some = diesel::select(sql::<Bool>(backend::HAS_MIGRATIONS));
                    if !some.get_result::<bool>(conn).await? {
                        return Ok(Vec::new());
                    }
                    __diesel_schema_migrations.select(version).load(conn).await
                }
                .boxed()
            })
            .await?;
        let mut pending = known;
        pending.retain(|each| !run.contains(each));
        pending.sort();
        Ok(pending)
    }
}
