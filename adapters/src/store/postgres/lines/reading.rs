//! Reads that share lines. A statement that runs out of time takes its line with it, because all others wait behind it. They
//! are reads, so each asks once more, on another line; and a read whose line was lost is unavailable: nothing was changed.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use diesel_async::methods::LoadQuery;
use taskhive_domain::ports::{InfraError, InfraErrorKind};
use tokio::time::timeout;

use super::{Line, Lines};
use crate::store::errors;
use crate::store::postgres::Conn;

impl Lines {
    /// The rows of `query`, a single SELECT.
    pub(in crate::store::postgres) async fn read<Query, Row>(
        &self,
        doing: &'static str,
        query: Query,
    ) -> Result<Vec<Row>, InfraError>
    where
        Query: for<'line> LoadQuery<'static, &'line Conn, Row> + Clone + Send + 'static,
        Row: Send + 'static,
    {
        let mut outcome = self.try_to_read(doing, query.clone()).await;
        if matches!(outcome, Err(Failure::LineGivenUp)) {
            outcome = self.try_to_read(doing, query).await;
        }
        outcome.map_err(|failure| match failure {
            Failure::Final(error) => error,
            Failure::LineGivenUp => {
                errors::unavailable("two slow statements of others were in the way".to_owned())
            }
        })
    }

    /// In a task of its own, which goes on when the reader is gone, or does not look for a while: an answer that nobody takes
    /// off the line would hold up all those behind it, and a slow statement must not lose who minds its time.
    async fn try_to_read<Query, Row>(
        &self,
        doing: &'static str,
        query: Query,
    ) -> Result<Vec<Row>, Failure>
    where
        Query: for<'line> LoadQuery<'static, &'line Conn, Row> + Send + 'static,
        Row: Send + 'static,
    {
        let (place, line) = self.line().await.map_err(Failure::Final)?;
        let (connector, limit) = (Arc::clone(&self.connector), self.statement_timeout);
        let statement = tokio::spawn(async move {
            let _counts_until_it_ends = place;
            let mut conn = &line.conn;
            let rows = diesel_async::RunQueryDsl::load(query, &mut conn);
            match timeout(limit, rows).await {
                Ok(Ok(rows)) => Ok(rows),
                Ok(Err(error)) => Err(line.failure(errors::failed(doing, &error))),
                Err(_elapsed) => {
                    line.give_up(connector);
                    Err(Failure::Final(errors::out_of_time(doing)))
                }
            }
        });
        let abandoned = |error| Err(Failure::Final(errors::abandoned(doing, &error)));
        statement.await.unwrap_or_else(abandoned)
    }
}

/// Why there are no rows.
enum Failure {
    /// The statement of somebody else ran out of time.
    LineGivenUp,
    Final(InfraError),
}

impl Line {
    /// What an error on this line means to its reader.
    fn failure(&self, error: InfraError) -> Failure {
        if error.kind != InfraErrorKind::Interrupted {
            return Failure::Final(error);
        }
        if self.given_up.load(Ordering::Acquire) {
            return Failure::LineGivenUp;
        }
        // Dying, but perhaps not closed yet: the next reader must not get it.
        self.driver.abort();
        Failure::Final(errors::line_lost(error))
    }
}
