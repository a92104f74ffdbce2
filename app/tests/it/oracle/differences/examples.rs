//! One example per difference. One that is gone, after an upgrade of the library, fails here: then what it excuses goes too.

use serde_json::Value;

use crate::oracle::answer::Answer;
use crate::oracle::case::Operation;
use crate::oracle::scene::Scene;
use crate::oracle::service::Side;
use crate::requests::Case;

/// An operation that the two sides answer differently.
struct Example {
    /// What the specification says, and where.
    rule: &'static str,
    query: &'static str,
    variables: &'static str,
    ours: &'static str,
    library: &'static str,
}

/// Valid, and refused by the library or misread.
const UNREADABLE: [Example; 7] = [
    Example {
        rule: "2.1.2: white space may stand between any two tokens",
        query: "query ($id: ID !) { node(id: $id) { id } }",
        variables: r#"{"id": "x"}"#,
        ours: r#"{"node":null}"#,
        library: "refused",
    },
    Example {
        rule: "2.9.4: a string may name any character as \\u{…}",
        query: r#"{ node(id: "\u{1F600}") { id } }"#,
        variables: "{}",
        ours: r#"{"node":null}"#,
        library: "refused",
    },
    Example {
        rule: "2.9.4: a block string spells three quotes as \\\"\"\"",
        query: r#"mutation { createTask(input: {title: """a \""" b"""}) { task { title } } }"#,
        variables: "{}",
        ours: r#"{"createTask":{"task":{"title":"a \"\"\" b"}}}"#,
        library: r#"{"createTask":{"task":{"title":"a \\\"\"\" b"}}}"#,
    },
    Example {
        rule: "2.9.1: -0 is an integer",
        query: "query ($first: Int = -0) { tasks(first: $first) { nodes { id } } }",
        variables: "{}",
        ours: r#"{"tasks":{"nodes":[]}}"#,
        library: "refused",
    },
    Example {
        rule: "3.5.5: an ID may be written as an integer, of any size",
        query: "{ node(id: 99999999999999999999) { id } }",
        variables: "{}",
        ours: r#"{"node":null}"#,
        library: "refused",
    },
    Example {
        rule: "3.5.1: JSON has one kind of number, and 1.0 is the integer 1",
        query: "query ($id: ID!) { node(id: $id) { id } }",
        variables: r#"{"id": 1.0}"#,
        ours: r#"{"node":null}"#,
        library: "refused",
    },
    Example {
        rule: "3.5.1: the same for Int",
        query: "query ($first: Int) { tasks(first: $first) { nodes { id } } }",
        variables: r#"{"first": 0.0}"#,
        ours: r#"{"tasks":{"nodes":[]}}"#,
        library: "refused",
    },
];

/// Executed, with another outcome.
const ANSWERED_OTHERWISE: [Example; 2] = [
    Example {
        rule: "6.4.4: the failure of a field that cannot be null is its parent's",
        query: "{ me { email } tasks(first: -1) { totalCount } }",
        variables: "{}",
        ours: "null",
        library: r#"{"me":{"email":"ada@example.org"}}"#,
    },
    Example {
        rule: "6.3: of an operation whose fields are all skipped, an empty object is left",
        query: "{ me @skip(if: true) { email } }",
        variables: "{}",
        ours: "{}",
        library: "null",
    },
];

