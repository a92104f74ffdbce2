//! Where the library differs from the specification (September 2025), and so from us: what we write otherwise for it, what we
//! repair in its answers before they are compared, and, in [`examples`], the proof that each of these is still needed.

mod examples;

use std::sync::LazyLock;

use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};
use serde_json::{Map, Value, json};

use crate::oracle::answer::Answer;
use crate::requests::Case;

static SCHEMA: LazyLock<Valid<Schema>> = LazyLock::new(|| {
    let schema = Schema::parse_and_validate(taskhive::graphql::sdl(), "schema.graphql");
    schema.expect("the contract is a schema")
});

/// The same operation in words that the library can read. Each has an example in [`examples::UNREADABLE`].
pub(crate) fn readable(case: &Case) -> Case {
    let mut query = case.query.clone();
    while query.contains(" !") {
        // Before the end of a list's type there may be no blank either.
        query = query.replace(" !]", "!] ").replace(" !", "! ");
    }
    let query = query.replace(": 99999999999999999999", ": \"99999999999999999999\"");
    let query = query.replace("\\u{1F600}", "\u{1F600}");
    let block = r#""""block \""" {{[""""#;
    let query = query.replace(block, r#""block \"\"\" {{["  "#);
    let mut variables = Value::Object(case.variables.clone());
    whole_numbers(&mut variables);
    Case {
        query: query.replace("= -0", "=  0"),
        operation_name: case.operation_name.clone().filter(|name| !name.is_empty()),
        ..Case::new("", variables)
    }
}

/// Whether [`readable`] leaves everything where it is in the document, as errors name it.
pub(crate) fn keeps_places(case: &Case) -> bool {
    readable(case).query == case.query
}

/// `1.0` becomes `1`.
fn whole_numbers(value: &mut Value) {
    match value {
        Value::Object(fields) => fields.values_mut().for_each(whole_numbers),
        Value::Array(items) => items.iter_mut().for_each(whole_numbers),
        Value::Number(number) if number.is_f64() => {
            let digits = number.to_string();
            let whole = digits
                .strip_suffix(".0")
                .and_then(|digits| digits.parse::<i64>().ok());
            if let Some(whole) = whole {
                *value = json!(whole);
            }
        }
        _ => {}
    }
}

/// What the library would answer without its differences. Each has an example in [`examples::ANSWERED_OTHERWISE`].
pub(crate) fn repaired(mut library: Answer, ours: &Answer, case: &Case) -> Answer {
    if lacks_a_failed_field(&library) {
        library.data = Some(Value::Null);
    }
    // A root field that is selected twice, also by a fragment that is spread twice, is run and fails twice.
    library.report_each_failure_once(ours);
    match (&ours.data, &mut library.data) {
        (Some(Value::Object(wanted)), Some(Value::Object(fields))) => {
            in_order_of(wanted, fields, selects_a_root_field_twice(case));
        }
        (Some(Value::Object(wanted)), Some(data))
            if wanted.is_empty() && data.is_null() && library.errors.is_empty() =>
        {
            *data = json!({});
        }
        _ => {}
    }
    library
}

/// A failed field that is not even null: by the specification, the failure of a field that cannot be null is its parent's.
fn lacks_a_failed_field(answer: &Answer) -> bool {
    let Some(Value::Object(fields)) = &answer.data else {
        return false;
    };
    let mut failed = answer
        .errors
        .iter()
        .filter_map(|error| error["path"][0].as_str());
    failed.any(|key| !fields.contains_key(key))
}

/// Puts the root's keys in order; what stands below them, only where it was put together from several fields.
fn in_order_of(wanted: &Map<String, Value>, fields: &mut Map<String, Value>, deeply: bool) {
    let mut ordered = Map::new();
    for (key, wanted) in wanted {
        if let Some(mut value) = fields.shift_remove(key) {
            if deeply {
                below_in_order_of(wanted, &mut value);
            }
            ordered.insert(key.clone(), value);
        }
    }
    ordered.append(fields);
    *fields = ordered;
}

fn below_in_order_of(wanted: &Value, value: &mut Value) {
    match (wanted, value) {
        (Value::Object(wanted), Value::Object(fields)) => in_order_of(wanted, fields, true),
        (Value::Array(wanted), Value::Array(items)) => {
            for (wanted, item) in wanted.iter().zip(items) {
                below_in_order_of(wanted, item);
            }
        }
        _ => {}
    }
}

/// Whether one key of the root is asked for more than once: the library runs it each time.
fn selects_a_root_field_twice(case: &Case) -> bool {
    let document = ExecutableDocument::parse(&SCHEMA, &case.query, "oracle.graphql");
    let Ok(document) = document else { return false };
    document.operations.iter().any(|operation| {
        let roots = operation.root_fields(&document);
        let mut keys: Vec<_> = roots.map(|field| field.response_key()).collect();
        let asked = keys.len();
        keys.sort();
        keys.dedup();
        keys.len() < asked
    })
}
