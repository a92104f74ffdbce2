//! Admission in front of a real executor in its fast mode, with a schema of its own printing.

use std::sync::atomic::{AtomicI32, Ordering};

use async_graphql::resolver_utils::enum_value;
use async_graphql::{
    EmptySubscription, Enum, ID, InputObject, Object, Schema, ValidationMode, Value,
};
use serde_json::json;

use super::super::{Admission, Limits, Refusal};
use super::{object as variables_of, series};
use crate::graphql::object::{leaf, object};

struct Query;

#[derive(Clone, Copy, PartialEq, Eq, Enum)]
enum Order {
    Newest,
    Truest,
}

#[derive(InputObject)]
struct Change {
    title: Option<String>,
    #[graphql(default = 3)]
    priority: i32,
}

#[Object]
impl Query {
    async fn echo(&self, text: String) -> String {
        text
    }

    async fn id(&self, id: ID) -> ID {
        id
    }

    async fn order(&self, #[graphql(default_with = "Order::Newest")] order: Order) -> Order {
        order
    }

    async fn orders(&self, orders: Vec<Order>) -> Vec<Order> {
        orders
    }

    async fn itself(&self) -> Itself {
        Itself {}
    }
}

object! {
    /// What is below a root field.
    struct Itself {} => {
        /// As it is.
        order: Order => Order::Newest,
        /// All of them.
        orders: Vec<Order> => vec![Order::Newest],
        /// Another one.
        deeper: Itself => Itself {},
    }
}

leaf!(Order: |order| &enum_value(order));

#[derive(Default)]
struct Mutation {
    times: AtomicI32,
}

#[Object]
impl Mutation {
    async fn count(&self) -> i32 {
        self.times.fetch_add(1, Ordering::Relaxed) + 1
    }

    async fn change(&self, input: Change) -> String {
        format!("{:?} {}", input.title, input.priority)
    }
}

fn executable() -> Schema<Query, Mutation, EmptySubscription> {
    Schema::build(Query, Mutation::default(), EmptySubscription)
        .validation_mode(ValidationMode::Fast)
        .limit_recursive_depth(Limits::default().nesting)
        .finish()
}

async fn run(source: &str, variables: serde_json::Value) -> Result<Value, Refusal> {
    let schema = executable();
    let gate = Admission::new(&schema.sdl(), Limits::default()).expect("printed by the library");
    let admitted = gate.admit(source, None, variables_of(variables))?;
    let response = schema.execute(admitted.request).await;
    assert!(
        response.errors.is_empty(),
        "{source}: {:?}",
        response.errors
    );
    Ok(response.data)
}

#[track_caller]
fn answers(source: &str, variables: serde_json::Value, expected: &serde_json::Value) {
    let data = runtime()
        .block_on(run(source, variables))
        .expect("admitted");
    assert_eq!(&data.into_json().expect("JSON"), expected, "{source}");
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime")
}

#[test]
fn what_the_executors_own_parser_gets_wrong_runs_right() {
    answers(
        "query($id: ID !, $all: [ Order! ] ! = [TRUEST]) { id(id: $id) orders(orders: $all) }",
        json!({"id": 5}),
        &json!({"id": "5", "orders": ["TRUEST"]}),
    );
    answers(
        r#"{ echo(text: """ a \""" b """) }"#,
        json!({}),
        &json!({"echo": " a \"\"\" b "}),
    );
    answers(
        r#"{ echo(text: "\u{1F600} \uD83D\uDE00") }"#,
        json!({}),
        &json!({"echo": "\u{1F600} \u{1F600}"}),
    );
    answers(
        "{ id(id: 99999999999999999999) }",
        json!({}),
        &json!({"id": "99999999999999999999"}),
    );
    answers(
        "{ ...# on what\n on # which\n Query { __typename } }",
        json!({}),
        &json!({"__typename": "Query"}),
    );
}

