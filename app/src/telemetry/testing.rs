//! The log of a test.

use std::time::Duration;

use testkit::Log;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;

use super::line::{LineLayer, Style};
use super::writer::Lines;

/// Takes what this thread logs, until it is asked for the lines.
pub(crate) struct Listening {
    log: Log,
    lines: Lines,
    guard: DefaultGuard,
}

impl Listening {
    /// For what the filter lets through, as JSON.
    pub(crate) fn for_json(filter: Targets) -> Self {
        Self::begin(Style::Json, filter)
    }

    pub(super) fn begin(style: Style, filter: Targets) -> Self {
        let log = Log::default();
        let lines = Lines::written_to(log.clone()).unwrap();
        let layer = LineLayer {
            lines: lines.clone(),
            style,
        };
        let subscriber = tracing_subscriber::registry().with(layer).with(filter);
        let guard = testkit::listen(subscriber);
        Self { log, lines, guard }
    }

    /// The lines so far.
    pub(crate) fn end(self) -> Vec<String> {
        drop(self.guard);
        self.lines.finish(Duration::from_mins(1));
        self.log.take().lines().map(str::to_owned).collect()
    }
}
