//! Transactions, and what they lock or do in a way of their own on PostgreSQL.

use diesel::QueryResult;
use diesel::prelude::*;
use diesel::sql_types::Array;
use diesel_async::{AnsiTransactionManager, RunQueryDsl, TransactionManager};

use super::Conn;
use crate::store::rows::SessionRow;
use crate::store::schema::{sessions, users};
use crate::store::types::{DbId, DbTime, Millis, Uid};

/// READ COMMITTED is enough: what a transaction decides on, it has locked.
pub(crate) async fn begin(conn: &mut Conn) -> QueryResult<()> {
    AnsiTransactionManager::begin_transaction(conn).await
}

/// Ends what [`begin`] began.
pub(crate) async fn commit(conn: &mut Conn) -> QueryResult<()> {
    AnsiTransactionManager::commit_transaction(conn).await
}

/// Takes back what was done since [`begin`].
pub(crate) async fn roll_back(conn: &mut Conn) -> QueryResult<()> {
    AnsiTransactionManager::rollback_transaction(conn).await
}

/// The session, which nobody else can change before the transaction ends.
pub(crate) async fn locked_session(conn: &mut Conn, id: DbId) -> QueryResult<Option<SessionRow>> {
    sessions::table
        .find(id)
        .select(SessionRow::as_select())
        .for_update()
        .get_result(conn)
        .await
        .optional()
}

/// The stored hash of a user, which nobody else can change before the transaction ends. Nobody is kept from storing tasks
/// meanwhile: those only need the key to stay.
pub(crate) async fn locked_hash(conn: &mut Conn, user: DbId) -> QueryResult<Option<String>> {
    users::table
        .find(user)
        .select(users::password_hash)
        .for_no_key_update()
        .get_result(conn)
        .await
        .optional()
}

/// Remembers that these sessions ended, however many they are: their ids are one array.
pub(crate) async fn remember_ended(
    conn: &mut Conn,
    sessions: Vec<DbId>,
    now: DbTime,
) -> QueryResult<()> {
    diesel::sql_query("INSERT INTO ended_sessions (session_id, ended_at) SELECT unnest($1), $2")
        .bind::<Array<Uid>, _>(sessions)
        .bind::<Millis, _>(now)
        .execute(conn)
        .await?;
    Ok(())
}
