//! Sessions. The table holds living ones; ending one moves its id to `ended_sessions`, in one transaction.

use async_trait::async_trait;
use diesel::QueryResult;
use diesel::prelude::*;
use futures_util::FutureExt;
use taskhive_domain::ports::{EndedSession, InfraError, SessionRepository, SignIn};
use taskhive_domain::session::{
    ABSOLUTE_LIFETIME, ENDED_MEMORY, Generation, IDLE_LIFETIME, Rotation, Session,
};
use taskhive_domain::{SessionId, Timestamp, UserId};

use super::backend::{Conn, Database, Db, RunQueryDsl, locked_session, remember_ended};
use super::transaction::transaction;
use super::users;
use crate::store::rows::{EndedSessionRow, SessionRow};
use crate::store::schema::{ended_sessions, sessions};
use crate::store::types::{DbId, DbTime};

/// The sessions of all users.
pub(crate) struct DieselSessions(pub(crate) Database);

#[async_trait]
impl SessionRepository for DieselSessions {
    async fn open(&self, sign_in: &SignIn) -> Result<Option<Vec<SessionId>>, InfraError> {
        let sign_in = sign_in.clone();
        self.0
            .write("open a session", move |conn| {
                transaction(conn, move |conn| open(conn, sign_in).boxed()).boxed()
            })
            .await
    }

    async fn find(
        &self,
        user: UserId,
        id: SessionId,
        now: Timestamp,
    ) -> Result<Option<Session>, InfraError> {
        let row = self
            .0
            .read("find a session", move |conn| {
                living(DbId(user.uuid()), used_after(now), begun_after(now))
                    .filter(sessions::id.eq(DbId(id.uuid())))
                    .select(SessionRow::as_select())
                    .get_result(conn)
                    .map(OptionalExtension::optional)
                    .boxed()
            })
            .await?;
        Ok(row.map(Session::from))
    }

    async fn rotate(
        &self,
        id: SessionId,
        presented: Generation,
        now: Timestamp,
    ) -> Result<Rotation, InfraError> {
        self.0
            .write("rotate a session", move |conn| {
                transaction(conn, move |conn| rotate(conn, id, presented, now).boxed()).boxed()
            })
            .await
    }

    async fn end_held(&self, id: SessionId, now: Timestamp) -> Result<Option<UserId>, InfraError> {
        self.0
            .write("end a session", move |conn| {
                transaction(conn, move |conn| end_held(conn, id, now).boxed()).boxed()
            })
            .await
    }

    async fn end(&self, user: UserId, id: SessionId, now: Timestamp) -> Result<bool, InfraError> {
        self.0
            .write("end a session", move |conn| {
                transaction(conn, move |conn| end(conn, user, id, now).boxed()).boxed()
            })
            .await
    }

    async fn end_others(
        &self,
        user: UserId,
        keep: Option<SessionId>,
        now: Timestamp,
    ) -> Result<Vec<SessionId>, InfraError> {
        self.0
            .write("end the other sessions", move |conn| {
                transaction(conn, move |conn| end_others(conn, user, keep, now).boxed()).boxed()
            })
            .await
    }

    async fn list(&self, user: UserId, now: Timestamp) -> Result<Vec<Session>, InfraError> {
        let rows = self
            .0
            .read("list sessions", move |conn| {
                living(DbId(user.uuid()), used_after(now), begun_after(now))
                    .order((sessions::last_used_at.desc(), sessions::id.desc()))
                    .limit(Session::MAX_PER_USER.into())
                    .select(SessionRow::as_select())
                    .load(conn)
                    .boxed()
            })
            .await?;
        Ok(rows.into_iter().map(Session::from).collect())
    }

    async fn remove_expired(&self, now: Timestamp, limit: u32) -> Result<u64, InfraError> {
        self.0
            .write("remove expired sessions", move |conn| {
                transaction(conn, move |conn| remove_expired(conn, now, limit).boxed()).boxed()
            })
            .await
    }

    async fn ended_since(&self, since: Timestamp) -> Result<Vec<EndedSession>, InfraError> {
        let rows = self
            .0
            .read("list ended sessions", move |conn| {
                ended_since(DbTime(since)).load(conn).boxed()
            })
            .await?;
        Ok(rows.into_iter().map(EndedSession::from).collect())
    }
}

