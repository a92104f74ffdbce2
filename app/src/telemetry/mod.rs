//! The log: text for people or JSON for machines, on standard error.

mod line;
#[cfg(test)]
pub(crate) mod testing;
mod writer;

use std::io::{self, IsTerminal};
use std::sync::OnceLock;
use std::time::Duration;

use tracing::Level;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

pub(crate) use self::line::about_request;
use self::line::{LineLayer, Style};
use self::writer::Lines;

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// The WebSocket library, which shows whole messages at the level `trace`.
const SOCKETS: &str = "tungstenite";

/// The lines of the process, once the log was started.
static LINES: OnceLock<Lines> = OnceLock::new();

/// How many lines were lost so far, because too many waited.
pub(crate) fn lost_lines() -> u64 {
    LINES.get().map_or(0, Lines::lost)
}

/// Starts the log for the whole process. A second call changes nothing. A thread of its own writes the lines, so the last
/// ones need [`finish`].
///
/// The WebSocket library shows every message at the level `trace`, tokens and texts included; no filter brings that back.
pub fn start(format: LogFormat, filter: &Targets) -> io::Result<()> {
    if LINES.get().is_some() {
        return Ok(());
    }
    let writer = Lines::written_to(io::stderr())?;
    let style = match format {
        LogFormat::Text => Style::Text {
            colours: io::stderr().is_terminal(),
        },
        LogFormat::Json => Style::Json,
    };
    let layer = LineLayer {
        lines: writer.clone(),
        style,
    };
    let started = tracing_subscriber::registry()
        .with(layer)
        .with(without_payloads(filter))
        .try_init();
    if started.is_err() {
        tracing::debug!("the log was started before");
    } else {
        // Set once: a second start fails above.
        let _ = LINES.set(writer);
    }
    Ok(())
}

/// Waits, a second at most, until all lines are written. Later ones are lost, so this is for the end of the process.
pub fn finish() {
    if let Some(lines) = LINES.get() {
        lines.finish(Duration::from_secs(1));
    }
}

/// What the filter lets through, but for what may hold what people send. Targets and levels only, so that a line which is
/// not wanted is known to be so once and for all, and costs nothing where it would be written.
fn without_payloads(filter: &Targets) -> Targets {
    let allowed = |level: LevelFilter| level.min(LevelFilter::DEBUG);
    let of_sockets = [
        Level::TRACE,
        Level::DEBUG,
        Level::INFO,
        Level::WARN,
        Level::ERROR,
    ]
    .into_iter()
    .find(|level| filter.would_enable(SOCKETS, level));
    let mut safe = Targets::new()
        .with_default(filter.default_level().unwrap_or(LevelFilter::OFF))
        .with_target(SOCKETS, allowed(of_sockets.into()));
    safe.extend(filter.iter().map(|(target, level)| {
        let shows_messages = target.starts_with(SOCKETS);
        (
            target,
            if shows_messages {
                allowed(level)
            } else {
                level
            },
        )
    }));
    safe
}

#[cfg(test)]
mod tests {
    use super::testing::Listening;
    use super::*;

    #[test]
    fn no_filter_shows_the_messages_of_sockets() {
        for filter in [
            "trace",
            "tungstenite=trace",
            "tung=trace",
            "tungstenite::protocol=trace,trace",
        ] {
            let listening = Listening::for_json(without_payloads(&filter.parse().unwrap()));
            tracing::trace!(target: "tungstenite::protocol", "Received message with a canary");
            tracing::warn!(target: "tungstenite::protocol", "a line of use");
            let text = listening.end().concat();
            assert!(
                text.contains("a line of use") && !text.contains("canary"),
                "{filter}: {text}"
            );
        }
    }
}
