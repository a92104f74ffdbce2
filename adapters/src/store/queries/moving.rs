//! Moving a task: several statements, under the lock of the owner's counter.

use diesel::QueryResult;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use futures_util::FutureExt;
use taskhive_domain::change::ChangeNumber;
use taskhive_domain::ports::{InfraError, Move};
use taskhive_domain::task::{Arrangement, Rank};
use taskhive_domain::{TaskId, UserId};

use super::backend::{Conn, Database, RunQueryDsl, locked_counter};
use super::counters;
use super::statement::statement;
use super::task_statements::{TaskColumns, task_columns};
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

statement! {
    /// Gives a task another rank with this change.
    Rerank -> TaskColumns {
        "UPDATE tasks SET rank = " => rank: i64 as BigInt;
        ", moved_change = " => change: i64 as BigInt;
        " WHERE owner_id = " => owner: DbId as Uid;
        " AND id = " => id: DbId as Uid;
        concat!(" RETURNING ", task_columns!());
    }
}

/// What became of it, as rows.
enum Moved {
    /// The row, the number, and whether no other row has it.
    Row(TaskRow, i64, bool),
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
        Moved::Row(row, change, alone) => Move::Moved {
            task: row.parse()?,
            change: ChangeNumber::new(change),
            alone,
        },
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
    let mut next = next_after(conn, owner, before, FEW).await?;
    if matches!(next.as_slice(), [(first, _), ..] if first.0 == id.0) {
        return Ok(Moved::Unchanged(task));
    }
    let number = counters::next(conn, owner, counter.into()).await?;
    let change = ChangeNumber::new(number);
    if after.is_none() {
        let row = rerank(conn, owner, id, Rank::top(change), number).await?;
        return Ok(Moved::Row(row, number, true));
    }
    let mut seen = FEW;
    loop {
        let all = next.len() < seen;
        next.retain(|(other, _)| other.0 != id.0);
        let ranks: Vec<Rank> = next.iter().map(|(_, rank)| Rank::new(*rank)).collect();
        match Arrangement::after(Rank::new(before.0), &ranks, all) {
            Arrangement::Crowded => seen *= 2,
            Arrangement::Fits { rank, moved_up } => {
                let alone = moved_up.is_empty();
                for ((other, _), rank) in next.iter().zip(moved_up) {
                    rerank(conn, owner, *other, rank, number).await?;
                }
                let row = rerank(conn, owner, id, rank, number).await?;
                return Ok(Moved::Row(row, number, alone));
            }
        }
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

async fn rerank(
    conn: &mut Conn,
    owner: DbId,
    id: DbId,
    rank: Rank,
    change: i64,
) -> QueryResult<TaskRow> {
    let statement = Rerank {
        rank: rank.get(),
        change,
        owner,
        id,
    };
    statement.get_result(conn).await
}
