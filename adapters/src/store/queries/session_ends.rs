//! How sessions end: the row is deleted and its id remembered, in one transaction. Many take as many statements as one.

use diesel::QueryResult;
use diesel::prelude::*;
use taskhive_domain::session::{ENDED_MEMORY, Session};
use taskhive_domain::{SessionId, Timestamp, UserId};

use super::backend::{Conn, RunQueryDsl, remember_ended};
use super::sessions::{begun_after, living, used_after};
use crate::store::schema::{ended_sessions, sessions};
use crate::store::types::{DbId, DbTime};

pub(super) async fn end_held(
    conn: &mut Conn,
    id: SessionId,
    now: Timestamp,
) -> QueryResult<Option<UserId>> {
    let id = DbId(id.uuid());
    let owner: Option<DbId> = diesel::delete(sessions::table.find(id))
        .returning(sessions::user_id)
        .get_result(conn)
        .await
        .optional()?;
    if owner.is_some() {
        remember(conn, vec![id], now).await?;
    }
    Ok(owner.map(|owner| UserId::from_uuid(owner.0)))
}

pub(super) async fn end(
    conn: &mut Conn,
    user: UserId,
    id: SessionId,
    now: Timestamp,
) -> QueryResult<bool> {
    let (user, id) = (DbId(user.uuid()), DbId(id.uuid()));
    let living = sessions::table.find(id).filter(sessions::user_id.eq(user));
    if diesel::delete(living).execute(conn).await? == 0 {
        return Ok(false);
    }
    remember(conn, vec![id], now).await?;
    Ok(true)
}

/// Ends all sessions of the user but one.
pub(super) async fn end_others(
    conn: &mut Conn,
    user: UserId,
    keep: Option<SessionId>,
    now: Timestamp,
) -> QueryResult<Vec<SessionId>> {
    // No session has the nil id, so without one to keep all are others.
    let keep = DbId(keep.map_or_else(uuid::Uuid::nil, SessionId::uuid));
    let others = sessions::table
        .filter(sessions::user_id.eq(DbId(user.uuid())))
        .filter(sessions::id.ne(keep));
    let ended = diesel::delete(others)
        .returning(sessions::id)
        .get_results(conn)
        .await?;
    remember(conn, ended, now).await
}

/// Remembers sessions that have just been deleted, and names them.
async fn remember(
    conn: &mut Conn,
    ended: Vec<DbId>,
    now: Timestamp,
) -> QueryResult<Vec<SessionId>> {
    let ids = ended.iter().map(|id| SessionId::from_uuid(id.0)).collect();
    if !ended.is_empty() {
        remember_ended(conn, ended, DbTime(now)).await?;
    }
    Ok(ids)
}

/// Ends living sessions until there is room for one more: none or one, but where an older release let them grow. One that is
/// used in this very moment stays.
pub(super) async fn make_room(
    conn: &mut Conn,
    user: UserId,
    now: Timestamp,
) -> QueryResult<Vec<SessionId>> {
    let living = living(DbId(user.uuid()), used_after(now), begun_after(now));
    let last_to_stay = living
        .order((sessions::last_used_at.desc(), sessions::id.desc()))
        .offset(i64::from(Session::MAX_PER_USER) - 2)
        .limit(1)
        .select((sessions::last_used_at, sessions::id))
        .get_result::<(DbTime, DbId)>(conn)
        .await
        .optional()?;
    let Some((last_used_at, id)) = last_to_stay else {
        return Ok(Vec::new());
    };
    let tied = sessions::last_used_at
        .eq(last_used_at)
        .and(sessions::id.lt(id));
    let giving_way = living.filter(sessions::last_used_at.lt(last_used_at).or(tied));
    let ended = diesel::delete(giving_way)
        .returning(sessions::id)
        .get_results(conn)
        .await?;
    remember(conn, ended, now).await
}

/// Sessions first, then memories with what is left of the limit.
pub(super) async fn remove_expired(
    conn: &mut Conn,
    now: Timestamp,
    limit: u32,
) -> QueryResult<u64> {
    let unused = sessions::last_used_at.le(used_after(now));
    let old = sessions::created_at.le(begun_after(now));
    let over: Vec<DbId> = sessions::table
        .filter(unused.or(old))
        .limit(limit.into())
        .select(sessions::id)
        .load(conn)
        .await?;
    let over = diesel::delete(sessions::table.filter(sessions::id.eq_any(over)))
        .execute(conn)
        .await? as u64;
    let forgotten = ended_sessions::ended_at.lt(DbTime(now.minus(ENDED_MEMORY * 2)));
    let forgotten: Vec<DbId> = ended_sessions::table
        .filter(forgotten)
        .limit(i64::from(limit).saturating_sub_unsigned(over))
        .select(ended_sessions::session_id)
        .load(conn)
        .await?;
    let forgotten = ended_sessions::session_id.eq_any(forgotten);
    let forgotten = diesel::delete(ended_sessions::table.filter(forgotten))
        .execute(conn)
        .await? as u64;
    Ok(over + forgotten)
}
