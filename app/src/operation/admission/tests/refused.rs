//! What is not valid, what must stand alone, and what the refusals say and never say.

use serde_json::json;

use super::super::RefusalKind::{Syntax, TooComplex, Validation};
use super::{admit, refused_as, refused_with};

#[test]
fn what_the_compiler_or_the_executor_would_let_pass_is_refused() {
    for source in [
        "{ tasks(filter: {search: \"a\", search: \"b\"}) { totalCount } }",
        "query($f: TaskFilter = {search: \"a\", search: \"b\"}) { tasks(filter: $f) { totalCount } }",
        "{ tasks(filter: {nope: 1}) { totalCount } }",
        "{ tasks(orderBy: NOPE) { totalCount } }",
        "{ tasks(orderBy: \"NEWEST\") { totalCount } }",
        "{ tasks(first: 2147483648) { totalCount } }",
        "{ tasks(first: 1.0) { totalCount } }",
        "{ task { id } }",
        "{ task(id: null) { id } }",
        "{ task(id: true) { id } }",
        "{ task(id: $id) { id } }",
        "query($id: ID) { task(id: $id) { id } }",
        "query($id: String!) { task(id: $id) { id } }",
        "query($id: ID!, $id: ID!) { task(id: $id) { id } }",
        "query($id: Task!) { task(id: $id) { id } }",
        "query($unused: Int) { me { id } }",
        "{ me }",
        "{ me { id { x } } }",
        "{ __typename { x } }",
        "{ __typename(x: 1) }",
        "{ __errorCode }",
        "{ __errorReason }",
        "{ me { nope } }",
        "{ me @nope { id } }",
        "{ me @skip { id } }",
        "{ me @skip(if: 1) { id } }",
        "query @skip(if: true) { me { id } }",
        "{ me { id } } { me { id } }",
        "query A { me { id } } query A { me { email } }",
        "{ me { ...Nope } }",
        "{ me { ... on Task { id } } }",
        "{ a: task(id: 1) { id } a: task(id: 2) { id } }",
        "{ me { x: id x: email } }",
        "subscription { taskEvents { kind } other: taskEvents { kind } }",
        "subscription { ...S } fragment S on Subscription { taskEvents { kind } x: taskEvents { kind } }",
        "subscription { __typename }",
        "type Query { me: Int }",
        "fragment F on Query { me { id } }",
    ] {
        refused_as(Validation, source);
    }
}

#[test]
fn variables_that_do_not_fit_are_refused() {
    let source = "query($id: ID!, $first: Int, $order: TaskOrder, $filter: TaskFilter) {
        task(id: $id) { id } tasks(first: $first, orderBy: $order, filter: $filter) { totalCount } }";
    for variables in [
        json!({}),
        json!({"id": null}),
        json!({"id": true}),
        json!({"id": 1.5}),
        json!({"id": ["1"]}),
        json!({"id": {}}),
        json!({"id": "1", "first": "1"}),
        json!({"id": "1", "first": 2_147_483_648_i64}),
        json!({"id": "1", "first": 1.5}),
        json!({"id": "1", "first": 1e300}),
        json!({"id": "1", "order": "NOPE"}),
        json!({"id": "1", "order": 1}),
        json!({"id": "1", "filter": {"nope": 1}}),
        json!({"id": "1", "filter": {"search": 1}}),
        json!({"id": "1", "filter": []  , "first": []}),
        json!({"id": "1", "filter": "x"}),
    ] {
        refused_with(Validation, source, variables);
    }
}

#[test]
fn what_the_compilers_parser_skips_is_refused() {
    for source in [
        "{ task(id: 1, id) { id } }",
        "{ task(nope id: 1) { id } }",
        "{ tasks(filter: {nope search: \"a\"}) { totalCount } }",
        "mutation { login(input: {email \"x\" email: \"a\", password: \"b\"}) { expiresIn } }",
        "{ me @include(if if: true) { id } }",
        "{ me { id } } \u{feff}\u{e9}",
    ] {
        refused_as(Syntax, source);
    }
    assert!(admit(",{,me,{,x,:,id,},},", json!({})).is_ok());
    assert!(admit("query { me { id } }", json!({})).is_ok());
}

#[test]
fn variables_that_may_be_null_do_not_fit_inside_values_either() {
    let create = |declared: &str| {
        format!("mutation({declared}) {{ createTask(input: {{title: $t}}) {{ task {{ id }} }} }}")
    };
    assert!(admit(&create("$t: String!"), json!({"t": "x"})).is_ok());
    assert!(admit(&create("$t: String = \"x\""), json!({})).is_ok());
    for declared in [
        "$t: String",
        "$t: String = null",
        "$t: ID!",
        "$t: [String!]!",
    ] {
        refused_with(Validation, &create(declared), json!({"t": "x"}));
    }
}