/// A session that was not used after this is over at `now`.
fn used_after(now: Timestamp) -> DbTime {
    DbTime(now.minus(IDLE_LIFETIME))
}

/// A session that did not begin after this is over at `now`.
fn begun_after(now: Timestamp) -> DbTime {
    DbTime(now.minus(ABSOLUTE_LIFETIME))
}

/// The user's sessions that are not over by their age.
#[diesel::dsl::auto_type(no_type_alias)]
fn living(user: DbId, used_after: DbTime, begun_after: DbTime) -> _ {
    sessions::table
        .filter(sessions::user_id.eq(user))
        .filter(sessions::last_used_at.gt(used_after))
        .filter(sessions::created_at.gt(begun_after))
}

/// Served by the index on the time.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn ended_since(since: DbTime) -> _ {
    let columns: diesel::dsl::AsSelect<EndedSessionRow, Db> = EndedSessionRow::as_select();
    ended_sessions::table
        .filter(ended_sessions::ended_at.ge(since))
        .select(columns)
}

/// The user is locked until the end of the transaction, so a change of password is through already, or waits.
async fn open(conn: &mut Conn, sign_in: SignIn) -> QueryResult<Option<Vec<SessionId>>> {
    let (user, now) = (sign_in.session.user, sign_in.session.created_at);
    if !users::has_hash(conn, user, &sign_in.verified).await? {
        return Ok(None);
    }
    if let Some(rehashed) = &sign_in.rehashed {
        users::store_hash(conn, user, rehashed).await?;
    }
    let ended = make_room(conn, user, now).await?;
    diesel::insert_into(sessions::table)
        .values(SessionRow::from(&sign_in.session))
        .execute(conn)
        .await?;
    Ok(Some(ended))
}

/// Ends living sessions until there is room for one more: none or one, but where an older release let them grow. One that is
/// used in this very moment stays.
async fn make_room(conn: &mut Conn, user: UserId, now: Timestamp) -> QueryResult<Vec<SessionId>> {
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

/// The row is locked until the end of the transaction, so of concurrent callers one decides after the other.
async fn rotate(
    conn: &mut Conn,
    id: SessionId,
    presented: Generation,
    now: Timestamp,
) -> QueryResult<Rotation> {
    let Some(row) = locked_session(conn, DbId(id.uuid())).await? else {
        return Ok(Rotation::Refused);
    };
    let rotation = Session::from(row).rotate(presented, now);
    match &rotation {
        Rotation::Rotated(next) => {
            store_generation(conn, next).await?;
        }
        Rotation::Reused(session) => {
            end(conn, session.user, id, now).await?;
        }
        Rotation::Repeated(_) | Rotation::Refused => {}
    }
    Ok(rotation)
}

async fn end_held(conn: &mut Conn, id: SessionId, now: Timestamp) -> QueryResult<Option<UserId>> {
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

async fn end(conn: &mut Conn, user: UserId, id: SessionId, now: Timestamp) -> QueryResult<bool> {
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

/// The session with its next generation, not stored yet, and locked until the end of the transaction; `None` if it is not this
/// user's or is over.
pub(super) async fn renewed(
    conn: &mut Conn,
    user: UserId,
    id: SessionId,
    now: Timestamp,
) -> QueryResult<Option<Session>> {
    let row = locked_session(conn, DbId(id.uuid())).await?;
    let session = row
        .map(Session::from)
        .filter(|session| session.user == user);
    Ok(session.and_then(|session| session.renewed(now)))
}

/// Stores what is new of a session that was rotated or renewed.
pub(super) async fn store_generation(conn: &mut Conn, next: &Session) -> QueryResult<()> {
    diesel::update(sessions::table.find(DbId(next.id.uuid())))
        .set((
            sessions::generation.eq(next.generation),
            sessions::last_used_at.eq(DbTime(next.last_used_at)),
            sessions::renewed_at.eq(next.renewed_at.map(DbTime)),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Sessions first, then memories with what is left of the limit.
async fn remove_expired(conn: &mut Conn, now: Timestamp, limit: u32) -> QueryResult<u64> {
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
