//! Storing many tasks.

use diesel::QueryResult;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::BigInt;
use futures_util::FutureExt;
use taskhive_domain::change::ChangeNumber;
use taskhive_domain::ports::{BatchInsertion, InfraError};
use taskhive_domain::task::{Rank, Task};
use taskhive_domain::{TaskId, UserId};

use super::super::backend::{Conn, Database, Db, RunQueryDsl, locked_counter};
use super::super::counters;
use super::super::statement::varying;
use super::super::task_statements::{TaskValues, written_columns};
use super::super::transaction::transaction;
use super::{Rows, parsed, rows_of};
use crate::store::schema::deleted_tasks;
use crate::store::types::DbId;

/// What an insertion finds.
enum Inserted {
    /// Those that were there, and the number of the others, which are there now.
    Done(Rows, Option<i64>),
    Deleted(Vec<DbId>),
    UnknownOwner,
}

pub(in super::super) async fn insert(
    database: &Database,
    owner: UserId,
    new: &[Task],
) -> Result<BatchInsertion, InfraError> {
    let key = DbId(owner.uuid());
    let values: Vec<TaskValues> = new.iter().map(|task| TaskValues::new(key, task)).collect();
    let inserted = database.write("insert tasks", move |conn| {
        transaction(conn, move |conn| insert_all(conn, key, values).boxed()).boxed()
    });
    let (rows, number) = match inserted.await? {
        Inserted::Done(rows, number) => (rows, number),
        Inserted::Deleted(ids) => {
            let ids = ids.into_iter().map(|id| TaskId::from_uuid(id.0));
            return Ok(BatchInsertion::Deleted(ids.collect()));
        }
        Inserted::UnknownOwner => return Ok(BatchInsertion::UnknownOwner),
    };
    let (mut existing, change) = (parsed(rows)?, number.map(ChangeNumber::new));
    let stored = |(place, task): (usize, &Task)| {
        let created = |change| Task {
            rank: Rank::top_of_several(change, place),
            change,
            ..task.clone()
        };
        existing.remove(&task.id).or_else(|| change.map(created))
    };
    Ok(BatchInsertion::Done {
        tasks: new.iter().enumerate().filter_map(stored).collect(),
        change,
    })
}

async fn insert_all(
    conn: &mut Conn,
    owner: DbId,
    values: Vec<TaskValues>,
) -> QueryResult<Inserted> {
    let Some(counter) = locked_counter(conn, owner).await? else {
        return Ok(Inserted::UnknownOwner);
    };
    let ids: Vec<DbId> = values.iter().map(|values| values.id).collect();
    let deleted: Vec<DbId> = deleted_tasks::table
        .filter(deleted_tasks::owner_id.eq(owner))
        .filter(deleted_tasks::id.eq_any(&ids))
        .select(deleted_tasks::id)
        .load(conn)
        .await?;
    if !deleted.is_empty() {
        return Ok(Inserted::Deleted(deleted));
    }
    let existing = rows_of(conn, owner, &ids).await?;
    let mut new: Vec<(i64, TaskValues)> = Vec::new();
    for (place, values) in values.into_iter().enumerate() {
        if !existing.contains_key(&values.id.0) {
            new.push((Rank::offset(place), values));
        }
    }
    if new.is_empty() {
        return Ok(Inserted::Done(existing, None));
    }
    let change = counters::next(conn, owner, counter.into()).await?;
    let top = Rank::top(ChangeNumber::new(change)).get();
    let rows = new
        .into_iter()
        .map(|(offset, values)| (values, top + offset))
        .collect();
    InsertAll { rows, change }.execute(conn).await?;
    Ok(Inserted::Done(existing, Some(change)))
}

/// Stores tasks under one number that the transaction has taken. None of them may be there.
struct InsertAll {
    /// With their ranks.
    rows: Vec<(TaskValues, i64)>,
    change: i64,
}

impl QueryFragment<Db> for InsertAll {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Db>) -> QueryResult<()> {
        // There are as many texts as there may be tasks.
        out.unsafe_to_cache_prepared();
        out.push_sql(concat!(
            "INSERT INTO tasks (",
            written_columns!(),
            ") VALUES "
        ));
        for (place, (values, rank)) in self.rows.iter().enumerate() {
            out.push_sql(if place == 0 { "(" } else { "), (" });
            values.walk_ast(out.reborrow())?;
            for number in [&self.change, &self.change, rank] {
                out.push_sql(", ");
                out.push_bind_param::<BigInt, _>(number)?;
            }
        }
        out.push_sql(")");
        Ok(())
    }
}

varying!(InsertAll -> ());
