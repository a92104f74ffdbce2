//! What is admitted, and what the executor and the guards are handed.

use async_graphql::parser::types::Selection;
use serde_json::json;

use super::super::{Admission, Limits, OperationKind, RefusalKind, RootField};
use super::{SDL, admit, gate, object, refused_with, series};
use crate::graphql::FieldPolicy;

const INTROSPECTION: &str = include_str!("../testdata/introspection.graphql");

fn root(name: &str, public: bool, credentials: bool) -> RootField {
    RootField {
        name: name.to_owned(),
        policy: FieldPolicy {
            public,
            credentials,
            refresh_cookie: false,
        },
    }
}

#[test]
fn the_standard_introspection_query_is_admitted() {
    let admitted = gate()
        .admit(INTROSPECTION, Some("IntrospectionQuery"), object(json!({})))
        .expect("what every tool sends");
    assert_eq!(*admitted.root_fields, [root("__schema", false, false)]);
}

#[test]
fn the_introspection_query_leaves_room_for_one_that_asks_a_little_more() {
    let limits = Limits {
        introspection_cost: Limits::default().introspection_cost * 6 / 10,
        ..Limits::default()
    };
    let gate = Admission::new(SDL, limits).expect("the contract is a schema");
    assert!(gate.admit(INTROSPECTION, None, object(json!({}))).is_ok());
}

#[test]
fn root_fields_are_found_through_fragments_and_conditions() {
    let source = "query Q($no: Boolean = false) {
        mine: me { id } ...A @include(if: $no) ... on Query { t: __typename @skip(if: true) }
        one: task(id: 1) { id }
    }
    fragment A on Query { two: task(id: 2) { id } ...B ...B }
    fragment B on Query { server { version } __type(name: \"Task\") { name } }";
    let admitted = admit(source, json!({})).expect("valid");
    assert_eq!(admitted.kind, OperationKind::Query);
    let expected = [
        root("me", false, false),
        root("task", false, false),
        root("server", true, false),
        root("__type", false, false),
        root("__typename", false, false),
    ];
    assert_eq!(*admitted.root_fields, expected);
}

#[test]
fn a_root_field_comes_with_its_policy() {
    let source = "mutation { login(input: {email: \"a@b.c\", password: \"x\"}) { expiresIn } }";
    let admitted = admit(source, json!({})).expect("valid");
    assert_eq!(*admitted.root_fields, [root("login", true, true)]);
}

#[test]
fn the_operation_is_chosen_by_name() {
    let source = "query A { me { id } } mutation B { logout { success } } subscription C { taskEvents { kind } }";
    let gate = gate();
    let choose = |name| gate.admit(source, name, object(json!({})));
    assert_eq!(choose(Some("A")).expect("there").kind, OperationKind::Query);
    assert_eq!(
        choose(Some("B")).expect("there").kind,
        OperationKind::Mutation
    );
    assert_eq!(
        choose(Some("C")).expect("there").kind,
        OperationKind::Subscription
    );
    for name in [None, Some("D"), Some("")] {
        assert_eq!(
            choose(name).expect_err("no such").kind,
            RefusalKind::Validation
        );
    }
    let anonymous = gate.admit("{ me { id } }", Some("A"), object(json!({})));
    assert_eq!(
        anonymous.expect_err("unnamed").kind,
        RefusalKind::Validation
    );
}

#[test]
fn variables_are_coerced_and_defaults_filled_in() {
    let source = "query($first: Int = 7, $filter: TaskFilter, $id: ID!) {
        tasks(first: $first, filter: $filter) { totalCount } task(id: $id) { id } }";
    let admitted = admit(
        source,
        json!({"filter": {"search": "x"}, "id": 5, "other": [1]}),
    )
    .expect("valid");
    let variables = serde_json::to_value(&admitted.request.variables).expect("JSON");
    assert_eq!(
        variables,
        json!({"first": 7, "filter": {"search": "x"}, "id": 5})
    );
}

#[test]
fn pages_multiply_what_lies_below_them() {
    let source = "query($n: Int, $m: Int) { tasks(first: $n, last: $m) { edges { cursor node { id title } } } }";
    for (variables, costs) in [
        (json!({}), 1 + 20 * 5),
        (json!({"n": null}), 1 + 20 * 5),
        (json!({"n": 0}), 1),
        (json!({"n": -3}), 1),
        (json!({"n": 3, "m": 50}), 1 + 50 * 5),
        (json!({"n": 2_147_483_647}), 1 + 100 * 5),
    ] {
        let up_to = |complexity| {
            let limits = Limits {
                complexity,
                ..Limits::default()
            };
            let gate = Admission::new(SDL, limits).expect("the contract is a schema");
            gate.admit(source, None, object(variables.clone()))
        };
        up_to(costs).expect("just cheap enough");
        let refusal = up_to(costs - 1).expect_err("one field too many");
        let message = format!("may resolve {costs} fields");
        assert!(
            refusal.errors[0].message.contains(&message),
            "{variables}: {refusal:?}"
        );
    }
}