#[test]
fn credential_mutations_stand_alone() {
    let login = |alias: &str| {
        format!("{alias} login(input: {{email: \"a\", password: \"b\"}}) {{ expiresIn }}")
    };
    assert!(admit(&format!("mutation {{ {} }}", login("")), json!({})).is_ok());
    for source in [
        format!("mutation {{ {} {} }}", login("a:"), login("b:")),
        format!("mutation {{ {} logout {{ success }} }}", login("")),
        format!("mutation {{ {} __typename }}", login("")),
        format!(
            "mutation {{ ...L ...L }} fragment L on Mutation {{ {} }}",
            login("")
        ),
        format!(
            "mutation {{ ...L logout {{ success }} }} fragment L on Mutation {{ ... {{ {} }} }}",
            login("")
        ),
    ] {
        refused_as(TooComplex, &source);
    }
}

#[test]
fn the_compiler_wants_one_root_field_of_a_subscription() {
    refused_as(
        Validation,
        "subscription { taskEvents { kind } taskEvents { taskId } }",
    );
}

#[test]
fn no_message_repeats_a_secret() {
    let secret = "correct-horse";
    let declared = "mutation($input: LoginInput!) { login(input: $input) { expiresIn } }";
    let mut refusals = Vec::new();
    for source in [
        "mutation { login(input: {email: \"a\", password: \"correct-horse\") { expiresIn } }",
        "mutation { login(input: {email: \"a\", password \"correct-horse\"}) { expiresIn } }",
        "mutation { login(input: \"correct-horse\") { expiresIn } }",
        "mutation { login(input: {email: \"a\", pass: \"correct-horse\"}) { expiresIn } }",
        "mutation { login(input: {email: \"a\", password: [\"correct-horse\", 1]}) { expiresIn } }",
        "mutation { login(input: {email: \"a\", password: \"correct-horse }) { expiresIn } }",
        "mutation { login(email: \"a\", password: \"correct-horse\") { expiresIn } }",
        "mutation { login(input: {email: \"a\", delivery: \"correct-horse\", password: \"x\"}) { expiresIn } }",
        "mutation \"correct-horse\" { logout { success } }",
        "\"correct-horse\"",
        "mutation { a: login(input: {email: \"a\", password: \"correct-horse\"}) { expiresIn } a: refreshToken(input: {refreshToken: \"correct-horse\"}) { expiresIn } }",
        "{ a: task(id: \"correct-horse\") { id } a: task(id: \"x\") { id } }",
        "{ task(id: \"correct-horse\\q\") { id } }",
        "{ task(id: \"\"\"correct-horse) { id } }",
    ] {
        refusals.push(admit(source, json!({})).expect_err(source));
    }
    for variables in [
        json!({"input": secret}),
        json!({"input": [secret]}),
        json!({"input": {"email": {"x": secret}, "password": "x"}}),
        json!({"input": {"email": "a", "password": ["x", secret]}}),
        json!({"input": {"email": "a", "password": "x", "delivery": secret}}),
        json!({"input": {"email": "a", "password": "x", secret: 1}}),
    ] {
        refusals.push(admit(declared, variables).expect_err("does not fit"));
    }
    for refusal in refusals {
        for error in &refusal.errors {
            assert!(!error.message.contains("correct"), "{}", error.message);
        }
    }
}

#[test]
fn messages_are_sentences_with_a_place() {
    let mut said = Vec::new();
    for source in [
        "{ me { id }",
        "{ me( }",
        "{ me { id: } }",
        "query Q($a Int) { me { id } }",
        "{ me { id } } }",
        "{ task(id: \"a) { id } }",
        "{ me { ... on { id } } }",
        "fragment on on User { id }",
        "{ tasks(first: 01) { totalCount } }",
        "{ me { nope } }",
        "{ task(id: [1.5]) { id } }",
        "query($a: Int) { me { id } }",
    ] {
        let refusal = admit(source, json!({})).expect_err(source);
        assert!(matches!(refusal.kind, Syntax | Validation));
        let error = &refusal.errors[0];
        said.push(format!(
            "{source}\n    {:?} {}",
            error.locations, error.message
        ));
    }
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn many_errors_come_as_ten() {
    let source = format!("{{ me {{ {} }} }}", "nope ".repeat(200));
    assert_eq!(refused_as(Validation, &source).errors.len(), 10);
    let long = format!("{{ me {{ {} }} }}", "x".repeat(10_000));
    refused_as(Validation, &long);
}
