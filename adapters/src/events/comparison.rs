//! Asks how far the owners have come who are watched here, and pokes their watchers if that is further than they were told.
//! Whatever is lost on the way between instances, this makes good.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use taskhive_domain::ports::{InfraError, TaskChanges};
use tokio::time::{MissedTickBehavior, interval};

use super::backoff::Backoff;
use super::watchers::Watchers;

/// Between two comparisons; a second less than is promised, which is time for the answer.
const EVERY: Duration = Duration::from_secs(4);
/// How many owners are asked for in one query: SQLite takes no more values.
const AT_ONCE: usize = 32_000;

/// Until it is aborted. While nobody watches, nothing is asked.
pub(super) async fn run(watchers: Watchers, changes: Arc<dyn TaskChanges>) {
    let mut backoff = Backoff::new("live updates that got lost are not made good");
    let mut tick = interval(EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        match compare(&watchers, changes.as_ref()).await {
            Ok(()) => backoff.recovered(),
            // The pause between two comparisons is long enough.
            Err(error) => drop(backoff.failed(&error)),
        }
    }
}

async fn compare(watchers: &Watchers, changes: &dyn TaskChanges) -> Result<(), InfraError> {
    for owners in watchers.owners().chunks(AT_ONCE) {
        let newest: HashMap<_, _> = changes.newest(owners).await?.into_iter().collect();
        watchers.compare(owners, &newest);
    }
    Ok(())
}
