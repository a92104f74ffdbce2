//! Several statements, or none.

use diesel::QueryResult;
use diesel_async::{AsyncConnection, TransactionManager};
use futures_util::future::BoxFuture;

use super::backend::{Conn, begin};

/// Runs `work` in a transaction; rolls back if it fails. Diesel's own `transaction` would do on PostgreSQL, but not on SQLite,
/// where a transaction that begins with reading can no longer become one that writes.
pub(super) async fn transaction<T: Send>(
    conn: &mut Conn,
    work: impl for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, QueryResult<T>> + Send,
) -> QueryResult<T> {
    type Transactions = <Conn as AsyncConnection>::TransactionManager;
    begin(conn).await?;
    match work(conn).await {
        Ok(value) => {
            Transactions::commit_transaction(conn).await?;
            Ok(value)
        }
        Err(error) => {
            // If this fails as well, the connection is marked as broken and the pool throws it away.
            let _ = Transactions::rollback_transaction(conn).await;
            Err(error)
        }
    }
}
