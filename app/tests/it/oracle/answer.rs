//! What a side answered, and whether it is what the other one answered.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

/// The answer to one operation.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// Absent if the operation was not executed.
    pub(crate) data: Option<Value>,
    /// Without request ids, in the order of their paths.
    pub(crate) errors: Vec<Value>,
}

/// The names that one side's ids, tokens and cursors go by: numbers, in the order in which they appear. Two services that do
/// the same agree on all of them.
#[derive(Debug, Default)]
pub(crate) struct Labels(HashMap<String, usize>);

/// What failed, and how: where in the document is left out.
fn failure(error: &Value) -> (String, String) {
    (error["path"].to_string(), error["message"].to_string())
}

impl Answer {
    pub(crate) fn from_body(body: Value) -> Self {
        let Value::Object(mut body) = body else {
            panic!("not an answer: {body}");
        };
        let mut errors = match body.remove("errors") {
            Some(Value::Array(errors)) => errors,
            _ => Vec::new(),
        };
        for error in &mut errors {
            if let Some(extensions) = error["extensions"].as_object_mut() {
                extensions.remove("requestId");
            }
        }
        // By the specification, errors have no order.
        errors.sort_by_key(failure);
        Self {
            data: body.remove("data"),
            errors,
        }
    }

    /// Leaves one error of each failure, from the place where `other` has it.
    pub(crate) fn report_each_failure_once(&mut self, other: &Self) {
        self.errors
            .sort_by_key(|error| !other.errors.contains(error));
        let mut seen = HashSet::new();
        self.errors.retain(|error| seen.insert(failure(error)));
        self.errors.sort_by_key(failure);
    }

    /// The data of an operation that has to succeed.
    pub(crate) fn only_data(self) -> Value {
        assert!(self.errors.is_empty(), "{:?}", self.errors);
        self.data.expect("data")
    }

    /// The code of the first error.
    pub(crate) fn code(&self) -> Option<&str> {
        self.errors.first()?["extensions"]["code"].as_str()
    }

    /// All of it as one text, order of keys included; the places in the document only `with_locations`.
    pub(crate) fn to_text(&self, with_locations: bool) -> String {
        let data = self.data.as_ref().map(Value::to_string);
        let errors = self.errors.iter().map(|error| {
            let mut error = error.clone();
            if !with_locations && let Some(fields) = error.as_object_mut() {
                fields.shift_remove("locations");
            }
            error.to_string()
        });
        let errors: Vec<String> = errors.collect();
        format!("{}\n{}", data.unwrap_or_default(), errors.join("\n"))
    }

    /// The same with labels in place of what each service makes up for itself.
    pub(crate) fn labelled(&self, labels: &mut Labels) -> Self {
        let label = |value: &Value, labels: &mut Labels| labels.apply(value);
        Self {
            data: self.data.as_ref().map(|data| label(data, labels)),
            errors: self
                .errors
                .iter()
                .map(|error| label(error, labels))
                .collect(),
        }
    }
}

impl Labels {
    fn apply(&mut self, value: &Value) -> Value {
        match value {
            Value::String(text) if is_opaque(text) => {
                let next = self.0.len();
                let label = self.0.entry(text.clone()).or_insert(next);
                Value::String(format!("#{label}"))
            }
            Value::Array(items) => items.iter().map(|item| self.apply(item)).collect(),
            Value::Object(fields) => {
                let mut labelled = Map::new();
                for (name, field) in fields {
                    labelled.insert(name.clone(), self.apply(field));
                }
                Value::Object(labelled)
            }
            other => other.clone(),
        }
    }
}

/// Ids, tokens and cursors are long and have no white space; no other text of these tests is like that.
fn is_opaque(text: &str) -> bool {
    text.len() > 32 && !text.contains(char::is_whitespace)
}