#[test]
fn items_of_lists_in_arguments_count_as_fields_at_each_use() {
    let create = |variables: &str, input: &str| {
        format!("mutation {variables} {{ createTasks(input: {input}) {{ tasks {{ id }} }} }}")
    };
    let delete = "mutation($ids: [ID!]!) { deleteTasks(input: {ids: $ids}) { deletedTaskIds } }";
    let entry = json!({"title": "x"});
    let both = json!({"input": {"tasks": [entry, entry, entry]}, "tasks": [entry, entry]});
    for (source, variables, costs) in [
        (
            create("($input: CreateTasksInput!)", "$input"),
            both.clone(),
            3 + 3,
        ),
        (
            create("($tasks: [CreateTaskInput!]!)", "{tasks: $tasks}"),
            both.clone(),
            3 + 2,
        ),
        (
            create(
                "",
                "{tasks: [{title: \"a\"}, {title: \"b\", tags: [\"c\", \"d\"]}]}",
            ),
            both,
            3 + 2 + 2,
        ),
        (
            create("($t: [String!])", "{tasks: [{title: \"a\", tags: $t}, {title: \"b\", tags: $t}]}"),
            json!({"t": ["a", "b", "c"]}),
            3 + 2 + 2 * 3,
        ),
        (
            "query ($f: TaskFilter) { tasks(first: 50, filter: $f) { nodes { place(filter: $f) } } }".to_owned(),
            json!({"f": {"tags": ["a", "b"], "priorities": ["LOW"]}}),
            1 + 50 * 2 + 2 * 3,
        ),
        ("{ tags { tag openTaskCount } }".to_owned(), json!({}), 3 + 150),
        (
            delete.to_owned(),
            json!({"ids": ["a", "b", "c", "d"]}),
            2 + 4,
        ),
    ] {
        let up_to = |complexity| {
            let limits = Limits {
                complexity,
                ..Limits::default()
            };
            let gate = Admission::new(SDL, limits).expect("the contract is a schema");
            gate.admit(&source, None, object(variables.clone()))
        };
        up_to(costs).expect("just cheap enough");
        up_to(costs - 1).expect_err("one entry too many");
    }
}

#[test]
fn a_cached_document_is_costed_for_every_request_anew() {
    let fields = series(7, |n| {
        format!("t{n}: tasks(first: $n) {{ nodes {{ id title completed version }} }}")
    });
    let source = format!("query($n: Int) {{ {fields} }}");
    let gate = gate();
    assert!(gate.admit(&source, None, object(json!({"n": 80}))).is_ok());
    let refusal = gate
        .admit(&source, None, object(json!({"n": 100})))
        .expect_err("3507 fields");
    assert_eq!(refusal.kind, RefusalKind::TooComplex);
    assert!(gate.admit(&source, None, object(json!({"n": 80}))).is_ok());
    refused_with(RefusalKind::Validation, &source, json!({"n": "80"}));
}

#[test]
fn the_executor_is_given_the_root_fields_of_the_chosen_operation() {
    let source =
        "query A { ...F } query B { me { id } ...F } fragment F on Query { server { version } }";
    let mut admitted = gate()
        .admit(source, Some("A"), object(json!({})))
        .expect("valid");
    assert_eq!(*admitted.response_keys, ["server".to_owned()]);
    let document = admitted.request.parsed_query().expect("already parsed");
    let operations: Vec<_> = document.operations.iter().collect();
    let [(None, operation)] = operations[..] else {
        panic!("{operations:?}");
    };
    let [root] = &operation.node.selection_set.node.items[..] else {
        panic!("{operation:?}");
    };
    assert!(matches!(&root.node, Selection::Field(field) if field.node.name.node == "server"));
    assert_eq!(
        document.fragments.len(),
        0,
        "what is below is answered without the executor"
    );
    assert!(
        admitted.request.query.is_empty(),
        "there is no text that could be parsed again"
    );
}

#[test]
fn positions_are_the_documents_own() {
    let source = "# \u{1F600}\r\nquery {\r  me { id }\n  \"\"\"";
    let source = source.trim_end_matches("  \"\"\"").to_owned() + "  server { version } }";
    let mut admitted = admit(&source, json!({})).expect("valid");
    let document = admitted.request.parsed_query().expect("already parsed");
    let (_, operation) = document.operations.iter().next().expect("one");
    let lines: Vec<_> = operation
        .node
        .selection_set
        .node
        .items
        .iter()
        .map(|item| (item.pos.line, item.pos.column))
        .collect();
    assert_eq!(lines, [(3, 3), (4, 3)]);
}

#[test]
fn the_gate_is_shared_and_its_answers_print_no_variables() {
    fn shared<T: Send + Sync>(gate: T) -> T {
        gate
    }
    let source = "mutation($input: LoginInput!) { login(input: $input) { expiresIn } }";
    let variables = json!({"input": {"email": "a@b.c", "password": "correct-horse"}});
    let admitted = shared(gate())
        .admit(source, None, object(variables))
        .expect("valid");
    assert!(!format!("{admitted:?}").contains("correct"));
}

#[test]
fn the_keys_of_a_response_stand_in_the_order_of_the_document_through_fragments() {
    let source = "query { ...B a: me { id } ... on Query { z: me { id } a: me { email } } } fragment B on Query { b: me { id } }";
    let admitted = admit(source, json!({})).expect("a valid query");
    assert_eq!(*admitted.response_keys, ["b", "a", "z"].map(str::to_owned));
}
