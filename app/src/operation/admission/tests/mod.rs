//! Tests of the gate as a whole, against the contract's schema.

mod admitted;
mod bombs;
mod executed;
mod properties;
mod refused;

use serde_json::{Map, Value};

use super::{Admission, Limits, Refusal, RefusalKind, ValidOperation};

const SDL: &str = include_str!("../../../../../schema.graphql");

fn gate() -> Admission {
    Admission::new(SDL, Limits::default()).expect("the contract is a schema")
}

/// What `write` makes of each number below `expansion`, one after another.
fn series(count: usize, write: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |text, number| text + &write(number))
}

fn object(variables: Value) -> Map<String, Value> {
    match variables {
        Value::Object(map) => map,
        other => panic!("variables are an object, not {other}"),
    }
}

fn admit(source: &str, variables: Value) -> Result<ValidOperation, Refusal> {
    gate().admit(source, None, object(variables))
}

#[track_caller]
fn refused_as(kind: RefusalKind, source: &str) -> Refusal {
    refused_with(kind, source, Value::Object(Map::new()))
}

#[track_caller]
fn refused_with(kind: RefusalKind, source: &str, variables: Value) -> Refusal {
    let beginning: String = source.chars().take(80).collect();
    let refusal = admit(source, variables).expect_err(&beginning);
    assert_eq!(refusal.kind, kind, "{beginning}: {refusal:?}");
    assert!((1..=10).contains(&refusal.errors.len()), "{refusal:?}");
    for error in &refusal.errors {
        assert!(error.message.chars().count() <= 300, "{error:?}");
    }
    refusal
}
