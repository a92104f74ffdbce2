//! Sessions. The table holds living ones; ending one moves its id to `ended_sessions`, in one transaction.

use async_trait::async_trait;
use diesel::QueryResult;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use taskhive_domain::ports::{InfraError, SessionRepository};
use taskhive_domain::session::{
    ABSOLUTE_LIFETIME, ENDED_MEMORY, Generation, IDLE_LIFETIME, Rotation, Session,
};
use taskhive_domain::{SessionId, Timestamp, UserId};

use super::backend::{Conn, Database, locked_session};
use super::transaction::transaction;
use crate::store::rows::SessionRow;
use crate::store::schema::{ended_sessions, sessions};
use crate::store::types::{DbId, DbTime};

/// The sessions of all users.
pub(crate) struct DieselSessions(pub(crate) Database);

#[async_trait]
impl SessionRepository for DieselSessions {
    async fn open(&self, session: &Session) -> Result<bool, InfraError> {
        let (row, user, now) = (SessionRow::from(session), session.user, session.created_at);
        self.0
            .write("open a session", move |conn| {
                async move {
                    let opened = transaction(conn, |conn| {
                        async move {
                            diesel::insert_into(sessions::table)
                                .values(row)
                                .execute(conn)
                                .await?;
                            forget_expired(conn, user, now).await
                        }
                        .boxed()
                    })
                    .await;
                    match opened {
                        Ok(()) => Ok(true),
                        Err(DieselError::DatabaseError(
                            DatabaseErrorKind::ForeignKeyViolation,
                            _,
                        )) => Ok(false),
                        Err(error) => Err(error),
                    }
                }
                .boxed()
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
            diesel::update(sessions::table.find(DbId(id.uuid())))
                .set((
                    sessions::generation.eq(next.generation),
                    sessions::last_used_at.eq(DbTime(next.last_used_at)),
                ))
                .execute(conn)
                .await?;
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
    diesel::insert_into(ended_sessions::table)
        .values((
            ended_sessions::session_id.eq(id),
            ended_sessions::ended_at.eq(DbTime(now)),
        ))
        .execute(conn)
        .await?;
    // Twice the time that anybody asks about, because the clocks of two instances may differ.
    let forgotten = DbTime(now.minus(ENDED_MEMORY * 2));
    diesel::delete(ended_sessions::table.filter(ended_sessions::ended_at.lt(forgotten)))
        .execute(conn)
        .await?;
    Ok(true)
}

/// A session that simply expired is never presented again, so nobody would remove it. Signing in is rare and slow enough to
/// do it along the way.
async fn forget_expired(conn: &mut Conn, user: UserId, now: Timestamp) -> QueryResult<()> {
    let expired = sessions::user_id.eq(DbId(user.uuid())).and(
        sessions::last_used_at
            .le(DbTime(now.minus(IDLE_LIFETIME)))
            .or(sessions::created_at.le(DbTime(now.minus(ABSOLUTE_LIFETIME)))),
    );
    diesel::delete(sessions::table.filter(expired))
        .execute(conn)
        .await?;
    Ok(())
}
