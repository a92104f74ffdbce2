//! Storing tasks and deleted tasks that come from an archive, under the lock of the owner's counter.

use std::collections::HashSet;

use diesel::QueryResult;
use diesel::prelude::*;
use diesel::result::Error as DieselError;
use futures_util::FutureExt;
use taskhive_domain::UserId;
use taskhive_domain::archive::Numbering;
use taskhive_domain::change::{ChangeNumber, DeletedTask, StoredTask, TaskCounter};
use taskhive_domain::ports::InfraError;
use uuid::Uuid;

use super::backend::{Conn, Database, RunQueryDsl, locked_counter};
use super::counters;
use super::task_statements::{InsertNumbered, TaskValues};
use super::transaction::transaction;
use crate::store::change_rows::DeletedTaskRow;
use crate::store::schema::{deleted_tasks, tasks};
use crate::store::types::DbId;

/// In the order in which they were changed, which is the one in which they get new numbers.
pub(super) async fn restore(
    database: &Database,
    owner: UserId,
    mut tasks: Vec<StoredTask>,
    numbering: Numbering,
) -> Result<u64, InfraError> {
    tasks.sort_by_key(|stored| {
        let task = &stored.task;
        (task.newest_change(), task.updated_at, task.id)
    });
    let restored = database.write("restore tasks", move |conn| {
        transaction(conn, move |conn| {
            restore_tasks(conn, owner, tasks, numbering).boxed()
        })
        .boxed()
    });
    restored.await
}

/// The same for deleted ones.
pub(super) async fn restore_deleted(
    database: &Database,
    owner: UserId,
    mut tasks: Vec<DeletedTask>,
    numbering: Numbering,
) -> Result<u64, InfraError> {
    tasks.sort_by_key(|deleted| (deleted.change, deleted.id));
    let restored = database.write("restore deleted tasks", move |conn| {
        transaction(conn, move |conn| {
            restore_deleted_tasks(conn, owner, tasks, numbering).boxed()
        })
        .boxed()
    });
    restored.await
}

async fn restore_tasks(
    conn: &mut Conn,
    owner: UserId,
    tasks: Vec<StoredTask>,
    numbering: Numbering,
) -> QueryResult<u64> {
    let mut store = Store::lock(conn, owner, numbering).await?;
    let ids = tasks.iter().map(|stored| stored.task.id.uuid()).collect();
    let known = known(conn, store.owner, ids).await?;
    let mut restored = 0;
    for stored in tasks {
        if known.contains(&stored.task.id.uuid()) {
            continue;
        }
        let change = store.number(stored.task.newest_change());
        let statement = insertion(&store, &stored, change);
        statement.execute(conn).await?;
        restored += 1;
    }
    store.finish(conn).await?;
    Ok(restored)
}

async fn restore_deleted_tasks(
    conn: &mut Conn,
    owner: UserId,
    tasks: Vec<DeletedTask>,
    numbering: Numbering,
) -> QueryResult<u64> {
    let mut store = Store::lock(conn, owner, numbering).await?;
    let ids = tasks.iter().map(|deleted| deleted.id.uuid()).collect();
    let known = known(conn, store.owner, ids).await?;
    let mut restored = 0;
    for deleted in tasks {
        if known.contains(&deleted.id.uuid()) {
            continue;
        }
        let change = store.number(deleted.change);
        diesel::insert_into(deleted_tasks::table)
            .values(DeletedTaskRow::new(owner, &deleted, change))
            .execute(conn)
            .await?;
        restored += 1;
    }
    store.finish(conn).await?;
    Ok(restored)
}

/// Gives numbers to what is restored.
struct Store {
    owner: DbId,
    counter: TaskCounter,
    numbering: Numbering,
}

impl Store {
    /// Fails if there is no such owner.
    async fn lock(conn: &mut Conn, owner: UserId, numbering: Numbering) -> QueryResult<Self> {
        let owner = DbId(owner.uuid());
        let counter = locked_counter(conn, owner).await?;
        let counter = counter.ok_or(DieselError::NotFound)?.into();
        Ok(Self {
            owner,
            counter,
            numbering,
        })
    }

    fn number(&mut self, archived: ChangeNumber) -> ChangeNumber {
        match self.numbering {
            Numbering::New => {
                self.counter.last_change = self.counter.last_change.next();
                self.counter.last_change
            }
            Numbering::Kept if archived > self.counter.last_change => {
                self.counter.last_change = archived;
                self.counter.forgotten_change = archived;
                archived
            }
            Numbering::Kept => archived,
        }
    }

    async fn finish(self, conn: &mut Conn) -> QueryResult<()> {
        counters::store(conn, self.owner, self.counter).await
    }
}

/// Which of these ids the owner has a task with, or deleted one.
async fn known(conn: &mut Conn, owner: DbId, ids: Vec<Uuid>) -> QueryResult<HashSet<Uuid>> {
    let ids: Vec<DbId> = ids.into_iter().map(DbId).collect();
    let mut known: Vec<DbId> = tasks::table
        .filter(tasks::owner_id.eq(owner))
        .filter(tasks::id.eq_any(&ids))
        .select(tasks::id)
        .load(conn)
        .await?;
    let deleted: Vec<DbId> = deleted_tasks::table
        .filter(deleted_tasks::owner_id.eq(owner))
        .filter(deleted_tasks::id.eq_any(&ids))
        .select(deleted_tasks::id)
        .load(conn)
        .await?;
    known.extend(deleted);
    Ok(known.into_iter().map(|id| id.0).collect())
}

fn insertion(store: &Store, stored: &StoredTask, change: ChangeNumber) -> InsertNumbered {
    let task = &stored.task;
    let (change, moved, created_change) = match store.numbering {
        Numbering::Kept => (task.change, task.moved, stored.created_change),
        Numbering::New => (change, None, change),
    };
    InsertNumbered {
        task: TaskValues::new(store.owner, task),
        change: change.get(),
        created_change: created_change.get(),
        rank: task
            .rank
            .or_plausible(store.counter.last_change, created_change)
            .get(),
        moved_change: moved.map(ChangeNumber::get),
    }
}
