//! The log: text for people or JSON for machines, on standard error.

use std::io::IsTerminal;

use tracing::Level;
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

/// Starts the log for the whole process. A second call changes nothing.
///
/// The WebSocket library shows every message at the level `trace`, tokens and texts included; no filter brings that back.
pub fn start(format: LogFormat, filter: Targets) {
    let lines = fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    let lines = match format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    let silent = filter_fn(|line| {
        *line.level() != Level::TRACE || !line.target().starts_with("tungstenite")
    });
    let started = tracing_subscriber::registry()
        .with(lines.with_filter(filter.and(silent)))
        .try_init();
    if started.is_err() {
        tracing::debug!("the log was started before");
    }
}
