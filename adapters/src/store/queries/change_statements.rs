//! The statements that read what happened after a position, and that forget texts.

use diesel::sql_types::{BigInt, Nullable};
use taskhive_domain::UserId;
use taskhive_domain::change::{ChangeNumber, Position};
use uuid::Uuid;

use super::backend::SKIP_LOCKED;
use super::statement::statement;
use super::task_statements::TaskColumns;
use crate::store::types::{DbId, DbTime, Millis, Uid};

/// The types of a [`ChangedRow`](crate::store::change_rows::ChangedRow).
type ChangedColumns = (
    BigInt,
    BigInt,
    Nullable<BigInt>,
    Nullable<Uid>,
    Nullable<TaskColumns>,
    Nullable<BigInt>,
    Nullable<Millis>,
);

/// The columns of a task that changed, after its number.
macro_rules! changed_columns {
    () => {
        "id, title, description, created_at, updated_at, completed_at, version, due_on, priority, \
         tags, rank, change AS edited_change, moved_change, created_change, \
         nullif(created_at, created_at) AS deleted_at FROM tasks WHERE owner_id = "
    };
}

statement! {
    /// The owner's counter, and with it, of one moment, the first changes after a place: of what was edited, of what was moved
    /// since, and of what was deleted a range of an index each, cut off before they are merged. There is always one row, if
    /// there is an owner. In no certain order.
    ///
    /// `nullif` of a column with itself is NULL, and of the column's type, which the parts of a UNION must agree on.
    SelectChanges -> ChangedColumns {
        concat!(
            "SELECT counter.last_change, counter.forgotten_change, changed.number, changed.id, \
             changed.id, changed.title, changed.description, changed.created_at, changed.updated_at, \
             changed.completed_at, changed.version, changed.due_on, changed.priority, \
             changed.tags, changed.rank, changed.edited_change, changed.moved_change, \
             changed.created_change, changed.deleted_at FROM task_counters AS counter \
             LEFT JOIN (SELECT * FROM (SELECT change AS number, ", changed_columns!()
        ) => owner: DbId as Uid;
        " AND moved_change IS NULL AND (change, id) > (" => change: i64 as BigInt;
        ", " => id: DbId as Uid;
        ") ORDER BY change, id LIMIT " => limit: i64 as BigInt;
        concat!(
            ") AS edited UNION ALL SELECT * FROM (SELECT moved_change AS number, ",
            changed_columns!()
        ) => moved_owner: DbId as Uid;
        " AND moved_change IS NOT NULL AND (moved_change, id) > (" => moved_change: i64 as BigInt;
        ", " => moved_id: DbId as Uid;
        ") ORDER BY moved_change, id LIMIT " => moved_limit: i64 as BigInt;
        ") AS moved UNION ALL SELECT * FROM (SELECT change AS number, id, nullif(title, title), \
         nullif(description, description), nullif(created_at, created_at), \
         nullif(updated_at, updated_at), nullif(completed_at, completed_at), \
         nullif(version, version), nullif(due_on, due_on), nullif(priority, priority), \
         nullif(tags, tags), nullif(rank, rank), nullif(change, change), nullif(change, change), \
         nullif(change, change), deleted_at FROM deleted_tasks WHERE owner_id = "
             => deleted_owner: DbId as Uid;
        " AND (change, id) > (" => deleted_change: i64 as BigInt;
        ", " => deleted_id: DbId as Uid;
        ") ORDER BY change, id LIMIT " => deleted_limit: i64 as BigInt;
        ") AS deleted ORDER BY number, id LIMIT " => all_limit: i64 as BigInt;
        ") AS changed ON 1 = 1 WHERE counter.owner_id = " => counted: DbId as Uid;
    }
}

statement! {
    /// Forgets what deleted tasks were, but not that they were deleted; the oldest first. Rows that somebody else is busy with
    /// are left to them.
    ForgetTexts -> () {
        "UPDATE deleted_tasks SET title = NULL, description = NULL, created_at = NULL, \
         updated_at = NULL, completed_at = NULL, version = NULL, due_on = NULL, priority = NULL, \
         tags = NULL, rank = NULL WHERE (owner_id, id) IN \
         (SELECT owner_id, id FROM deleted_tasks WHERE title IS NOT NULL AND deleted_at <= "
             => until: DbTime as Millis;
        " ORDER BY deleted_at LIMIT " => limit: i64 as BigInt;
        SKIP_LOCKED;
        ")";
    }
}

impl SelectChanges {
    /// The first `first` changes, and one more, after a place; without one, of all tasks that are there.
    pub(super) fn new(owner: UserId, after: Option<Position>, first: u32) -> Self {
        let owner = DbId(owner.uuid());
        // No id sorts after this one: it is of no version.
        let behind_all = DbId(Uuid::max());
        let place = after.unwrap_or_else(|| Position::after(ChangeNumber::NONE));
        let change = place.number.get();
        let id = place.task.map_or(behind_all, |task| DbId(task.uuid()));
        let (deleted_change, deleted_id) = match (after, place.walk) {
            (None, _) => (i64::MAX, behind_all),
            (Some(_), Some(walk)) if walk > place.number => (walk.get(), behind_all),
            (Some(_), _) => (change, id),
        };
        let limit = i64::from(first) + 1;
        Self {
            owner,
            change,
            id,
            limit,
            moved_owner: owner,
            moved_change: change,
            moved_id: id,
            moved_limit: limit,
            deleted_owner: owner,
            deleted_change,
            deleted_id,
            deleted_limit: limit,
            all_limit: limit,
            counted: owner,
        }
    }
}
