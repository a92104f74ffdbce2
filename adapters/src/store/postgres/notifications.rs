//! NOTIFY and LISTEN: lines of text to everybody who listens on the same database. What they say is the business of
//! `events`.

use std::time::Duration;

use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, Text};
use diesel::{QueryResult, pg::PgNotification};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use futures_util::{FutureExt, Stream, StreamExt};
use taskhive_domain::ports::InfraError;
use tokio::time::timeout;

use super::Database;
use crate::store::errors;

/// A channel belongs to a database. Users of the same one in other schemas hear each other, and nobody there watches an owner
/// whom they do not know.
const LISTEN: &str = "LISTEN taskhive_pokes";
const LISTENING: &str = "listen for events";
/// How long taking that back may take.
const STOP_WAIT: Duration = Duration::from_secs(1);

/// All lines in one statement, which PostgreSQL delivers together and in this order.
#[derive(QueryId)]
struct Notify {
    lines: Vec<String>,
}

impl QueryFragment<Pg> for Notify {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT pg_notify('taskhive_pokes', line) FROM unnest(");
        out.push_bind_param::<Array<Text>, _>(&self.lines)?;
        out.push_sql(") AS line");
        Ok(())
    }
}

/// A connection that listens. It hears nothing of what was said before.
pub(crate) struct Listening(AsyncPgConnection);

impl Listening {
    /// For a pooler that passed LISTEN on to a connection which it now lends to others: they would collect what they do not
    /// want. It may lend us another one; then nothing is lost but the try.
    pub(crate) async fn stop(mut self) {
        let stopped = timeout(STOP_WAIT, self.0.batch_execute("UNLISTEN *")).await;
        if !matches!(stopped, Ok(Ok(()))) {
            tracing::debug!("a connection could not be told to stop listening");
        }
    }

    /// What is said, in order. After an error nothing more comes.
    pub(crate) fn lines(&mut self) -> impl Stream<Item = Result<String, InfraError>> {
        let notifications = self.0.notifications_stream();
        notifications.map(|said: QueryResult<PgNotification>| match said {
            Ok(notification) => Ok(notification.payload),
            Err(error) => Err(errors::failed(LISTENING, &error)),
        })
    }
}

impl Database {
    /// Says something to everybody who listens now, this instance included. Lines have less than 8000 bytes.
    pub(crate) async fn notify(&self, lines: Vec<String>) -> Result<(), InfraError> {
        let statement = Notify { lines };
        self.write("send events", |conn| {
            async move { statement.execute(conn).await }.boxed()
        })
        .await?;
        Ok(())
    }

    /// Begins to listen, on a connection of its own and past the pooler, which would forget about it.
    pub(crate) async fn listen(&self) -> Result<Listening, InfraError> {
        let mut conn = self.connect_directly().await?;
        timeout(self.limits.statement, conn.batch_execute(LISTEN))
            .await
            .map_err(|_| errors::out_of_time(LISTENING))?
            .map_err(|error| errors::failed(LISTENING, &error))?;
        Ok(Listening(conn))
    }
}
