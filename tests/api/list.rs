//! Days, priorities and labels: how they are given, shown, filtered by and sorted by.

use serde_json::{Value, json};

use testkit::*;

const FIELDS: &str = "id title dueOn priority tags version";

fn create() -> String {
    format!(
        "mutation ($input: CreateTaskInput!) {{ createTask(input: $input) {{ task {{ {FIELDS} }} }} }}"
    )
}

fn update() -> String {
    format!(
        "mutation ($input: UpdateTaskInput!) {{ updateTask(input: $input) {{ task {{ {FIELDS} }} }} }}"
    )
}

const LIST: &str = "query ($filter: TaskFilter, $order: TaskOrder, $first: Int, $after: String, $last: Int, $before: String) {
    tasks(filter: $filter, orderBy: $order, first: $first, after: $after, last: $last, before: $before) {
        totalCount nodes { title } pageInfo { hasNextPage startCursor endCursor } } }";

async fn created(user: &TestUser, input: Value) -> Value {
    let reply = user.mutate(&create(), input).await;
    reply.data()["createTask"]["task"].clone()
}

async fn updated(user: &TestUser, input: Value) -> Value {
    let reply = user.mutate(&update(), input).await;
    reply.data()["updateTask"]["task"].clone()
}

/// The titles of a list.
fn titles(list: &Value) -> Vec<String> {
    let nodes = list["nodes"].as_array().unwrap().iter();
    nodes
        .map(|task| task["title"].as_str().unwrap().to_owned())
        .collect()
}

