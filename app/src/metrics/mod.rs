//! What the service counts and measures, in the words of Prometheus. It stands below everything else and knows nothing of
//! operations, tables or sockets but their names.
//!
//! What happens often is counted where it happens, in atomics that are looked up once (`operations`). What somebody keeps
//! anyway (a pool, a queue) is read when Prometheus asks (`readings`). No label comes from what clients send, but for the
//! names of operations, which are bounded.

mod operations;
mod readings;

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use prometheus_client::encoding::prometheus_text;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;
use taskhive_domain::Timestamp;

pub(crate) use operations::{NamedOperation, OperationMetrics};
pub(crate) use readings::{Kind, Reading, Sample};

/// The media type of [`Metrics::text`].
pub(crate) use prometheus_text::CONTENT_TYPE;

/// All metrics of one instance.
pub(crate) struct Metrics {
    registry: Mutex<Registry>,
}

impl Metrics {
    /// With what never changes: the release, the kind of the database, the start.
    pub(crate) fn new(database: &'static str, started: Timestamp) -> Self {
        let mut registry = Registry::default();
        let build = [
            ("version", env!("CARGO_PKG_VERSION")),
            ("database", database),
        ];
        let help = "The release that runs and the kind of its database";
        registry.register("taskhive_build", help, Info::new(build));
        let started = started.since(Timestamp::from_millis(0)).as_secs_f64();
        let help = "When the process started, in seconds since 1970";
        registry.register("process_start_time_seconds", help, ConstGauge::new(started));
        Self {
            registry: Mutex::new(registry),
        }
    }

    /// Counters of operations, with these words for how they come out and how they arrive.
    pub(crate) fn operations(
        &self,
        outcomes: Vec<&'static str>,
        transports: Vec<&'static str>,
    ) -> OperationMetrics {
        OperationMetrics::register(&mut self.registry(), outcomes, transports)
    }

    /// Values that are read when somebody asks.
    pub(crate) fn watch(&self, readings: Vec<Reading>) {
        self.registry()
            .register_collector(Box::new(readings::Readings(readings)));
    }

    /// All of it in the text format of Prometheus.
    pub(crate) fn text(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        prometheus_text::encode(&mut text, &self.registry())?;
        Ok(text)
    }

    fn registry(&self) -> MutexGuard<'_, Registry> {
        // A reading that panicked has changed nothing.
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