/// Invalid, and executed by the library: rules that its own validation leaves out.
const INVALID: [Example; 5] = [
    Example {
        rule: "5.8.5: a variable fits the place where it is used",
        query: "query ($first: Boolean) { me { email } tasks(first: 1) @include(if: $first) { totalCount } }",
        variables: r#"{"first": false}"#,
        ours: "refused",
        library: r#"{"me":{"email":"ada@example.org"}}"#,
    },
    Example {
        rule: "5.6.3: an input has no field twice",
        query: r#"{ tasks(filter: {search: "x", search: "milk"}) { totalCount } }"#,
        variables: "{}",
        ours: "refused",
        library: r#"{"tasks":{"totalCount":38}}"#,
    },
    Example {
        rule: "5.4.1: __typename takes no arguments",
        query: "{ __typename(of: 1) }",
        variables: "{}",
        ours: "refused",
        library: r#"{"__typename":"Query"}"#,
    },
    Example {
        rule: "5.3.3: __typename has no fields",
        query: "{ __typename { name } }",
        variables: "{}",
        ours: "refused",
        library: r#"{"__typename":"Query"}"#,
    },
    Example {
        rule: "5.6.2: an input has the fields of its type and no others, also beside a variable that is left out",
        query: "query ($done: Boolean) { tasks(filter: {completed: $done, nope: 1}) { totalCount } }",
        variables: "{}",
        ours: "refused",
        library: r#"{"tasks":{"totalCount":45}}"#,
    },
];

fn shown(answer: &Answer) -> String {
    let ran = |error: &Value| error["path"].is_array();
    match &answer.data {
        Some(Value::Null) if !answer.errors.iter().all(ran) => "refused".to_owned(),
        Some(data) => data.to_string(),
        None => "refused".to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_difference_is_still_there() {
    let scene = Scene::new().await;
    let mut gone = Vec::new();
    let examples = ANSWERED_OTHERWISE.iter().chain(&INVALID);
    // Last, because it leaves tasks behind.
    for example in examples.chain(&UNREADABLE) {
        let operation = Operation {
            query: example.query,
            variables: example.variables,
            code: None,
        };
        let case = operation.case(&scene.memory);
        let ours = shown(&scene.ask(Side::Ours, &case).await);
        let library = shown(&scene.ask(Side::Library, &case).await);
        if (ours.as_str(), library.as_str()) != (example.ours, example.library) {
            gone.push(format!(
                "{}\nours: {ours}\nlibrary: {library}",
                example.rule
            ));
        }
    }
    assert!(gone.is_empty(), "{}", gone.join("\n\n"));
}

/// The one place where we are more lenient on purpose: clients that fill a form send an empty name and mean none.
#[tokio::test(flavor = "multi_thread")]
async fn an_empty_operation_name_is_none() {
    let scene = Scene::new().await;
    let case = Case {
        operation_name: Some(String::new()),
        ..Case::new(
            "query Named { __typename }",
            Value::Object(serde_json::Map::new()),
        )
    };
    let ours = shown(&scene.ask(Side::Ours, &case).await);
    let library = shown(&scene.ask(Side::Library, &case).await);
    assert_eq!(
        (ours.as_str(), library.as_str()),
        (r#"{"__typename":"Query"}"#, "refused")
    );
}

/// 6.3.2: fields of one key are one field, which runs once.
#[tokio::test(flavor = "multi_thread")]
async fn the_library_runs_a_root_field_for_each_selection_of_it() {
    let scene = Scene::new().await;
    let query = "{ task(id: \"x\") { id } task(id: \"x\") { title } }";
    let case = Case::new(query, Value::Object(serde_json::Map::new()));
    let ours = scene.ask(Side::Ours, &case).await;
    let library = scene.ask(Side::Library, &case).await;
    assert_eq!((ours.errors.len(), library.errors.len()), (1, 2));
}

/// 7.2.2: keys stand in the order in which they were asked for. Here in the one in which they are ready.
#[tokio::test(flavor = "multi_thread")]
async fn the_library_puts_first_what_is_ready_first() {
    let scene = Scene::new().await;
    let slow: Vec<String> = (0..15)
        .map(|number| format!("t{number}: tasks {{ totalCount }}"))
        .collect();
    let query = format!("{{ {} server {{ version }} }}", slow.join(" "));
    let case = Case::new(&query, Value::Object(serde_json::Map::new()));
    let mut last_keys = Vec::new();
    for side in [Side::Ours, Side::Library] {
        let data = scene.ask(side, &case).await.only_data();
        let keys = data.as_object().map(serde_json::Map::keys);
        last_keys.push(keys.and_then(Iterator::last).cloned().unwrap_or_default());
    }
    assert_eq!(last_keys[0], "server");
    assert_ne!(last_keys[1], "server");
}
