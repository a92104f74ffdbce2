//! The schema as a whole: as it is printed, and as introspection shows it.

use std::collections::BTreeMap;

use apollo_compiler::introspection::partial_execute;
use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::response::JsonMap;
use apollo_compiler::{ExecutableDocument, Schema};
use serde_json::Value;

const INTROSPECTION: &str = include_str!("../operation/admission/testdata/introspection.graphql");

#[test]
fn the_printed_schema_is_the_same_every_time() {
    assert_eq!(super::sdl(), super::sdl());
}

/// What introspection answers by the printed schema, according to the compiler.
fn by_the_printed_schema(query: &str) -> Value {
    let schema = Schema::parse_and_validate(super::sdl(), "schema.graphql").unwrap();
    let document =
        ExecutableDocument::parse_and_validate(&schema, query, "introspection.graphql").unwrap();
    let operation = document.operations.get(None).unwrap();
    let variables = coerce_variable_values(&schema, operation, &JsonMap::default()).unwrap();
    let implementers = schema.implementers_map();
    let response = partial_execute(&schema, &implementers, &document, operation, &variables);
    serde_json::to_value(response.unwrap().data).unwrap()
}

/// What the service answers.
async fn by_the_service(query: &str) -> Value {
    let response = super::builder().finish().execute(query).await;
    assert!(response.errors.is_empty(), "{:?}", response.errors);
    response.data.into_json().unwrap()
}

/// What a list of the answer holds, by name. Without what the specification itself defines: each library describes that in
/// its own words, and it is there whether it is listed or not.
fn by_name(answer: &Value, list: &str) -> BTreeMap<String, Value> {
    const STANDARD: [&str; 10] = [
        "Boolean",
        "Float",
        "ID",
        "Int",
        "String",
        "deprecated",
        "include",
        "oneOf",
        "skip",
        "specifiedBy",
    ];
    let items = answer["__schema"][list].as_array().unwrap().iter();
    items
        .map(|item| (item["name"].as_str().unwrap().to_owned(), in_one_form(item)))
        .filter(|(name, _)| !name.starts_with("__") && !STANDARD.contains(&name.as_str()))
        .collect()
}

/// Possible types have no order, and the library answers null for the interfaces of an interface that has none, which
/// clients read as an empty list.
fn in_one_form(item: &Value) -> Value {
    let mut item = item.clone();
    if let Some(types) = item["possibleTypes"].as_array_mut() {
        types.sort_by_key(|possible| possible["name"].to_string());
    }
    if item["kind"] == "INTERFACE" && item["interfaces"].is_null() {
        item["interfaces"] = Value::Array(Vec::new());
    }
    item
}

/// SDKs are made from either.
#[tokio::test]
async fn introspection_shows_the_schema_that_is_printed() {
    // The compiler's introspection does not know this one yet.
    let query = INTROSPECTION.replace("isOneOf", "");
    let (printed, shown) = (by_the_printed_schema(&query), by_the_service(&query).await);
    for root in ["queryType", "mutationType", "subscriptionType"] {
        assert_eq!(shown["__schema"][root], printed["__schema"][root], "{root}");
    }
    for (list, at_least) in [("types", 30), ("directives", 1)] {
        let (printed, shown) = (by_name(&printed, list), by_name(&shown, list));
        let names = |of: &BTreeMap<String, Value>| of.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&shown), names(&printed));
        assert!(printed.len() >= at_least, "{:?}", names(&printed));
        for (name, printed) in &printed {
            assert_eq!(&shown[name], printed, "{name}");
        }
    }
}
