//! Everything that can be watched.

use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::{Context, Error, Subscription as SubscriptionRoot};
use futures_util::{Stream, StreamExt};
use taskhive_domain::violation::Violations;
use tokio::sync::Notify;

use super::context::{client, tasks, who};
use super::errors::ApiError;
use super::object::can_be_answered;
use super::types::change_cursor;
use super::types::changes::TaskEvent;

/// What a transport learns of a subscription beside its answers. Travels in the request.
#[derive(Clone, Default)]
pub(crate) struct Progress(Arc<State>);

#[derive(Default)]
struct State {
    begun: Notify,
    /// The point right after the event that is being answered.
    cursor: Mutex<Option<String>>,
}

impl Progress {
    /// Waits until nothing that happens from then on is missed.
    pub(crate) async fn begun(&self) {
        self.0.begun.notified().await;
    }

    /// The point right after the event that was answered last, once.
    pub(crate) fn take_cursor(&self) -> Option<String> {
        let mut cursor = self.0.cursor.lock().unwrap_or_else(PoisonError::into_inner);
        cursor.take()
    }

    fn passed(&self, cursor: String) {
        *self.0.cursor.lock().unwrap_or_else(PoisonError::into_inner) = Some(cursor);
    }
}

/// Live updates, over WebSocket (`graphql-transport-ws`) or server-sent events.
pub(crate) struct Subscription;

/// Live updates, over WebSocket (`graphql-transport-ws`) or server-sent events.
#[SubscriptionRoot]
impl Subscription {
    /// Every change to your tasks, from any device, in the order in which they were made. With
    /// `after`: first what you missed, a task that changed several times once and as it is now; then
    /// what happens. Nothing is lost in between. Without `after`: what happens from now on.
    /// `CONFLICT` / `CURSOR_EXPIRED` as with `taskChanges`.
    async fn task_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The `cursor` or `asOf` of an earlier event or answer.")] after: Option<
            String,
        >,
    ) -> Result<impl Stream<Item = Result<TaskEvent, Error>> + use<>, ApiError> {
        can_be_answered::<TaskEvent>(ctx)?;
        let (who, progress) = (who(ctx)?, ctx.data_opt::<Progress>().cloned());
        let owner = who.user();
        // Whoever comes back with it comes back with the same operation, in which `after` is older.
        let after = client(ctx).last_event_id.clone().or(after);
        let after = after.map(|text| change_cursor::decode(owner, &text));
        let after = after.transpose().map_err(in_after)?;
        let changes = tasks(ctx).changes(who, after).await?;
        let progress = progress.unwrap_or_default();
        progress.0.begun.notify_one();
        Ok(changes.map(move |event| {
            let event = event.map_err(ApiError::from)?;
            progress.passed(change_cursor::encode(owner, &event.position));
            Ok(TaskEvent::new(owner, event))
        }))
    }
}

fn in_after(violations: Violations) -> Violations {
    violations.at("after")
}
