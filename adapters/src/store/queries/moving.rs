//! Moving a task: several statements, under the lock of the owner's counter.

use diesel::QueryResult;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::BigInt;
use futures_util::FutureExt;
use taskhive_domain::change::ChangeNumber;
use taskhive_domain::ports::{InfraError, Move};
use taskhive_domain::task::{Arrangement, Rank, Task};
use taskhive_domain::{TaskId, UserId};

use super::backend::{Conn, Database, Db, RunQueryDsl, locked_counter};
use super::counters;
use super::statement::{statement, varying};
use super::transaction::transaction;
use crate::store::rows::TaskRow;
use crate::store::schema::tasks;
use crate::store::types::{DbId, Uid};

/// How many tasks are looked at first, beside the moved one. Nearly always there is room before the first of them.
const FEW: usize = 4;

statement! {
    /// The tasks that come right after a place in the order of the owner's own making.
    SelectNext -> (Uid, BigInt) {
        "SELECT id, rank FROM tasks WHERE owner_id = " => owner: DbId as Uid;
        " AND (rank, id) > (" => rank: i64 as BigInt;
        ", " => id: DbId as Uid;
        ") ORDER BY rank, id LIMIT " => limit: i64 as BigInt;
    }
}

/// How many tasks get another rank in one statement: as many as all databases bind the values of.
const AT_ONCE: usize = 5_000;

/// Gives tasks other ranks with this change.
struct Rerank {
    owner: DbId,
    ranks: Vec<(DbId, i64)>,
    change: i64,
}

impl QueryFragment<Db> for Rerank {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Db>) -> QueryResult<()> {
        // There are as many texts as there may be tasks; nearly always it is one.
        if self.ranks.len() > 1 {
            out.unsafe_to_cache_prepared();
        }
        out.push_sql("UPDATE tasks SET rank = ranked.column2, moved_change = ");
        out.push_bind_param::<BigInt, _>(&self.change)?;
        // What is in `VALUES` has these names on both databases.
        out.push_sql(" FROM (VALUES ");
        for (place, (id, rank)) in self.ranks.iter().enumerate() {
            out.push_sql(if place == 0 { "(" } else { "), (" });
            out.push_bind_param::<Uid, _>(id)?;
            out.push_sql(", ");
            out.push_bind_param::<BigInt, _>(rank)?;
        }
        out.push_sql(")) AS ranked WHERE tasks.id = ranked.column1 AND tasks.owner_id = ");
        out.push_bind_param::<Uid, _>(&self.owner)
    }
}

varying!(Rerank -> ());

/// What became of it, as rows.
enum Moved {
    /// The row as it was, its rank now, the number, and whether no other row has it.
    Row(TaskRow, Rank, i64, bool),
    Unchanged(TaskRow),
    NotFound,
    NeighbourNotFound,
}

pub(super) async fn place(
    database: &Database,
    owner: UserId,
    id: TaskId,
    after: Option<TaskId>,
) -> Result<Move, InfraError> {
    let (owner, id) = (DbId(owner.uuid()), DbId(id.uuid()));
    let after = after.map(|after| DbId(after.uuid()));
    let moved = database.write("move a task", move |conn| {
        transaction(conn, move |conn| move_task(conn, owner, id, after).boxed()).boxed()
    });
    Ok(match moved.await? {
        Moved::Row(row, rank, number, alone) => {
            let change = ChangeNumber::new(number);
            let task = Task {
                rank,
                moved: Some(change),
                ..row.parse()?
            };
            Move::Moved {
                task,
                change,
                alone,
            }
        }
        Moved::Unchanged(row) => Move::Unchanged(row.parse()?),
        Moved::NotFound => Move::NotFound,
        Moved::NeighbourNotFound => Move::NeighbourNotFound,
    })
}

async fn move_task(
    conn: &mut Conn,
    owner: DbId,
    id: DbId,
    after: Option<DbId>,
) -> QueryResult<Moved> {
    let Some(counter) = locked_counter(conn, owner).await? else {
        return Ok(Moved::NotFound);
    };
    let task = tasks::table.find((owner, id)).select(TaskRow::as_select());
    let Some(task) = task.get_result(conn).await.optional()? else {
        return Ok(Moved::NotFound);
    };
    let Some(before) = place_before(conn, owner, after).await? else {
        return Ok(Moved::NeighbourNotFound);
    };
    let next = next_after(conn, owner, before, FEW).await?;
    if matches!(next.as_slice(), [(first, _), ..] if first.0 == id.0) {
        return Ok(Moved::Unchanged(task));
    }
    let number = counters::next(conn, owner, counter.into()).await?;
    let change = ChangeNumber::new(number);
    let (rank, mut ranks) = if after.is_none() {
        (Rank::top(change), Vec::new())
    } else {
        room_after(conn, owner, id, before, next).await?
    };
    let alone = ranks.is_empty();
    ranks.push((id, rank.get()));
    for ranks in ranks.chunks(AT_ONCE) {
        let statement = Rerank {
            owner,
            ranks: ranks.to_vec(),
            change: number,
        };
        statement.execute(conn).await?;
    }
    Ok(Moved::Row(task, rank, number, alone))
}

/// Where to put the task after this place, and the new ranks of those that have to move up. `next` are the first that come
/// after it.
async fn room_after(
    conn: &mut Conn,
    owner: DbId,
    id: DbId,
    before: (i64, DbId),
    mut next: Vec<(DbId, i64)>,
) -> QueryResult<(Rank, Vec<(DbId, i64)>)> {
    let mut seen = FEW;
    loop {
        let all = next.len() < seen;
        next.retain(|(other, _)| other.0 != id.0);
        let ranks: Vec<Rank> = next.iter().map(|(_, rank)| Rank::new(*rank)).collect();
        if let Arrangement::Fits { rank, moved_up } =
            Arrangement::after(Rank::new(before.0), &ranks, all)
        {
            let ids = next.into_iter().map(|(other, _)| other);
            let ranks = ids.zip(moved_up.into_iter().map(Rank::get));
            return Ok((rank, ranks.collect()));
        }
        seen *= 2;
        next = next_after(conn, owner, before, seen).await?;
    }
}

/// The place of this neighbour, if there is one; that before everything without a neighbour.
async fn place_before(
    conn: &mut Conn,
    owner: DbId,
    neighbour: Option<DbId>,
) -> QueryResult<Option<(i64, DbId)>> {
    let Some(id) = neighbour else {
        return Ok(Some((i64::MIN, DbId(uuid::Uuid::nil()))));
    };
    let rank = tasks::table.find((owner, id)).select(tasks::rank);
    let rank: Option<i64> = rank.get_result(conn).await.optional()?;
    Ok(rank.map(|rank| (rank, id)))
}

async fn next_after(
    conn: &mut Conn,
    owner: DbId,
    (rank, id): (i64, DbId),
    limit: usize,
) -> QueryResult<Vec<(DbId, i64)>> {
    let statement = SelectNext {
        owner,
        rank,
        id,
        limit: i64::try_from(limit).unwrap_or(i64::MAX),
    };
    statement.load(conn).await
}
