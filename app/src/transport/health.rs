//! Health for load balancers and orchestrators. No causes and no versions in the answers: those are in the log.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use axum::extract::State;
use axum::http::StatusCode;
use taskhive_adapters::error_chain;
use taskhive_domain::ports::InfraError;
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::http::shutdown::Shutdown;

/// How long an answer about the database is kept, so that probing costs at most one query a second.
const KEEP: Duration = Duration::from_secs(1);

/// How long the database may take to say so. Whoever waits longer takes the next try of a load balancer for the first.
const PATIENCE: Duration = Duration::from_millis(2500);

/// Asks the database whether it is there.
#[async_trait]
pub trait Probe: Send + Sync {
    /// Returns when it answered.
    async fn ping(&self) -> Result<(), InfraError>;
}

/// Whether requests should be sent here.
pub(crate) struct Readiness {
    probe: Arc<dyn Probe>,
    last: Mutex<Option<(Instant, bool)>>,
    shutdown: Shutdown,
}

impl Readiness {
    /// Not ready any more once the shutdown has begun.
    pub(crate) fn new(probe: Arc<dyn Probe>, shutdown: Shutdown) -> Self {
        Self {
            probe,
            last: Mutex::new(None),
            shutdown,
        }
    }

    async fn is_ready(&self) -> bool {
        if self.shutdown.is_announced() {
            return false;
        }
        let mut last = self.last.lock().await;
        if let Some((_, ready)) = last.filter(|(asked, _)| asked.elapsed() < KEEP) {
            return ready;
        }
        let trouble = match timeout(PATIENCE, self.probe.ping()).await {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error_chain(&error)),
            Err(_) => Some("out of time".to_owned()),
        };
        let (ready, was_ready) = (trouble.is_none(), last.is_none_or(|(_, ready)| ready));
        match trouble {
            Some(cause) if was_ready => {
                tracing::warn!(cause, "not ready: the database cannot be used");
            }
            None if !was_ready => tracing::warn!("ready again"),
            _ => {}
        }
        *last = Some((Instant::now(), ready));
        ready
    }
}

/// `/health/live`: the process runs.
pub(crate) async fn live() -> &'static str {
    "live\n"
}

/// `/health/ready`: the database answers, and the service is not about to stop.
pub(crate) async fn ready(State(readiness): State<Arc<Readiness>>) -> (StatusCode, &'static str) {
    if readiness.is_ready().await {
        (StatusCode::OK, "ready\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready\n")
    }
}
