//! The counters of owners: made with the account, moved on by whoever stores several tasks at once.

use diesel::QueryResult;
use diesel::prelude::*;
use taskhive_domain::UserId;
use taskhive_domain::change::{ChangeNumber, TaskCounter};

use super::backend::{Conn, RunQueryDsl};
use crate::store::schema::task_counters;
use crate::store::types::DbId;

/// Makes the counter of a new account. There may be one already: a trigger makes it where the previous release is still about.
pub(super) async fn make(conn: &mut Conn, owner: UserId, counter: TaskCounter) -> QueryResult<()> {
    let values = (
        task_counters::last_change.eq(counter.last_change.get()),
        task_counters::forgotten_change.eq(counter.forgotten_change.get()),
    );
    diesel::insert_into(task_counters::table)
        .values((task_counters::owner_id.eq(DbId(owner.uuid())), values))
        .on_conflict(task_counters::owner_id)
        .do_update()
        .set(values)
        .execute(conn)
        .await?;
    Ok(())
}

/// Says how far an owner's changes have come. The counter must be locked.
pub(super) async fn store(conn: &mut Conn, owner: DbId, counter: TaskCounter) -> QueryResult<()> {
    diesel::update(task_counters::table.find(owner))
        .set((
            task_counters::last_change.eq(counter.last_change.get()),
            task_counters::forgotten_change.eq(counter.forgotten_change.get()),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Makes the positions expire that lie before this change. The counter must be locked.
pub(super) async fn forget(conn: &mut Conn, owner: DbId, change: ChangeNumber) -> QueryResult<()> {
    diesel::update(task_counters::table.find(owner))
        .filter(task_counters::forgotten_change.lt(change.get()))
        .set(task_counters::forgotten_change.eq(change.get()))
        .execute(conn)
        .await?;
    Ok(())
}

/// Takes the owner's next number. The counter must be locked.
pub(super) async fn next(conn: &mut Conn, owner: DbId, counter: TaskCounter) -> QueryResult<i64> {
    let last_change = counter.last_change.next();
    let counter = TaskCounter {
        last_change,
        ..counter
    };
    store(conn, owner, counter).await?;
    Ok(last_change.get())
}
