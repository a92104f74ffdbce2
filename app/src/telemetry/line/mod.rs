//! How a line of the log reads. The layer of `tracing-subscriber` writes much the same, but knows the request of a line by its
//! span, and a span costs a request more than the line it gets: it is stored, entered and left with every poll, its fields are
//! formatted, and as JSON they are read again for each line. Here the id of the request goes with its task.

mod fields;
mod timestamp;

use std::cell::RefCell;
use std::io::Write;
use std::time::SystemTime;

use tokio::task::futures::TaskLocalFuture;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use self::fields::{JsonFields, TextFields};
use self::timestamp::Timestamps;
use super::writer::Lines;

tokio::task_local! {
    static REQUEST_ID: String;
}

/// What `future` logs carries this id, unless the line names one of its own.
pub(crate) fn about_request<F: Future>(id: String, future: F) -> TaskLocalFuture<String, F> {
    REQUEST_ID.scope(id, future)
}

/// How lines are written.
#[derive(Debug, Clone, Copy)]
pub(super) enum Style {
    /// `time LEVEL message field=value …`, for people.
    Text {
        /// Whether a terminal shows them.
        colours: bool,
    },
    /// One flat object a line.
    Json,
}

/// Makes a line of every event.
pub(super) struct LineLayer {
    pub(super) lines: Lines,
    pub(super) style: Style,
}

/// What a thread keeps from one line to the next.
#[derive(Default)]
struct Workspace {
    line: Vec<u8>,
    timestamps: Timestamps,
}

thread_local! {
    static WORKSPACE: RefCell<Workspace> = RefCell::default();
}

impl<S: Subscriber> Layer<S> for LineLayer {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let written = WORKSPACE.try_with(|workspace| {
            let mut workspace = workspace.try_borrow_mut().ok()?;
            self.write(event, &mut workspace);
            Some(())
        });
        // The thread is ending, or a value logs something while it is written itself.
        if !matches!(written, Ok(Some(()))) {
            self.write(event, &mut Workspace::default());
        }
    }
}

impl LineLayer {
    #[expect(
        clippy::disallowed_methods,
        reason = "a line says when it was written, whatever time the service goes by"
    )]
    fn write(&self, event: &Event<'_>, workspace: &mut Workspace) {
        let Workspace { line, timestamps } = workspace;
        line.clear();
        let level = *event.metadata().level();
        let now = SystemTime::now();
        match self.style {
            Style::Json => {
                line.extend_from_slice(b"{\"timestamp\":\"");
                timestamps.write(now, line);
                line.extend_from_slice(b"\",\"level\":\"");
                line.extend_from_slice(level.as_str().as_bytes());
                line.push(b'"');
                let mut fields = JsonFields::new(line);
                event.record(&mut fields);
                with_request_id(|id| fields.end(id));
                line.push(b'}');
            }
            Style::Text { colours } => {
                begin_text(line, timestamps, now, level, colours);
                let mut fields = TextFields::new(line);
                event.record(&mut fields);
                with_request_id(|id| fields.end(id));
            }
        }
        line.push(b'\n');
        self.lines.push(line);
    }
}

fn begin_text(
    line: &mut Vec<u8>,
    timestamps: &mut Timestamps,
    now: SystemTime,
    level: Level,
    colours: bool,
) {
    let (dim, colour, plain) = if colours {
        ("\x1b[2m", colour_of(level), "\x1b[0m")
    } else {
        ("", "", "")
    };
    line.extend_from_slice(dim.as_bytes());
    timestamps.write(now, line);
    // A vector takes everything.
    let _ = write!(line, "{plain} {colour}{:>5}{plain}", level.as_str());
}

/// As other programs of this language show them.
const fn colour_of(level: Level) -> &'static str {
    match level {
        Level::ERROR => "\x1b[31m",
        Level::WARN => "\x1b[33m",
        Level::INFO => "\x1b[32m",
        Level::DEBUG => "\x1b[34m",
        Level::TRACE => "\x1b[35m",
    }
}

/// Hands over the id of the request that this task is about, if it is about one.
fn with_request_id(write: impl FnOnce(Option<&str>)) {
    let mut write = Some(write);
    let about_one = REQUEST_ID.try_with(|id| {
        if let Some(write) = write.take() {
            write(Some(id));
        }
    });
    if let (Err(_), Some(write)) = (about_one, write) {
        write(None);
    }
}

#[cfg(test)]
mod tests;
