//! Admission in front of a real executor in its fast mode, with a schema of its own printing.

use std::sync::atomic::{AtomicI32, Ordering};

use async_graphql::{
    EmptySubscription, Enum, ID, InputObject, Object, Schema, ValidationMode, Value,
};
use serde_json::json;

use super::super::{Admission, Limits, Refusal, RefusalKind};
use super::{object, series};

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

    async fn itself(&self) -> Query {
        Query
    }
}

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

async fn run(source: &str, variables: serde_json::Value) -> Result<Value, Refusal> {
    let limits = Limits::default();
    let schema = Schema::build(Query, Mutation::default(), EmptySubscription)
        .validation_mode(ValidationMode::Fast)
        .limit_recursive_depth(limits.nesting)
        .finish();
    let gate = Admission::new(&schema.sdl(), limits).expect("printed by the library");
    let admitted = gate.admit(source, None, object(variables))?;
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
         fragment A on Query { x: order } fragment B on Query { ... { order } }"
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

#[test]
fn the_executor_alone_would_run_one_mutation_twice() {
    let twice = "mutation { count count }";
    let refusal = runtime()
        .block_on(run(twice, json!({})))
        .expect_err("twice");
    assert_eq!(refusal.kind, RefusalKind::TooComplex);
    let schema = Schema::new(Query, Mutation::default(), EmptySubscription);
    runtime().block_on(schema.execute(twice));
    let third = runtime().block_on(schema.execute("mutation { count }"));
    // Should this ever be 2, the rule can go.
    assert_eq!(third.data.into_json().expect("JSON"), json!({"count": 3}));
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
