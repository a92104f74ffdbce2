//! Sessions. The table holds living ones; ending one moves its id to `ended_sessions`, in one transaction.

use async_trait::async_trait;
use diesel::QueryResult;
use diesel::prelude::*;
use futures_util::FutureExt;
use taskhive_domain::ports::{EndedSession, InfraError, SessionRepository, SignIn};
use taskhive_domain::session::{ABSOLUTE_LIFETIME, Generation, IDLE_LIFETIME, Rotation, Session};
use taskhive_domain::{SessionId, Timestamp, UserId};
use uuid::Uuid;

use super::backend::{Conn, Database, Db, RunQueryDsl, locked_session};
use super::session_ends::{end, end_held, end_others, make_room, remove_expired};
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

    async fn ended_since(
        &self,
        since: Timestamp,
        after: Option<SessionId>,
        limit: u32,
    ) -> Result<Vec<EndedSession>, InfraError> {
        let rows = self
            .0
            .read("list ended sessions", move |conn| {
                // No session has this id, and every other comes behind it.
                let after = after.map_or(Uuid::nil(), SessionId::uuid);
                ended_since(DbTime(since), DbId(after), i64::from(limit))
                    .load(conn)
                    .boxed()
            })
            .await?;
        Ok(rows.into_iter().map(EndedSession::from).collect())
    }
}

/// A session that was not used after this is over at `now`.
pub(super) fn used_after(now: Timestamp) -> DbTime {
    DbTime(now.minus(IDLE_LIFETIME))
}

/// A session that did not begin after this is over at `now`.
pub(super) fn begun_after(now: Timestamp) -> DbTime {
    DbTime(now.minus(ABSOLUTE_LIFETIME))
}

/// The user's sessions that are not over by their age.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn living(user: DbId, used_after: DbTime, begun_after: DbTime) -> _ {
    sessions::table
        .filter(sessions::user_id.eq(user))
        .filter(sessions::last_used_at.gt(used_after))
        .filter(sessions::created_at.gt(begun_after))
}

/// Served by the index on the time; only those of one instant are sorted.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn ended_since(since: DbTime, after: DbId, limit: i64) -> _ {
    let columns: diesel::dsl::AsSelect<EndedSessionRow, Db> = EndedSessionRow::as_select();
    ended_sessions::table
        .filter(ended_sessions::ended_at.ge(since))
        .filter(
            ended_sessions::ended_at
                .gt(since)
                .or(ended_sessions::session_id.gt(after)),
        )
        .order((ended_sessions::ended_at, ended_sessions::session_id))
        .limit(limit)
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
