//! Deleting many tasks.

use diesel::QueryResult;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::BigInt;
use futures_util::FutureExt;
use taskhive_domain::change::ChangeNumber;
use taskhive_domain::ports::{BatchDeletion, InfraError};
use taskhive_domain::{TaskId, Timestamp, UserId};

use super::super::backend::{Conn, Database, Db, RunQueryDsl, locked_counter};
use super::super::statement::{statement, varying};
use super::super::transaction::transaction;
use super::keys;
use crate::store::schema::tasks;
use crate::store::types::{DbId, DbTime, Millis, Uid};

/// What a deletion comes to.
enum Deleted {
    Done(i64),
    /// Only these are there.
    OnlyThese(Vec<DbId>),
}

pub(in super::super) async fn delete(
    database: &Database,
    owner: UserId,
    ids: &[TaskId],
    now: Timestamp,
) -> Result<BatchDeletion, InfraError> {
    let (owner, keys) = (DbId(owner.uuid()), keys(ids.iter().copied()));
    let deleted = database.write("delete tasks", move |conn| {
        transaction(conn, move |conn| {
            delete_all(conn, owner, keys, DbTime(now)).boxed()
        })
        .boxed()
    });
    Ok(match deleted.await? {
        Deleted::Done(number) => BatchDeletion::Done(ChangeNumber::new(number)),
        Deleted::OnlyThese(found) => {
            let mut missing = ids.to_vec();
            missing.retain(|id| found.iter().all(|found| found.0 != id.uuid()));
            BatchDeletion::Missing(missing)
        }
    })
}

async fn delete_all(
    conn: &mut Conn,
    owner: DbId,
    ids: Vec<DbId>,
    now: DbTime,
) -> QueryResult<Deleted> {
    if locked_counter(conn, owner).await?.is_none() {
        return Ok(Deleted::OnlyThese(Vec::new()));
    }
    let found: Vec<DbId> = tasks::table
        .filter(tasks::owner_id.eq(owner))
        .filter(tasks::id.eq_any(&ids))
        .select(tasks::id)
        .load(conn)
        .await?;
    if found.len() < ids.len() {
        return Ok(Deleted::OnlyThese(found));
    }
    let number: i64 = NextDeletion { owner }.get_result(conn).await?;
    let remember = RememberAll {
        owner,
        ids,
        change: number,
        deleted_at: now,
    };
    (&remember).execute(conn).await?;
    diesel::delete(tasks::table)
        .filter(tasks::owner_id.eq(owner))
        .filter(tasks::id.eq_any(&remember.ids))
        .execute(conn)
        .await?;
    Ok(Deleted::Done(number))
}

statement! {
    /// Takes the owner's next number for a deletion. The counter must be locked.
    NextDeletion -> BigInt {
        "UPDATE task_counters SET last_change = last_change + 1, last_deletion = last_change + 1 \
         WHERE owner_id = " => owner: DbId as Uid;
        " RETURNING last_change";
    }
}

/// Remembers tasks as deleted.
struct RememberAll {
    owner: DbId,
    ids: Vec<DbId>,
    change: i64,
    deleted_at: DbTime,
}

impl QueryFragment<Db> for RememberAll {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Db>) -> QueryResult<()> {
        out.unsafe_to_cache_prepared();
        out.push_sql(
            "INSERT INTO deleted_tasks (owner_id, id, title, description, created_at, updated_at, \
             completed_at, version, due_on, priority, tags, rank, change, deleted_at) \
             SELECT owner_id, id, title, description, created_at, updated_at, completed_at, version, \
             due_on, priority, tags, rank, ",
        );
        out.push_bind_param::<BigInt, _>(&self.change)?;
        out.push_sql(", ");
        out.push_bind_param::<Millis, _>(&self.deleted_at)?;
        out.push_sql(" FROM tasks WHERE owner_id = ");
        out.push_bind_param::<Uid, _>(&self.owner)?;
        out.push_sql(" AND id IN (");
        for (place, id) in self.ids.iter().enumerate() {
            if place > 0 {
                out.push_sql(", ");
            }
            out.push_bind_param::<Uid, _>(id)?;
        }
        out.push_sql(")");
        Ok(())
    }
}

varying!(RememberAll -> ());
