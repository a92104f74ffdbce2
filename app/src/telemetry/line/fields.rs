//! The fields of an event, written as they come; the message is one of them, and comes first.

use std::fmt::{self, Debug, Write as _};
use std::io::Write;

use tracing::field::{Field, Visit};

/// The field that says which request a line is about.
const REQUEST_ID: &str = "request_id";
/// The field that stands without its name in a text.
const MESSAGE: &str = "message";

/// Where lines of the `log` crate come from, which `tracing-log` adds to them. Ours do not say that either.
fn is_of_log(field: &Field) -> bool {
    field.name().starts_with("log.")
}

/// Members of an object that is not empty.
pub(super) struct JsonFields<'line> {
    line: &'line mut Vec<u8>,
    has_request_id: bool,
}

impl<'line> JsonFields<'line> {
    pub(super) const fn new(line: &'line mut Vec<u8>) -> Self {
        Self {
            line,
            has_request_id: false,
        }
    }

    /// Adds the id, if no field was one.
    pub(super) fn end(self, request_id: Option<&str>) {
        if let Some(id) = request_id.filter(|_| !self.has_request_id) {
            name(self.line, REQUEST_ID);
            json(self.line, id);
        }
    }

    fn add(&mut self, field: &Field, value: &(impl serde::Serialize + ?Sized)) {
        if !is_of_log(field) {
            self.has_request_id |= field.name() == REQUEST_ID;
            name(self.line, field.name());
            json(self.line, value);
        }
    }
}

fn name(line: &mut Vec<u8>, name: &str) {
    line.push(b',');
    json(line, name.trim_start_matches("r#"));
    line.push(b':');
}

fn json(line: &mut Vec<u8>, value: &(impl serde::Serialize + ?Sized)) {
    // A vector takes everything, and these values can all be written.
    let _ = serde_json::to_writer(line, value);
}

impl Visit for JsonFields<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field, &value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, &value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, &value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, &value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.add(field, &format!("{value:?}"));
    }
}

/// Words after the level.
pub(super) struct TextFields<'line> {
    line: &'line mut Vec<u8>,
    has_request_id: bool,
}

impl<'line> TextFields<'line> {
    pub(super) const fn new(line: &'line mut Vec<u8>) -> Self {
        Self {
            line,
            has_request_id: false,
        }
    }

    /// Adds the id, if no field was one.
    pub(super) fn end(mut self, request_id: Option<&str>) {
        if let Some(id) = request_id.filter(|_| !self.has_request_id) {
            self.name(REQUEST_ID);
            self.quoted(id);
        }
    }

    fn name(&mut self, name: &str) {
        self.line.push(b' ');
        if name != MESSAGE {
            let name = name.trim_start_matches("r#");
            self.line.extend_from_slice(name.as_bytes());
            self.line.push(b'=');
        }
    }

    fn quoted(&mut self, value: &str) {
        let is_plain = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\';
        if value.bytes().all(is_plain) {
            self.line.push(b'"');
            self.line.extend_from_slice(value.as_bytes());
            self.line.push(b'"');
        } else {
            // A vector takes everything.
            let _ = write!(self.line, "{value:?}");
        }
    }
}

impl Visit for TextFields<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == MESSAGE {
            self.record_debug(field, &format_args!("{value}"));
        } else if !is_of_log(field) {
            self.has_request_id |= field.name() == REQUEST_ID;
            self.name(field.name());
            self.quoted(value);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if !is_of_log(field) {
            self.has_request_id |= field.name() == REQUEST_ID;
            self.name(field.name());
            // A vector takes everything; what a value cannot say of itself is not said.
            let _ = write!(OneLine(self.line), "{value:?}");
        }
    }
}

/// Keeps a text from ending the line, or from telling the terminal what to do.
struct OneLine<'line>(&'line mut Vec<u8>);

impl fmt::Write for OneLine<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if text.chars().any(char::is_control) {
            for char in text.chars() {
                if char.is_control() {
                    let _ = write!(self.0, "{}", char.escape_default());
                } else {
                    self.0
                        .extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
                }
            }
        } else {
            self.0.extend_from_slice(text.as_bytes());
        }
        Ok(())
    }
}
