//! An operation of the contract, and the memory that fills in what is known only while a test runs.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::requests::Case;

/// An operation of the contract, written by hand.
pub(crate) struct Operation {
    pub(crate) query: &'static str,
    /// JSON. A text such as `"$task"` stands for what the memory holds under that name.
    pub(crate) variables: &'static str,
    /// The code of its error, if it is meant to have one: what fails on both sides alike proves little.
    pub(crate) code: Option<&'static str>,
}

/// Ids, tokens and cursors by name.
#[derive(Debug, Default)]
pub(crate) struct Memory(BTreeMap<String, String>);

impl Operation {
    /// With what the memory holds.
    pub(crate) fn case(&self, memory: &Memory) -> Case {
        let mut variables = serde_json::from_str(self.variables).expect("variables are JSON");
        memory.fill(&mut variables);
        Case::new(self.query, variables)
    }
}

impl Memory {
    pub(crate) fn keep(&mut self, name: &str, value: &Value) {
        let text = value
            .as_str()
            .unwrap_or_else(|| panic!("{name} is no text: {value}"));
        self.0.insert(name.to_owned(), text.to_owned());
    }

    pub(crate) fn get(&self, name: &str) -> &str {
        let known = self.0.get(name);
        known.unwrap_or_else(|| panic!("nothing is remembered as {name}"))
    }

    fn fill(&self, value: &mut Value) {
        match value {
            Value::Object(fields) => fields.values_mut().for_each(|field| self.fill(field)),
            Value::Array(items) => items.iter_mut().for_each(|item| self.fill(item)),
            Value::String(text) => {
                if let Some(name) = text.strip_prefix('$') {
                    self.get(name).clone_into(text);
                }
            }
            _ => {}
        }
    }
}
