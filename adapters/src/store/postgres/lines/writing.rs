//! Writes that share lines. Nobody but the client may try a write again, so a statement that runs out of time must not take
//! those behind it with it: the server is asked to stop what runs, and goes on with the next. Only where it does not even do
//! that, the line is closed, and what became of the statements on it is not known.
//!
//! A write waits for locks of others, and those behind it wait with it. It is always the line with the least to do that gets
//! the next statement, so this begins to matter when each line has a statement that waits: where, without lines, each
//! connection would be taken.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use diesel::QueryResult;
use diesel_async::methods::LoadQuery;
use taskhive_domain::ports::{InfraError, InfraErrorKind};
use tokio::time::timeout;

use super::{Line, Lines};
use crate::store::errors;
use crate::store::postgres::Conn;
use crate::store::postgres::connect::{CONNECT_TIMEOUT, Connector};

impl Lines {
    /// The rows that `statement` returns, a single one that writes. In a task of its own, which goes on when the caller is
    /// gone: see the same for reads.
    pub(in crate::store::postgres) async fn write<Statement, Row>(
        &self,
        doing: &'static str,
        statement: Statement,
    ) -> Result<Vec<Row>, InfraError>
    where
        Statement: for<'line> LoadQuery<'static, &'line Conn, Row> + Send + 'static,
        Row: Send + 'static,
    {
        let (place, line) = self.line().await?;
        let (connector, limit) = (Arc::clone(&self.connector), self.statement_timeout);
        let running = tokio::spawn(async move {
            let _counts_until_it_ends = place;
            let mut conn = &line.conn;
            let mut rows = pin!(diesel_async::RunQueryDsl::load(statement, &mut conn));
            if let Ok(outcome) = timeout(limit, &mut rows).await {
                return line.written(doing, outcome);
            }
            line.stop_what_runs(&connector);
            // Perhaps it was another statement that took the time, and this one is done at once.
            if let Ok(outcome) = timeout(CONNECT_TIMEOUT, rows).await {
                return line.written(doing, outcome);
            }
            line.give_up(connector);
            Err(errors::out_of_time(doing))
        });
        running
            .await
            .unwrap_or_else(|error| Err(errors::abandoned(doing, &error)))
    }
}

impl Line {
    /// Asks the server to stop the statement that it runs on this line, whichever that is, and to go on with the next. One
    /// request is under way at a time: a second one could only hit those that are not to blame.
    fn stop_what_runs(self: &Arc<Self>, connector: &Arc<Connector>) {
        if self.stopping.swap(true, Ordering::AcqRel) {
            return;
        }
        let (line, connector) = (Arc::clone(self), Arc::clone(connector));
        tokio::spawn(async move {
            connector.cancel(line.conn.cancel_token()).await;
            line.stopping.store(false, Ordering::Release);
        });
    }

    fn written<Row>(
        &self,
        doing: &'static str,
        outcome: QueryResult<Vec<Row>>,
    ) -> Result<Vec<Row>, InfraError> {
        outcome.map_err(|error| {
            let stopped = errors::is_stopped(&error);
            let error = errors::failed(doing, &error);
            if error.kind == InfraErrorKind::Interrupted && !stopped {
                // Dying, but perhaps not closed yet: the next statement must not get it.
                self.driver.abort();
            }
            error
        })
    }
}
