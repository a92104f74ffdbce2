//! Requests by the thousand: operations made from the schema by a seeded generator, and ways to break them. The judge and the
//! oracle share them.

pub(crate) mod generate;
pub(crate) mod mutate;
mod values;

use serde_json::{Map, Value, json};

/// One request, as both sides of a comparison get it.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) query: String,
    pub(crate) operation_name: Option<String>,
    pub(crate) variables: Map<String, Value>,
}

impl Case {
    pub(crate) fn new(query: &str, variables: Value) -> Self {
        let Value::Object(variables) = variables else {
            panic!("variables are an object, not {variables}");
        };
        Self {
            query: query.to_owned(),
            operation_name: None,
            variables,
        }
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({"query": self.query, "operationName": self.operation_name, "variables": self.variables})
    }
}
