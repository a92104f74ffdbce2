//! The end of the service: whatever outlives a request is told when it begins, and is waited for.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::watch;

/// Whether the service is stopping. Clones speak of the same service.
#[derive(Debug, Clone, Default)]
pub struct Shutdown {
    announced: Arc<AtomicBool>,
    begun: watch::Sender<bool>,
}

impl Shutdown {
    /// Of a service that runs.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The service will stop soon: load balancers should look elsewhere, and everything goes on as before.
    pub(crate) fn announce(&self) {
        self.announced.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_announced(&self) -> bool {
        self.announced.load(Ordering::Relaxed)
    }

    /// The service is to stop: nothing new is begun, and what goes on comes to its end.
    pub(crate) fn begin(&self) {
        self.announce();
        self.begun.send_replace(true);
    }

    /// For something that must be told, and that the service waits for until it is dropped.
    pub(crate) fn participant(&self) -> Participant {
        Participant(self.begun.subscribe())
    }

    /// Ready when all participants are gone.
    pub(crate) async fn completed(&self) {
        self.begun.closed().await;
    }
}

/// A connection, a socket or a stream: something that must come to its end before the service can.
pub(crate) struct Participant(watch::Receiver<bool>);

impl Participant {
    /// Ready once the service is stopping.
    pub(crate) async fn begun(&mut self) {
        // Without a service there is nothing left to wait for either.
        let _ = self.0.wait_for(|begun| *begun).await;
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn participants_are_told_and_waited_for() {
        let shutdown = Shutdown::new();
        let (mut early, other) = (shutdown.participant(), shutdown.clone());
        shutdown.announce();
        assert!(other.is_announced() && early.begun().now_or_never().is_none());
        other.begin();
        assert!(early.begun().now_or_never().is_some());
        let mut late = shutdown.participant();
        assert!(late.begun().now_or_never().is_some());
        drop(early);
        assert!(shutdown.completed().now_or_never().is_none());
        drop(late);
        assert!(shutdown.completed().now_or_never().is_some());
    }
}
