//! Operations in a query string.

use serde_json::json;

use super::{BAD, send};
use testkit::*;

#[tokio::test(flavor = "multi_thread")]
async fn get_runs_queries_and_nothing_else() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let get = async |parameters: &[(&str, &str)]| send(ada.client.get(parameters)).await;
    assert_eq!(
        get(&[("query", "{me{email}}")]).await.data(),
        &json!({"me": {"email": ada.email}})
    );
    let two = "query A { a: __typename } query B($n: Int) { tasks(first: $n) { totalCount } }";
    let with_all = [
        ("query", two),
        ("operationName", "B"),
        ("variables", r#"{"n":0}"#),
        ("extensions", "{}"),
    ];
    assert_eq!(
        get(&with_all).await.data(),
        &json!({"tasks": {"totalCount": 0}})
    );
    let empty = [
        ("query", "{__typename}"),
        ("operationName", ""),
        ("variables", ""),
        ("other", "1"),
    ];
    assert_eq!(get(&empty).await.data(), &json!({"__typename": "Query"}));

    for mutation in [
        "mutation { createTask(input: {title: \"x\"}) { task { id } } }",
        "mutation { logout { success } }",
    ] {
        let reply = get(&[("query", mutation)]).await;
        reply.assert_refused(405, BAD, mutation);
        assert_eq!(reply.header("allow"), "POST");
    }
    assert_eq!(
        ada.page(json!({})).await["totalCount"],
        0,
        "nothing was executed"
    );
    let chosen = "query A { me { id } } mutation B { logout { success } }";
    assert_eq!(
        get(&[("query", chosen), ("operationName", "A")])
            .await
            .data()["me"]["id"],
        json!(ada.id)
    );
    get(&[("query", chosen), ("operationName", "B")])
        .await
        .assert_refused(405, BAD, "the chosen one counts");

    get(&[("query", TASK_EVENTS)]).await.assert_refused(
        406,
        BAD,
        "a subscription without a stream",
    );
    ada.run(TASK_EVENTS, json!({})).await.assert_refused(
        406,
        BAD,
        "a subscription without a stream",
    );
    get(&[]).await.assert_refused(422, BAD, "nothing");
    get(&[("query", "{__typename}"), ("query", "{me{id}}")])
        .await
        .assert_refused(422, BAD, "two queries");
    get(&[("query", "{__typename}"), ("variables", "{")])
        .await
        .assert_refused(400, BAD, "variables are no JSON");
    get(&[("query", "{__typename}"), ("variables", "[]")])
        .await
        .assert_refused(422, BAD, "variables are no object");
    get(&[("query", &"x".repeat(9000))])
        .await
        .assert_refused(414, BAD, "a long query string");
}
