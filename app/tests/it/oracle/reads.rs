//! Queries, over one database that both sides read: what they answer must be the same to the byte.

use crate::oracle::answer::Answer;
use crate::oracle::case::Operation;
use crate::oracle::scene::Scene;

const fn reads(query: &'static str, variables: &'static str) -> Operation {
    Operation {
        query,
        variables,
        code: None,
    }
}

const fn fails(code: &'static str, query: &'static str, variables: &'static str) -> Operation {
    Operation {
        query,
        variables,
        code: Some(code),
    }
}

/// Every query of the contract, in the shapes in which clients ask.
pub(crate) const OPERATIONS: [Operation; 32] = [
    reads("{ me { id email createdAt } }", "{}"),
    reads(
        "{ me { __typename name: email email } again: me { id } __typename }",
        "{}",
    ),
    reads(
        "{ server { version registrationOpen passwordLogin signInUrl maxPageSize maxTitleLength maxDescriptionLength minPasswordLength } }",
        "{}",
    ),
    reads(
        "{ sessions { id current userAgent createdAt lastUsedAt expiresAt } }",
        "{}",
    ),
    reads(
        "query One($id: ID!) { task(id: $id) { ...All } } fragment All on Task { id title description completed createdAt updatedAt completedAt version }",
        r#"{"id": "$task"}"#,
    ),
    reads(
        "query Done($id: ID!) { task(id: $id) { completed completedAt updatedAt version } }",
        r#"{"id": "$done"}"#,
    ),
    fails(
        "NOT_FOUND",
        "query Foreign($id: ID!) { task(id: $id) { id } me { email } }",
        r#"{"id": "$foreign"}"#,
    ),
    fails(
        "VALIDATION",
        r#"{ me { id } task(id: "task_1") { id } }"#,
        "{}",
    ),
    reads(
        "query Nodes($task: ID!, $user: ID!, $session: ID!, $foreign: ID!) { a: node(id: $task) { __typename id ...Kind } b: node(id: $user) { id ...Kind } c: node(id: $session) { ...Kind id } d: node(id: $foreign) { id } } fragment Kind on Node { ... on Task { title version } ... on User { email } ... on Session { current userAgent } }",
        r#"{"task": "$task", "user": "$user", "session": "$session", "foreign": "$foreign"}"#,
    ),
    reads(
        "{ tasks { edges { cursor node { id title } } nodes { id title completed } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount } }",
        "{}",
    ),
    reads(
        "query Changes($first: Int) { taskChanges(first: $first) { changes { taskId task { id title version } } cursor hasMore } all: taskChanges { hasMore changes { __typename } } tasks(first: 1) { asOf } }",
        r#"{"first": 2}"#,
    ),
    fails(
        "VALIDATION",
        "{ taskChanges(after: \"x\", first: 101) { cursor } }",
        "{}",
    ),
    reads(
        "{ tasks(first: 0) { nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount } }",
        "{}",
    ),
    reads(
        "query Page($first: Int, $after: String, $order: TaskOrder) { tasks(first: $first, after: $after, orderBy: $order) { edges { cursor node { ...T } } pageInfo { ...P } } } fragment T on Task { id createdAt } fragment P on PageInfo { hasNextPage endCursor }",
        r#"{"first": 7, "after": "$OLDEST", "order": "OLDEST"}"#,
    ),
    reads(
        "query Page($last: Int, $before: String) { tasks(last: $last, before: $before, orderBy: NEWEST) { nodes { id } pageInfo { hasPreviousPage startCursor } } }",
        r#"{"last": 5, "before": "$NEWEST"}"#,
    ),
    reads(
        "query Page($after: String, $before: String) { tasks(after: $after, before: $before, orderBy: RECENTLY_UPDATED) { nodes { id updatedAt } } }",
        r#"{"after": "$RECENTLY_UPDATED"}"#,
    ),
    reads(
        "query All($first: Int = 50) { tasks(first: $first, orderBy: OPEN_FIRST) { nodes { completed id } totalCount } }",
        "{}",
    ),
    reads(
        "query Found($filter: TaskFilter) { tasks(filter: $filter) { totalCount nodes { title } } }",
        r#"{"filter": {"search": "milk", "completed": false}}"#,
    ),
    reads(
        "query Found($words: String, $done: Boolean) { tasks(filter: {search: $words, completed: $done}) { totalCount nodes { title description } } }",
        r#"{"words": "STRASSE", "done": null}"#,
    ),
    reads(
        "query Found($done: Boolean) { tasks(filter: {completed: $done}) { totalCount } }",
        "{}",
    ),
    fails(
        "VALIDATION",
        "{ tasks(first: -1, last: 101, after: \"x\") { totalCount } }",
        "{}",
    ),
    fails(
        "VALIDATION",
        "query Mixed($after: String) { me { id } tasks(after: $after, orderBy: OLDEST) { totalCount } }",
        r#"{"after": "$NEWEST"}"#,
    ),
    reads(
        "query Some($yes: Boolean!, $no: Boolean = false) { me @include(if: $yes) { id @skip(if: $yes) email } server @include(if: $no) { version } ... @skip(if: $no) { tasks(first: 1) { totalCount nodes @skip(if: $yes) { id } } } }",
        r#"{"yes": true}"#,
    ),
    reads(
        "{ tasks(first: 3) { nodes { id } } tasks(first: 3) { nodes { title } totalCount } ... { tasks(first: 3) { edges { cursor } nodes { id version } } } }",
        "{}",
    ),
    reads(
        "{ z: me { id } a: server { version } m: sessions { id } }",
        "{}",
    ),
    reads("{ tags { tag openTaskCount } }", "{}"),
    reads(
        "query Places($order: TaskOrder = DUE_FIRST, $done: Boolean) { tasks(first: 3) { nodes { id dueOn priority tags plain: place place(orderBy: $order, filter: {completed: $done}) } } }",
        r#"{"done": false}"#,
    ),
    fails(
        "VALIDATION",
        "{ me { id } tasks(first: 3) { nodes { place(filter: {tags: [\"\"]}) } } }",
        "{}",
    ),
    reads("{ me { ... on Node { id } ... on User { email } } }", "{}"),
    reads(
        "query Two($order: TaskOrder! = OLDEST) { tasks(first: 2, orderBy: $order) { nodes { title } } }",
        r#"{"order": "NEWEST"}"#,
    ),
    reads(
        "{ __typename __schema { queryType { name } types { kind name description fields { name args { name defaultValue } } inputFields { name defaultValue } enumValues { name } interfaces { name } possibleTypes { name } } directives { name locations args { name } } } }",
        "{}",
    ),
    reads(
        "{ __type(name: \"Task\") { name kind fields { name description type { kind name ofType { kind name } } } interfaces { name } } }",
        "{}",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_query_of_the_contract_is_answered_as_the_library_answers_it() {
    let scene = Scene::new().await;
    let mut disputes = Vec::new();
    for operation in &OPERATIONS {
        match scene.both(&operation.case(&scene.memory)).await {
            Ok(answer) => {
                let code = answer.as_ref().and_then(Answer::code);
                assert!(answer.is_some(), "not compared: {}", operation.query);
                assert_eq!(code, operation.code, "{}: {answer:?}", operation.query);
            }
            Err(dispute) => disputes.push(dispute),
        }
    }
    assert!(disputes.is_empty(), "{}", disputes.join("\n\n"));
}
