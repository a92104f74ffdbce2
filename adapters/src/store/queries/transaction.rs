//! Several statements, or none.

use diesel::QueryResult;
use futures_util::future::BoxFuture;

use super::backend::{Conn, begin, commit, roll_back};

/// Runs `work` in a transaction; rolls back if it fails. How one begins is the backend's business: on SQLite
/// there is one around it already.
pub(super) async fn transaction<T: Send>(
    conn: &mut Conn,
    work: impl for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, QueryResult<T>> + Send,
) -> QueryResult<T> {
    begin(conn).await?;
    match work(conn).await {
        Ok(value) => {
            commit(conn).await?;
            Ok(value)
        }
        Err(error) => {
            // If this fails as well, the connection is marked as broken and the pool throws it away.
            let _ = roll_back(conn).await;
            Err(error)
        }
    }
}
