//! Many tasks at once: all of it or nothing, and everything that is wrong is named.

use serde_json::{Value, json};

use testkit::*;

const CREATE_ALL: &str = "mutation ($input: CreateTasksInput!) { createTasks(input: $input) { tasks { id title priority tags version } } }";
const UPDATE_ALL: &str = "mutation ($input: UpdateTasksInput!) { updateTasks(input: $input) { tasks { id completed dueOn priority tags version } } }";
const DELETE_ALL: &str =
    "mutation ($input: DeleteTasksInput!) { deleteTasks(input: $input) { deletedTaskIds } }";
const MANUAL: &str = "{ tasks(orderBy: MANUAL, first: 100) { nodes { id } } }";

fn own_id(n: usize) -> String {
    format!("task_0197c0df1c3d7a42b6e5f4d3{n:08}")
}

async fn created(user: &TestUser, count: usize) -> Vec<String> {
    let tasks: Vec<Value> = (0..count)
        .map(|n| json!({"title": format!("{n}"), "id": own_id(n)}))
        .collect();
    let reply = user.mutate(CREATE_ALL, json!({ "tasks": tasks })).await;
    let tasks = reply.data()["createTasks"]["tasks"]
        .as_array()
        .unwrap()
        .clone();
    tasks
        .iter()
        .map(|task| task["id"].as_str().unwrap().to_owned())
        .collect()
}

