//! Everything that can be watched.

use std::sync::Arc;

use async_graphql::{Context, Error, Subscription as SubscriptionRoot};
use futures_util::{Stream, StreamExt};
use taskhive_domain::event::Lagged;

use super::Services;
use super::caller::Caller;
use super::errors::{ApiError, RETRY_AFTER_SECONDS};
use super::errors::{ErrorCode, ErrorReason};
use super::types::task::TaskEvent;

/// Live updates, over WebSocket (`graphql-transport-ws`) or server-sent events.
pub(crate) struct Subscription;

/// Live updates, over WebSocket (`graphql-transport-ws`) or server-sent events.
#[SubscriptionRoot]
impl Subscription {
    /// Every change to your tasks from now on, from any device. After a lost connection,
    /// subscribe again and then fetch what you show. Changes that follow one another quickly
    /// may arrive as one, with the task as it is then.
    #[expect(
        clippy::unused_async,
        reason = "the library wants subscriptions to be async"
    )]
    async fn task_events(
        &self,
        ctx: &Context<'_>,
    ) -> Result<impl Stream<Item = Result<TaskEvent, Error>> + use<>, ApiError> {
        let who = Caller::identity(ctx)?;
        let changes = ctx.data_unchecked::<Services>().tasks.changes(who);
        Ok(changes.map(|event| match event {
            Ok(event) => Ok((&event).into()),
            Err(Lagged) => Err(lagged()),
        }))
    }
}

/// The last thing a watcher is told that read too slowly. [`Lagged`] travels as its source, by which the edge recognises it:
/// a socket is closed, an event stream is complete.
fn lagged() -> Error {
    let message = "Updates may have been missed. Subscribe again and fetch what you show.";
    let mut told = ApiError::new(ErrorCode::Unavailable, ErrorReason::Overloaded, message);
    told.retry_after = Some(RETRY_AFTER_SECONDS);
    Error {
        source: Some(Arc::new(Lagged)),
        ..told.into()
    }
}
