//! Everything that can be watched.

use async_graphql::{Context, Error, Subscription as SubscriptionRoot};
use futures_util::{Stream, StreamExt};
use taskhive_domain::event::Lagged;

use super::context::{tasks, who};
use super::errors::ApiError;
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
        let who = who(ctx)?;
        let changes = tasks(ctx).changes(who);
        Ok(changes.map(|event| match event {
            Ok(event) => Ok(event.into()),
            Err(Lagged) => Err(ApiError::lagged().into()),
        }))
    }
}
