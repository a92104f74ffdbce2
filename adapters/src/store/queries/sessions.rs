//! Sessions. The table holds living ones; ending one moves its id to `ended_sessions`, in one transaction.

use async_trait::async_trait;
use diesel::QueryResult;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use taskhive_domain::ports::{InfraError, SessionRepository, SignIn};
use taskhive_domain::session::{
    ABSOLUTE_LIFETIME, ENDED_MEMORY, Generation, IDLE_LIFETIME, Rotation, Session,
};
use taskhive_domain::{SessionId, Timestamp, UserId};

use super::backend::{Conn, Database, locked_session};
use super::transaction::transaction;
use super::users;
use crate::store::rows::SessionRow;
use crate::store::schema::{ended_sessions, sessions};
use crate::store::types::{DbId, DbTime};

/// The sessions of all users.
pub(crate) struct DieselSessions(pub(crate) Database);

#[async_trait]
impl SessionRepository for DieselSessions {
    async fn open(&self, sign_in: &SignIn) -> Result<bool, InfraError> {
        let sign_in = sign_in.clone();
        self.0
            .write("open a session", move |conn| {
                transaction(conn, move |conn| open(conn, sign_in).boxed()).boxed()
            })
            .await
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
                sessions::table
                    .filter(sessions::user_id.eq(DbId(user.uuid())))
                    .filter(sessions::last_used_at.gt(DbTime(now.minus(IDLE_LIFETIME))))
                    .filter(sessions::created_at.gt(DbTime(now.minus(ABSOLUTE_LIFETIME))))
                    .order((sessions::last_used_at.desc(), sessions::id.desc()))
                    .limit(Session::MAX_LISTED.into())
                    .select(SessionRow::as_select())
                    .load(conn)
                    .boxed()
            })
            .await?;
        Ok(rows.into_iter().map(Session::from).collect())
    }

    async fn remove_expired(&self, now: Timestamp, limit: u32) -> Result<u64, InfraError> {
        let removed = self
            .0
            .write("remove expired sessions", move |conn| {
                transaction(conn, move |conn| {
                    remove_expired(conn, now, limit.into()).boxed()
                })
                .boxed()
            })
            .await?;
        Ok(removed as u64)
    }

    async fn ended_since(&self, since: Timestamp) -> Result<Vec<SessionId>, InfraError> {
        let ids = self
            .0
            .read("list ended sessions", move |conn| {
                ended_sessions::table
                    .filter(ended_sessions::ended_at.ge(DbTime(since)))
                    .select(ended_sessions::session_id)
                    .load::<DbId>(conn)
                    .boxed()
            })
            .await?;
        Ok(ids
            .into_iter()
            .map(|id| SessionId::from_uuid(id.0))
            .collect())
    }
}

/// The user is locked until the end of the transaction, so a change of password is through already, or waits.
async fn open(conn: &mut Conn, sign_in: SignIn) -> QueryResult<bool> {
    let user = sign_in.session.user;
    if !users::has_hash(conn, user, &sign_in.verified).await? {
        return Ok(false);
    }
    if let Some(rehashed) = &sign_in.rehashed {
        users::store_hash(conn, user, rehashed).await?;
    }
    diesel::insert_into(sessions::table)
        .values(SessionRow::from(&sign_in.session))
        .execute(conn)
        .await?;
    Ok(true)
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

async fn end(conn: &mut Conn, user: UserId, id: SessionId, now: Timestamp) -> QueryResult<bool> {
    let (user, id) = (DbId(user.uuid()), DbId(id.uuid()));
    let living = sessions::table.find(id).filter(sessions::user_id.eq(user));
    if diesel::delete(living).execute(conn).await? == 0 {
        return Ok(false);
    }
    remember_ended(conn, id, now).await?;
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
    let ended: Vec<DbId> = diesel::delete(others)
        .returning(sessions::id)
        .get_results(conn)
        .await?;
    for id in &ended {
        remember_ended(conn, *id, now).await?;
    }
    Ok(ended
        .into_iter()
        .map(|id| SessionId::from_uuid(id.0))
        .collect())
}

/// The session with its next generation, stored; `None` if it is not this user's or is over.
pub(super) async fn renew(
    conn: &mut Conn,
    user: UserId,
    id: SessionId,
    now: Timestamp,
) -> QueryResult<Option<Session>> {
    let row = locked_session(conn, DbId(id.uuid())).await?;
    let session = row
        .map(Session::from)
        .filter(|session| session.user == user);
    let Some(next) = session.and_then(|session| session.renewed(now)) else {
        return Ok(None);
    };
    store_generation(conn, &next).await?;
    Ok(Some(next))
}

async fn store_generation(conn: &mut Conn, next: &Session) -> QueryResult<()> {
    diesel::update(sessions::table.find(DbId(next.id.uuid())))
        .set((
            sessions::generation.eq(next.generation),
            sessions::last_used_at.eq(DbTime(next.last_used_at)),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

async fn remember_ended(conn: &mut Conn, id: DbId, now: Timestamp) -> QueryResult<()> {
    diesel::insert_into(ended_sessions::table)
        .values((
            ended_sessions::session_id.eq(id),
            ended_sessions::ended_at.eq(DbTime(now)),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Sessions that expired, and memories older than twice the time that anybody asks about, because the clocks of two
/// instances may differ.
async fn remove_expired(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<usize> {
    let unused = sessions::last_used_at.le(DbTime(now.minus(IDLE_LIFETIME)));
    let old = sessions::created_at.le(DbTime(now.minus(ABSOLUTE_LIFETIME)));
    let expired: Vec<DbId> = sessions::table
        .filter(unused.or(old))
        .limit(limit)
        .select(sessions::id)
        .load(conn)
        .await?;
    let sessions = diesel::delete(sessions::table.filter(sessions::id.eq_any(expired)))
        .execute(conn)
        .await?;
    let forgotten = ended_sessions::ended_at.lt(DbTime(now.minus(ENDED_MEMORY * 2)));
    let forgotten: Vec<DbId> = ended_sessions::table
        .filter(forgotten)
        .limit(limit)
        .select(ended_sessions::session_id)
        .load(conn)
        .await?;
    let ended =
        diesel::delete(ended_sessions::table.filter(ended_sessions::session_id.eq_any(forgotten)))
            .execute(conn)
            .await?;
    Ok(sessions.max(ended))
}