async fn listed(user: &TestUser, variables: Value) -> Vec<String> {
    let reply = user.run(LIST, variables).await;
    let list = &reply.data()["tasks"];
    let titles = titles(list);
    assert_eq!(list["totalCount"], titles.len());
    titles
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_has_a_day_a_priority_and_labels() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let plain = created(&ada, json!({"title": "plain"})).await;
    assert_eq!(
        (&plain["dueOn"], &plain["priority"], &plain["tags"]),
        (&Value::Null, &json!("NORMAL"), &json!([]))
    );
    let input = json!({"title": "x", "dueOn": "2026-01-31", "priority": "URGENT", "tags": ["work", " big  Home ", "BIG HOME"]});
    let task = created(&ada, input).await;
    assert_eq!(
        (&task["dueOn"], &task["priority"], &task["tags"]),
        (
            &json!("2026-01-31"),
            &json!("URGENT"),
            &json!(["big Home", "work"])
        )
    );
    let id = &task["id"];
    let same = json!({"id": id, "dueOn": "2026-01-31", "priority": "URGENT", "tags": ["work", "big Home"]});
    assert_eq!(updated(&ada, same).await["version"], 1);
    let other = updated(
        &ada,
        json!({"id": id, "dueOn": "2024-02-29", "priority": "LOW", "tags": ["Work"]}),
    )
    .await;
    assert_eq!(
        (
            &other["dueOn"],
            &other["priority"],
            &other["tags"],
            &other["version"]
        ),
        (
            &json!("2024-02-29"),
            &json!("LOW"),
            &json!(["Work"]),
            &json!(2)
        )
    );
    let kept = updated(&ada, json!({"id": id, "title": "y", "dueOn": null, "priority": null, "tags": null, "clear": null})).await;
    assert_eq!(
        (&kept["dueOn"], &kept["priority"], &kept["tags"]),
        (&json!("2024-02-29"), &json!("LOW"), &json!(["Work"]))
    );
    let cleared = updated(&ada, json!({"id": id, "tags": [], "clear": ["DUE_ON"]})).await;
    assert_eq!(
        (&cleared["dueOn"], &cleared["tags"], &cleared["version"]),
        (&Value::Null, &json!([]), &json!(4))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_broken_rule_is_named_at_once() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let id = ada.create("x").await["id"].clone();
    let eleven: Vec<String> = (0..11).map(|n| format!("{n}")).collect();
    for (day, reason) in [
        ("2026-02-30", "MALFORMED"),
        ("0000-01-01", "OUT_OF_RANGE"),
        ("10000-01-01", "MALFORMED"),
        ("tomorrow", "MALFORMED"),
        ("", "MALFORMED"),
    ] {
        let reply = ada
            .mutate(&create(), json!({"title": "x", "dueOn": day}))
            .await;
        assert_eq!(reply.issues(), [format!("input.dueOn {reason}")], "{day}");
    }
    let input = json!({
        "title": "", "dueOn": "2026-02-30",
        "tags": ["fine", "x".repeat(33), "\u{200B}", "two\nlines"],
    });
    let expected = [
        "input.title BLANK",
        "input.dueOn MALFORMED",
        "input.tags.1 TOO_LONG 32",
        "input.tags.2 BLANK",
        "input.tags.3 MALFORMED",
    ];
    let reply = ada.mutate(&create(), input.clone()).await;
    assert_eq!(
        (reply.code(), reply.issues()),
        ("VALIDATION", expected.map(str::to_owned).to_vec())
    );
    let mut change = input;
    change["id"] = id.clone();
    assert_eq!(ada.mutate(&update(), change).await.issues(), expected);
    let reply = ada
        .mutate(&create(), json!({"title": "x", "tags": eleven}))
        .await;
    assert_eq!(reply.issues(), ["input.tags TOO_LONG 10"]);
    let both = json!({"id": id, "dueOn": "2026-01-01", "clear": ["DUE_ON"]});
    assert_eq!(
        ada.mutate(&update(), both).await.issues(),
        ["input.clear CONTRADICTORY"]
    );
    let filter = json!({
        "search": "x".repeat(101), "tags": [""],
        "dueOn": {"from": "2026-02-01", "to": "2026-01-31"},
    });
    let reply = ada.run(LIST, json!({ "filter": filter })).await;
    assert_eq!(
        reply.issues(),
        [
            "filter.search TOO_LONG 100",
            "filter.dueOn.to CONTRADICTORY",
            "filter.tags.0 BLANK"
        ]
    );
    // What is no text is no day either, whichever way it comes.
    let literal = "mutation { createTask(input: {title: \"x\", dueOn: 7}) { task { id } } }";
    assert_eq!(
        ada.run(literal, json!({})).await.issues(),
        ["input.dueOn MALFORMED"]
    );
    let reply = ada
        .mutate(&create(), json!({"title": "x", "dueOn": 7}))
        .await;
    assert_eq!(reply.issues(), ["input.dueOn MALFORMED"]);
    assert_eq!(listed(&ada, json!({})).await, ["x"]);
}

/// What each is called says what it is.
async fn some_tasks(app: &TestApp) -> TestUser {
    let ada = app.user("ada").await;
    for input in [
        json!({"title": "soon", "dueOn": "2026-01-02", "priority": "LOW", "tags": ["Home"]}),
        json!({"title": "never", "priority": "HIGH", "tags": ["home", "garden"]}),
        json!({"title": "late", "dueOn": "2026-03-01"}),
        json!({"title": "now", "dueOn": "2026-01-01", "priority": "URGENT", "tags": ["HOME"]}),
        json!({"title": "done", "dueOn": "2025-12-31", "priority": "URGENT", "tags": ["garden"]}),
    ] {
        let task = created(&ada, input).await;
        if task["title"] == "done" {
            ada.mutate(TOGGLE, json!({"id": task["id"]})).await.data();
        }
    }
    ada
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_filtered_by_days_priorities_and_labels() {
    let app = TestApp::new().await;
    let ada = some_tasks(&app).await;
    for (filter, expected) in [
        (
            json!({"dueOn": {"from": "2026-01-01", "to": "2026-01-02"}}),
            "soon now",
        ),
        (json!({"dueOn": {"to": "2026-01-01"}}), "now done"),
        (json!({"dueOn": {"from": "2026-01-02"}}), "soon late"),
        (json!({"dueOn": {}}), "soon late now done"),
        (
            json!({"dueOn": {"from": null}, "completed": false}),
            "soon late now",
        ),
        (json!({"hasDueDay": false}), "never"),
        (json!({"hasDueDay": true, "completed": true}), "done"),
        (json!({"hasDueDay": false, "dueOn": {}}), ""),
        (json!({"priorities": []}), ""),
        (json!({"priorities": ["URGENT", "LOW"]}), "soon now done"),
        (json!({"priorities": null}), "soon never late now done"),
        (json!({"tags": ["hoMe"]}), "soon never now"),
        (json!({"tags": ["home", "Garden"]}), "never"),
        (json!({"tags": ["ome"]}), ""),
        (json!({"tags": []}), "soon never late now done"),
        (
            json!({"tags": ["garden"], "priorities": ["HIGH"], "search": "NEVER"}),
            "never",
        ),
    ] {
        let found = listed(&ada, json!({"filter": filter, "order": "OLDEST"})).await;
        assert_eq!(found.join(" "), expected, "{filter}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_sorted_by_days_and_priorities() {
    let app = TestApp::new().await;
    let ada = some_tasks(&app).await;
    for (order, expected) in [
        ("DUE_FIRST", ["now", "soon", "late", "never", "done"]),
        ("PRIORITY_FIRST", ["now", "never", "late", "soon", "done"]),
    ] {
        assert_eq!(listed(&ada, json!({ "order": order })).await, expected);
        let (mut there, mut back) = (Vec::new(), Vec::new());
        let (mut after, mut before) = (Value::Null, Value::Null);
        for _ in 0..3 {
            let reply = ada
                .run(LIST, json!({"order": order, "first": 2, "after": after}))
                .await;
            let page = reply.data()["tasks"].clone();
            there.extend(titles(&page));
            after = page["pageInfo"]["endCursor"].clone();
            let reply = ada
                .run(LIST, json!({"order": order, "last": 2, "before": before}))
                .await;
            let page = reply.data()["tasks"].clone();
            back.splice(0..0, titles(&page));
            before = page["pageInfo"]["startCursor"].clone();
        }
        assert_eq!(
            (there, back),
            (
                expected.map(str::to_owned).to_vec(),
                expected.map(str::to_owned).to_vec()
            )
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn labels_are_counted_over_all_spellings() {
    let app = TestApp::new().await;
    let ada = some_tasks(&app).await;
    let query = "{ tags { tag openTaskCount } }";
    let usage = ada.run(query, json!({})).await.data()["tags"].clone();
    assert_eq!(
        usage,
        json!([{"tag": "garden", "openTaskCount": 1}, {"tag": "HOME", "openTaskCount": 3}])
    );
    let bob = app.user("bob").await;
    assert_eq!(bob.run(query, json!({})).await.data()["tags"], json!([]));
}

/// Nor are they lost when a task goes and comes back.
#[tokio::test(flavor = "multi_thread")]
async fn a_restored_task_has_its_day_its_priority_and_its_labels() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let input = json!({"title": "x", "dueOn": "2026-01-31", "priority": "HIGH", "tags": ["Home"]});
    let task = created(&ada, input).await;
    ada.mutate(DELETE, json!({"id": task["id"]})).await.data();
    let restore = format!(
        "mutation ($input: RestoreTasksInput!) {{ restoreTasks(input: $input) {{ tasks {{ {FIELDS} }} }} }}"
    );
    let reply = ada.mutate(&restore, json!({"ids": [task["id"]]})).await;
    assert_eq!(reply.data()["restoreTasks"]["tasks"], json!([task]));
}
