//! What is read when Prometheus asks: everything of interest that the parts of the service keep anyway. `wiring` calls this
//! with the parts; the names are explained to operators in docs/operations.md.

use std::sync::Arc;

use taskhive_adapters::argon2::Argon2Hasher;
use taskhive_adapters::backend::Backend;

use crate::metrics::Kind::{Counter, Gauge};
use crate::metrics::{Metrics, Reading, Sample};
use crate::operation::connections::ConnectionKind;
use crate::operation::pipeline::Pipeline;
use crate::telemetry;

/// The connections to the database.
pub(crate) fn watch_backend(metrics: &Metrics, backend: &Backend) {
    let pools = backend.clone();
    let connections = move || {
        let samples = pools.pools().into_iter().flat_map(|pool| {
            let sample = |state, value: usize| Sample {
                labels: vec![("pool", pool.name), ("state", state)],
                value: value as u64,
            };
            [
                sample("in_use", pool.in_use),
                sample("idle", pool.open.saturating_sub(pool.in_use)),
            ]
        });
        samples.collect()
    };
    let (most, waiting) = (backend.clone(), backend.clone());
    metrics.watch(vec![
        Reading {
            name: "taskhive_pool_connections",
            help: "Open connections to the database",
            kind: Gauge,
            read: Box::new(connections),
        },
        Reading {
            name: "taskhive_pool_connections_max",
            help: "Connections to the database that there may be",
            kind: Gauge,
            read: Box::new(move || of_pools(&most, |pool| pool.max)),
        },
        Reading {
            name: "taskhive_pool_waiting",
            help: "Calls that wait for a connection to the database",
            kind: Gauge,
            read: Box::new(move || of_pools(&waiting, |pool| pool.waiting)),
        },
    ]);
}

fn of_pools(
    backend: &Backend,
    value: impl Fn(&taskhive_adapters::store::PoolStatus) -> usize,
) -> Vec<Sample> {
    let pools = backend.pools();
    let samples = pools.iter().map(|pool| Sample {
        labels: vec![("pool", pool.name)],
        value: value(pool) as u64,
    });
    samples.collect()
}

/// Passwords that are hashed.
pub(crate) fn watch_hasher(metrics: &Metrics, hasher: &Arc<Argon2Hasher>) {
    let (working, waiting) = (Arc::clone(hasher), Arc::clone(hasher));
    metrics.watch(vec![
        Reading::single(
            Gauge,
            "taskhive_hashing_running",
            "Passwords that are being hashed",
            move || working.status().working as u64,
        ),
        Reading::single(
            Gauge,
            "taskhive_hashing_waiting",
            "Passwords that wait to be hashed",
            move || waiting.status().waiting as u64,
        ),
    ]);
}

/// What runs, what is connected, what was refused, and the cache of documents.
pub(crate) fn watch_pipeline(metrics: &Metrics, pipeline: &Arc<Pipeline>) {
    let single = |kind, name, help, read: fn(&Pipeline) -> u64| {
        let pipeline = Arc::clone(pipeline);
        Reading::single(kind, name, help, move || read(&pipeline))
    };
    metrics.watch(vec![
        single(
            Gauge,
            "taskhive_operations_running",
            "Operations that are under way, without subscriptions",
            |pipeline| pipeline.capacity.taken() as u64,
        ),
        single(
            Gauge,
            "taskhive_sockets",
            "Open WebSockets of signed-in users",
            |pipeline| pipeline.connections.number(ConnectionKind::Socket) as u64,
        ),
        single(
            Gauge,
            "taskhive_event_streams",
            "Open event streams",
            |pipeline| pipeline.connections.number(ConnectionKind::Stream) as u64,
        ),
        single(
            Gauge,
            "taskhive_document_cache_documents",
            "GraphQL documents that are kept ready",
            |pipeline| pipeline.admission.cache_status().documents,
        ),
        single(
            Gauge,
            "taskhive_document_cache_bytes",
            "Memory of the documents that are kept ready, as estimated",
            |pipeline| pipeline.admission.cache_status().bytes,
        ),
        single(
            Counter,
            "taskhive_document_cache_misses",
            "GraphQL documents that were not kept ready when they were asked for",
            |pipeline| pipeline.admission.cache_status().missed,
        ),
        rate_limited(pipeline),
        Reading::single(
            Counter,
            "taskhive_log_lines_lost",
            "Lines of the log that nobody took in time",
            telemetry::lost_lines,
        ),
    ]);
}

fn rate_limited(pipeline: &Arc<Pipeline>) -> Reading {
    let pipeline = Arc::clone(pipeline);
    let read = move || {
        let refusals = pipeline.limits.refusals();
        let samples = refusals.map(|(limit, value)| Sample {
            labels: vec![("limit", limit.name())],
            value,
        });
        samples.collect()
    };
    Reading {
        name: "taskhive_rate_limited",
        help: "Refusals by limits of rate",
        kind: Counter,
        read: Box::new(read),
    }
}