async fn manual(user: &TestUser) -> Vec<String> {
    let nodes = user.run(MANUAL, json!({})).await.data()["tasks"]["nodes"].clone();
    let nodes = nodes.as_array().unwrap().iter();
    nodes
        .map(|task| task["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn many_tasks_are_created_changed_and_deleted() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let old = ada.create_id("old").await;
    let ids = created(&ada, 99).await;
    assert_eq!(ids[..3], [own_id(0), own_id(1), own_id(2)]);
    assert_eq!(created(&ada, 99).await, ids);
    let mut listed = ids.clone();
    listed.push(old.clone());
    assert_eq!(manual(&ada).await, listed);

    let input = json!({"ids": [ids[7], old, ids[3]], "completed": true, "dueOn": "2026-01-31", "priority": "LOW", "addTags": ["a", "B"]});
    let reply = ada.mutate(UPDATE_ALL, input.clone()).await;
    let tasks = reply.data()["updateTasks"]["tasks"].clone();
    let expected = |id: &str| json!({"id": id, "completed": true, "dueOn": "2026-01-31", "priority": "LOW", "tags": ["a", "B"], "version": 2});
    assert_eq!(
        tasks,
        json!([expected(&ids[7]), expected(&old), expected(&ids[3])])
    );
    assert_eq!(
        ada.mutate(UPDATE_ALL, input).await.data()["updateTasks"]["tasks"],
        tasks
    );
    let input = json!({"ids": [ids[3]], "removeTags": ["A", "nothing"], "clear": ["DUE_ON"], "completed": null});
    let reply = ada.mutate(UPDATE_ALL, input).await;
    assert_eq!(
        reply.data()["updateTasks"]["tasks"],
        json!([{"id": ids[3], "completed": true, "dueOn": null, "priority": "LOW", "tags": ["B"], "version": 3}])
    );

    let gone = &ids[1..4];
    let reply = ada.mutate(DELETE_ALL, json!({ "ids": gone })).await;
    assert_eq!(reply.data()["deleteTasks"]["deletedTaskIds"], json!(gone));
    assert_eq!(manual(&ada).await.len(), 97);
    let restore = "mutation ($input: RestoreTasksInput!) { restoreTasks(input: $input) { tasks { id tags } } }";
    let reply = ada.mutate(restore, json!({ "ids": gone })).await;
    assert_eq!(
        reply.data()["restoreTasks"]["tasks"][2],
        json!({"id": ids[3], "tags": ["B"]})
    );
    assert_eq!(manual(&ada).await, listed);
}

/// In every order that goes by the time, too.
#[tokio::test(flavor = "multi_thread")]
async fn the_first_task_of_a_batch_is_listed_first() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let titles = ["a", "b", "c", "d"];
    let tasks = titles.map(|title| json!({ "title": title }));
    ada.mutate(CREATE_ALL, json!({ "tasks": tasks }))
        .await
        .data();
    for order in ["OPEN_FIRST", "NEWEST", "MANUAL", "PRIORITY_FIRST"] {
        let query = format!("{{ tasks(orderBy: {order}) {{ nodes {{ title }} }} }}");
        let nodes = ada.run(&query, json!({})).await.data()["tasks"]["nodes"].clone();
        assert_eq!(
            nodes,
            json!(titles.map(|title| json!({ "title": title }))),
            "{order}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_wrong_with_a_batch_is_named_and_nothing_changes() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let ids = created(&ada, 3).await;
    for count in [0, 101] {
        let tasks = vec![json!({"title": "x"}); count];
        let reply = ada.mutate(CREATE_ALL, json!({ "tasks": tasks })).await;
        assert_eq!(reply.issues(), ["input.tasks OUT_OF_RANGE 100"], "{count}");
        let many: Vec<String> = (0..count).map(own_id).collect();
        for query in [UPDATE_ALL, DELETE_ALL] {
            let reply = ada.mutate(query, json!({ "ids": many })).await;
            assert_eq!(reply.issues(), ["input.ids OUT_OF_RANGE 100"], "{count}");
        }
    }
    let tasks = json!([
        {"title": "", "id": own_id(50)},
        {"title": "fine", "id": own_id(51)},
        {"title": "x", "id": own_id(51), "tags": ["ok", ""], "dueOn": "2026-02-30"},
    ]);
    let reply = ada.mutate(CREATE_ALL, json!({ "tasks": tasks })).await;
    assert_eq!(
        reply.issues(),
        [
            "input.tasks.0.title BLANK",
            "input.tasks.2.dueOn MALFORMED",
            "input.tasks.2.tags.1 BLANK",
            "input.tasks.2.id CONTRADICTORY"
        ]
    );
    let named = json!([ids[0], "x", ids[1], ids[0]]);
    let expected = ["input.ids.1 MALFORMED", "input.ids.3 CONTRADICTORY"];
    assert_eq!(
        ada.mutate(DELETE_ALL, json!({ "ids": named }))
            .await
            .issues(),
        expected
    );
    let both = json!({"ids": named, "dueOn": "x", "clear": ["DUE_ON"], "addTags": ["a"], "removeTags": ["A", ""]});
    assert_eq!(
        ada.mutate(UPDATE_ALL, both).await.issues(),
        [
            "input.ids.1 MALFORMED",
            "input.ids.3 CONTRADICTORY",
            "input.clear CONTRADICTORY",
            "input.dueOn MALFORMED",
            "input.removeTags.1 BLANK"
        ]
    );
    let labels: Vec<String> = (0..10).map(|n| format!("{n}")).collect();
    ada.mutate(UPDATE_ALL, json!({"ids": [ids[1]], "addTags": labels}))
        .await
        .data();
    let reply = ada
        .mutate(
            UPDATE_ALL,
            json!({"ids": ids, "addTags": ["one more"], "completed": true}),
        )
        .await;
    assert_eq!(reply.issues(), ["input.ids.1 TOO_LONG 10"]);
    let open = ada
        .run(
            "{ tasks(filter: {completed: false}) { totalCount } }",
            json!({}),
        )
        .await;
    assert_eq!(open.data()["tasks"]["totalCount"], 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_gone_or_somebody_elses_is_named() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    let ids = created(&ada, 3).await;
    let his = bob.create_id("his").await;
    ada.mutate(DELETE, json!({"id": ids[1]})).await.data();
    let named = json!([ids[0], ids[1], his]);
    for (query, input) in [
        (UPDATE_ALL, json!({"ids": named, "completed": true})),
        (DELETE_ALL, json!({ "ids": named })),
    ] {
        let reply = ada.mutate(query, input).await;
        assert_eq!(reply.code(), "NOT_FOUND");
        assert_eq!(reply.issues(), ["input.ids.1", "input.ids.2"]);
        let message = reply.json["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains(&ids[1]) && message.contains(&his) && !message.contains(&ids[0]));
    }
    let tasks = json!([{"title": "new"}, {"title": "x", "id": ids[1]}]);
    let reply = ada.mutate(CREATE_ALL, json!({ "tasks": tasks })).await;
    assert_eq!((reply.code(), reply.reason()), ("CONFLICT", "TASK_DELETED"));
    assert_eq!(reply.issues(), ["input.tasks.1"]);
    let all = ada
        .run(
            "{ tasks(filter: {completed: false}) { totalCount } }",
            json!({}),
        )
        .await;
    assert_eq!(all.data()["tasks"]["totalCount"], 2);
    assert_eq!(
        bob.run(TASK, json!({ "id": his })).await.data()["task"]["completed"],
        false
    );
}