#[test]
fn operations_run_with_fragments_directives_and_defaults() {
    answers(
        "query Q($no: Boolean = false, $o: Order) { ...A @include(if: $no) itself { ...B } order(order: TRUEST) o: order }
         query Other { order }
         fragment A on Query { x: order } fragment B on Itself { ... { order } }"
            .replace(", $o: Order", "")
            .replace("query Other { order }", "")
            .as_str(),
        json!({}),
        &json!({"itself": {"order": "NEWEST"}, "order": "TRUEST", "o": "NEWEST"}),
    );
    answers(
        "mutation($c: Change!, $t: String) { a: change(input: $c) b: change(input: {title: $t}) }",
        json!({"c": {"title": "x"}}),
        &json!({"a": "Some(\"x\") 3", "b": "None 3"}),
    );
}

#[test]
fn nested_to_the_limit_still_runs() {
    let inline = format!(
        "{{ itself {{ {}order{} }} }}",
        "...{".repeat(62),
        "}".repeat(62)
    );
    answers(&inline, json!({}), &json!({"itself": {"order": "NEWEST"}}));
    let chain = series(62, |link| {
        format!(" fragment F{link} on Query {{ ...F{} }}", link + 1)
    });
    let spread = format!("{{ ...F0 }} {chain} fragment F62 on Query {{ order }}");
    answers(&spread, json!({}), &json!({"order": "NEWEST"}));
}

/// 6.3.2: fields of one key are one field, which runs once.
#[test]
fn one_key_runs_once() {
    for twice in [
        "mutation { count count }",
        "mutation { ...F ... { count } } fragment F on Mutation { count }",
        "mutation ($no: Boolean = false) { count @include(if: $no) count }",
    ] {
        answers(twice, json!({}), &json!({"count": 1}));
    }
    let schema = Schema::new(Query, Mutation::default(), EmptySubscription);
    runtime().block_on(schema.execute("mutation { count count }"));
    let third = runtime().block_on(schema.execute("mutation { count }"));
    // Should this ever be 2, the executor does it by itself.
    assert_eq!(third.data.into_json().expect("JSON"), json!({"count": 3}));
}

#[test]
fn one_key_has_what_all_its_selections_want() {
    let merged = "query ($no: Boolean = false, $yes: Boolean = true) {
        i: itself @skip(if: $no) { order } order ...F ... @include(if: $no) { i: itself { orders } }
        j: itself @include(if: $no) { order }
    }
    fragment F on Query { i: itself { deeper { o: order } ... @include(if: $yes) { order deeper { order } } } }";
    answers(
        merged,
        json!({}),
        &json!({"i": {"order": "NEWEST", "deeper": {"o": "NEWEST", "order": "NEWEST"}}, "order": "NEWEST"}),
    );
    answers(
        merged,
        json!({"no": true, "yes": false}),
        &json!({"order": "NEWEST", "i": {"deeper": {"o": "NEWEST"}, "orders": ["NEWEST"]}, "j": {"order": "NEWEST"}}),
    );
}

/// The same document runs for others with other values: nothing of one run is left in the next.
#[test]
fn a_prepared_document_runs_many_times() {
    let source = "query ($no: Boolean!) { itself { order orders @skip(if: $no) } }";
    let gate = Admission::new(&executable().sdl(), Limits::default()).expect("printed");
    for (no, expected) in [
        (true, json!({"itself": {"order": "NEWEST"}})),
        (
            false,
            json!({"itself": {"order": "NEWEST", "orders": ["NEWEST"]}}),
        ),
        (true, json!({"itself": {"order": "NEWEST"}})),
    ] {
        let admitted = gate
            .admit(source, None, variables_of(json!({"no": no})))
            .expect("admitted");
        let response = runtime().block_on(executable().execute(admitted.request));
        assert_eq!(response.data.into_json().expect("JSON"), expected);
    }
}

/// JSON has no `-0` among its integers, and none that no machine word holds.
#[test]
fn defaults_of_variables_mean_what_they_mean_as_literals() {
    answers(
        "query ($id: ID! = 99999999999999999999) { id(id: $id) }",
        json!({}),
        &json!({"id": "99999999999999999999"}),
    );
    answers(
        "mutation ($p: Int! = -0) { change(input: { priority: $p }) }",
        json!({}),
        &json!({"change": "None 0"}),
    );
    answers(
        "mutation ($c: Change! = { title: \"a\", priority: -0 }) { change(input: $c) }",
        json!({}),
        &json!({"change": "Some(\"a\") 0"}),
    );
}
