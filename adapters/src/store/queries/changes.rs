//! The order of changes: what happened after a position, how far owners have come, and what is cleared away.

use std::time::Duration;

use async_trait::async_trait;
use diesel::QueryResult;
use diesel::prelude::*;
use futures_util::FutureExt;
use taskhive_domain::change::{ChangeNumber, Changed, Changes, Position, RESTORABLE_FOR};
use taskhive_domain::ports::{ChangesSince, InfraError, TaskChanges};
use taskhive_domain::{Timestamp, UserId};

use super::backend::{Conn, Database, RunQueryDsl, locked_counter};
use super::change_statements::{ForgetTexts, SelectChanges};
use super::counters;
use super::transaction::transaction;
use crate::store::change_rows::ChangedRow;
use crate::store::schema::{deleted_tasks, task_counters};
use crate::store::types::{DbId, DbTime};

/// The changes of all users' tasks.
pub(crate) struct DieselChanges(pub(crate) Database);

#[async_trait]
impl TaskChanges for DieselChanges {
    async fn since(
        &self,
        owner: UserId,
        after: Option<Position>,
        first: u32,
    ) -> Result<ChangesSince, InfraError> {
        let statement = SelectChanges::new(owner, after, first);
        let rows: Vec<ChangedRow> = self.0.read_by_key("read changes", statement).await?;
        let Some(counter) = rows.iter().map(ChangedRow::counter).next() else {
            return Ok(ChangesSince::UnknownOwner);
        };
        let after = after.unwrap_or_else(|| Position::beginning(counter));
        if after.is_expired(counter) {
            return Ok(ChangesSince::Expired);
        }
        let changes = rows.into_iter().map(ChangedRow::parse);
        let changes: Result<Vec<Option<Changed>>, _> = changes.collect();
        let mut changes: Vec<Changed> = changes?.into_iter().flatten().collect();
        // They came in this order, but a join promises none.
        changes.sort_unstable_by_key(|changed| (changed.number, changed.task));
        let changes = Changes::from_surplus(counter, after, first, changes);
        Ok(ChangesSince::Known(changes))
    }

    async fn newest(&self, owners: &[UserId]) -> Result<Vec<(UserId, ChangeNumber)>, InfraError> {
        let owners: Vec<DbId> = owners.iter().map(|owner| DbId(owner.uuid())).collect();
        let rows = self.0.read("compare counters", move |conn| {
            task_counters::table
                .filter(task_counters::owner_id.eq_any(owners))
                .select((task_counters::owner_id, task_counters::last_change))
                .load::<(DbId, i64)>(conn)
                .boxed()
        });
        let newest = rows.await?.into_iter();
        let newest = newest.map(|(id, last)| (UserId::from_uuid(id.0), ChangeNumber::new(last)));
        Ok(newest.collect())
    }

    async fn clear_deletions(
        &self,
        now: Timestamp,
        keep: Duration,
        limit: u32,
    ) -> Result<u64, InfraError> {
        let texts_until = DbTime(now.minus(RESTORABLE_FOR));
        let until = DbTime(now.minus(keep.max(RESTORABLE_FOR)));
        let cleared = self.0.write("clear deleted tasks away", move |conn| {
            transaction(conn, move |conn| {
                async move {
                    let texts = ForgetTexts {
                        until: texts_until,
                        limit: limit.into(),
                    };
                    let texts = texts.execute(conn).await? as u64;
                    let left = i64::from(limit).saturating_sub_unsigned(texts);
                    Ok(texts + forget_deletions(conn, until, left).await?)
                }
                .boxed()
            })
            .boxed()
        });
        cleared.await
    }
}

/// Those of one owner only: whoever clears away at the same time has another one's counter, or waits for this one. The
/// earliest first, so that no more positions expire than must.
async fn forget_deletions(conn: &mut Conn, until: DbTime, limit: i64) -> QueryResult<u64> {
    let old = deleted_tasks::table
        .filter(deleted_tasks::title.is_null())
        .filter(deleted_tasks::deleted_at.le(until));
    let owner = old
        .order(deleted_tasks::deleted_at)
        .limit(limit.min(1))
        .select(deleted_tasks::owner_id)
        .get_result::<DbId>(conn)
        .await
        .optional()?;
    let Some(owner) = owner else {
        return Ok(0);
    };
    locked_counter(conn, owner).await?;
    let earliest: Vec<(DbId, i64)> = old
        .filter(deleted_tasks::owner_id.eq(owner))
        .order((deleted_tasks::change, deleted_tasks::id))
        .limit(limit)
        .select((deleted_tasks::id, deleted_tasks::change))
        .load(conn)
        .await?;
    let Some((_, last)) = earliest.last().copied() else {
        return Ok(0);
    };
    let ids: Vec<DbId> = earliest.into_iter().map(|(id, _)| id).collect();
    let removed = diesel::delete(deleted_tasks::table)
        .filter(deleted_tasks::owner_id.eq(owner))
        .filter(deleted_tasks::id.eq_any(ids))
        .execute(conn)
        .await?;
    counters::forget(conn, owner, ChangeNumber::new(last)).await?;
    Ok(removed as u64)
}
