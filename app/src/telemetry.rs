//! The log: text for people or JSON for machines, on standard error.

use std::io::{self, BufWriter, IsTerminal};
use std::sync::{Mutex, OnceLock, PoisonError};

use tracing::Level;
use tracing_appender::non_blocking::{ErrorCounter, NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::filter::{FilterExt, Targets, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Lines that wait for a slow reader of the log. Further ones are lost: a log that nobody reads must not stop the service.
const WAITING_LINES: usize = 16_384;

/// Writes the lines that still wait when it is dropped.
static WRITER: Mutex<Option<WorkerGuard>> = Mutex::new(None);

/// Counts the lines that were lost.
static LOST: OnceLock<ErrorCounter> = OnceLock::new();

/// How many lines were lost so far, because too many waited.
pub(crate) fn lost_lines() -> u64 {
    LOST.get().map_or(0, |lost| lost.dropped_lines() as u64)
}

/// Starts the log for the whole process. A second call changes nothing. A thread of its own writes the lines, so the last
/// ones need [`finish`].
///
/// The WebSocket library shows every message at the level `trace`, tokens and texts included; no filter brings that back.
pub fn start(format: LogFormat, filter: Targets) {
    let (writer, guard) = non_blocking();
    let lost = writer.error_counter();
    let lines = fmt::layer()
        .with_writer(writer)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    let lines = match format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => {
            // Spans do not nest here: the list would only say the current one once more.
            let lines = lines.json().flatten_event(true).with_span_list(false);
            lines.boxed()
        }
    };
    let started = tracing_subscriber::registry()
        .with(lines.with_filter(without_payloads(filter)))
        .try_init();
    if started.is_err() {
        tracing::debug!("the log was started before");
    } else {
        *WRITER.lock().unwrap_or_else(PoisonError::into_inner) = Some(guard);
        // Set once: a second start fails above.
        let _ = LOST.set(lost);
    }
}

fn non_blocking() -> (NonBlocking, WorkerGuard) {
    NonBlockingBuilder::default()
        .lossy(true)
        .buffered_lines_limit(WAITING_LINES)
        .thread_name("log")
        .finish(BufWriter::new(io::stderr()))
}

/// Waits, a second at most, until all lines are written. Later ones are lost, so this is for the end of the process.
pub fn finish() {
    drop(WRITER.lock().unwrap_or_else(PoisonError::into_inner).take());
}

/// What the filter lets through, but for what may hold what people send.
fn without_payloads<S>(filter: Targets) -> impl tracing_subscriber::layer::Filter<S> {
    filter.and(filter_fn(|line| {
        *line.level() != Level::TRACE || !line.target().starts_with("tungstenite")
    }))
}

#[cfg(test)]
mod tests {
    use testkit::Log;

    use super::*;

    #[test]
    fn no_filter_shows_the_messages_of_sockets() {
        for filter in [
            "trace",
            "tungstenite=trace",
            "tungstenite::protocol=trace,trace",
        ] {
            let log = Log::default();
            let writer = log.clone();
            let layer = fmt::layer().with_writer(move || writer.clone());
            let subscriber = tracing_subscriber::registry()
                .with(layer.with_filter(without_payloads(filter.parse().unwrap())));
            tracing::subscriber::with_default(subscriber, || {
                tracing::trace!(target: "tungstenite::protocol", "Received message with a canary");
                tracing::warn!(target: "tungstenite::protocol", "a line of use");
            });
            let text = log.take();
            assert!(
                text.contains("a line of use") && !text.contains("canary"),
                "{filter}: {text}"
            );
        }
    }
}
