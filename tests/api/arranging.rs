//! The order of a person's own making, and places in every order as texts.

use serde_json::{Value, json};

use testkit::*;

const MOVE: &str = "mutation ($input: MoveTaskInput!) { moveTask(input: $input) { task { id version updatedAt } } }";
const LIST: &str = "query ($order: TaskOrder!, $filter: TaskFilter, $first: Int = 100, $after: String) {
    tasks(orderBy: $order, filter: $filter, first: $first, after: $after) {
        edges { cursor node { id place(filter: $filter, orderBy: $order) } } pageInfo { endCursor hasNextPage } } }";

async fn listed(user: &TestUser, order: &str) -> Vec<String> {
    let reply = user.run(LIST, json!({ "order": order })).await;
    let edges = reply.data()["tasks"]["edges"].as_array().unwrap().clone();
    edges
        .iter()
        .map(|edge| edge["node"]["id"].as_str().unwrap().to_owned())
        .collect()
}

async fn moved(user: &TestUser, id: &str, after: Option<&str>) -> Value {
    let reply = user.mutate(MOVE, json!({"id": id, "after": after})).await;
    reply.data()["moveTask"]["task"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_are_arranged_by_moving_them() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let mut ids = Vec::new();
    for n in 0..4 {
        ids.insert(0, ada.create_id(&format!("{n}")).await);
    }
    let [a, b, c, d] = [0, 1, 2, 3].map(|n: usize| ids[n].as_str());
    let edited = listed(&ada, "RECENTLY_UPDATED").await;
    assert_eq!(listed(&ada, "MANUAL").await, [a, b, c, d]);
    let before = ada.run(TASK, json!({ "id": d })).await.data()["task"].clone();
    for _ in 0..2 {
        let task = moved(&ada, d, Some(a)).await;
        assert_eq!(
            (&task["version"], &task["updatedAt"]),
            (&json!(1), &before["updatedAt"])
        );
        assert_eq!(listed(&ada, "MANUAL").await, [a, d, b, c]);
    }
    moved(&ada, b, None).await;
    assert_eq!(listed(&ada, "MANUAL").await, [b, a, d, c]);
    assert_eq!(listed(&ada, "RECENTLY_UPDATED").await, edited);
    let new = ada.create_id("new").await;
    assert_eq!(listed(&ada, "MANUAL").await, [new.as_str(), b, a, d, c]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_moves_only_after_another_of_the_same_person() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    let (mine, gone, his) = (
        ada.create_id("mine").await,
        ada.create_id("gone").await,
        bob.create_id("his").await,
    );
    ada.mutate(DELETE, json!({ "id": gone })).await.data();
    let reply = ada.mutate(MOVE, json!({"id": mine, "after": mine})).await;
    assert_eq!(reply.issues(), ["input.after CONTRADICTORY"]);
    let reply = ada.mutate(MOVE, json!({"id": "x", "after": "y"})).await;
    assert_eq!(
        reply.issues(),
        ["input.id MALFORMED", "input.after MALFORMED"]
    );
    let never = "task_0197c0df1c3d7a42b6e5f4d3c2b1a098";
    for id in [gone.as_str(), &his, never] {
        let reply = ada.mutate(MOVE, json!({"id": mine, "after": id})).await;
        assert_eq!(
            (reply.code(), reply.issues()),
            ("NOT_FOUND", vec!["input.after".to_owned()])
        );
        let reply = ada.mutate(MOVE, json!({"id": id, "after": mine})).await;
        assert_eq!((reply.code(), reply.issues()), ("NOT_FOUND", Vec::new()));
    }
}

/// A move is told, with the task as it is; repeating it is not.
#[tokio::test(flavor = "multi_thread")]
async fn a_move_reaches_copies() {
    const CHANGES: &str = "query ($after: String) { taskChanges(after: $after) { cursor changes { taskId task { version place(orderBy: MANUAL) } } } }";
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let (old, new) = (ada.create_id("old").await, ada.create_id("new").await);
    let all = ada.run(CHANGES, json!({})).await.data()["taskChanges"].clone();
    moved(&ada, &old, None).await;
    let changes = ada
        .run(CHANGES, json!({"after": all["cursor"]}))
        .await
        .data()["taskChanges"]
        .clone();
    let [change] = changes["changes"].as_array().unwrap().as_slice() else {
        panic!("one task moved: {changes}");
    };
    assert_eq!(
        (&change["taskId"], &change["task"]["version"]),
        (&json!(old), &json!(1))
    );
    let place_of = |id: &str| {
        let mut known = all["changes"].as_array().unwrap().iter();
        known.find(|change| change["taskId"] == id).unwrap()["task"]["place"].clone()
    };
    let place = change["task"]["place"].as_str().unwrap();
    assert!(
        place < place_of(&new).as_str().unwrap()
            && place_of(&new).as_str() < place_of(&old).as_str()
    );
    moved(&ada, &old, None).await;
    let nothing = ada.run(CHANGES, json!({"after": changes["cursor"]})).await;
    assert_eq!(nothing.data()["taskChanges"]["changes"], json!([]));
}

/// For tasks of every kind, in every order and through filters: who sorts by `place` has the service's page, and can go on from any
/// place as from a cursor.
#[tokio::test(flavor = "multi_thread")]
async fn sorting_by_place_gives_the_page_of_the_service() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let mut ids = Vec::new();
    for n in 0..24_usize {
        let days = [
            Some("2026-01-02"),
            None,
            Some("2026-01-01"),
            Some("1969-12-31"),
            Some("9999-12-31"),
        ];
        let labels: [&[&str]; 3] = [&["Home"], &[], &["home", "work"]];
        let title = format!("{} {n}", ["odd", "Even"][n % 2]);
        let priority = ["NORMAL", "URGENT", "LOW", "HIGH"][n * 7 % 4];
        let input = json!({"title": title, "dueOn": days[n % 5], "priority": priority, "tags": labels[n % 3]});
        let reply = ada
            .mutate(
                "mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id } } }",
                input,
            )
            .await;
        ids.push(
            reply.data()["createTask"]["task"]["id"]
                .as_str()
                .unwrap()
                .to_owned(),
        );
        if n % 4 == 1 {
            ada.mutate(TOGGLE, json!({"id": ids[n]})).await.data();
        }
        if n % 3 == 2 {
            moved(&ada, &ids[n * 5 % n], Some(&ids[n])).await;
        }
    }
    let all = "query ($order: TaskOrder!, $filter: TaskFilter) { tasks(first: 100) { nodes { id place(filter: $filter, orderBy: $order) } } }";
    for order in [
        "OPEN_FIRST",
        "NEWEST",
        "OLDEST",
        "RECENTLY_UPDATED",
        "MANUAL",
        "DUE_FIRST",
        "PRIORITY_FIRST",
    ] {
        for filter in [
            json!(null),
            json!({}),
            json!({"completed": false}),
            json!({"completed": true, "priorities": ["URGENT", "HIGH"]}),
            json!({"search": "EVEN", "tags": ["HOME"]}),
            json!({"dueOn": {"from": "2026-01-01", "to": "9999-12-31"}}),
            json!({"hasDueDay": false}),
        ] {
            let reply = ada
                .run(LIST, json!({"order": order, "filter": filter}))
                .await;
            let page = reply.data()["tasks"]["edges"].as_array().unwrap().clone();
            let page: Vec<(&str, &str)> = page
                .iter()
                .map(|edge| {
                    assert_eq!(edge["cursor"], edge["node"]["place"]);
                    (
                        edge["cursor"].as_str().unwrap(),
                        edge["node"]["id"].as_str().unwrap(),
                    )
                })
                .collect();
            let reply = ada
                .run(all, json!({"order": order, "filter": filter}))
                .await;
            let nodes = reply.data()["tasks"]["nodes"].as_array().unwrap().clone();
            let mut placed: Vec<(&str, &str)> = nodes
                .iter()
                .filter_map(|node| Some((node["place"].as_str()?, node["id"].as_str()?)))
                .collect();
            placed.sort_unstable();
            assert_eq!(placed, page, "{order} {filter}");
            if let Some((place, _)) = placed.get(placed.len() / 2) {
                let rest = ada
                    .run(
                        LIST,
                        json!({"order": order, "filter": filter, "after": place}),
                    )
                    .await;
                let rest = rest.data()["tasks"]["edges"].as_array().unwrap().len();
                assert_eq!(
                    rest,
                    placed.len() - placed.len() / 2 - 1,
                    "{order} {filter}"
                );
            }
        }
    }
}

/// Whichever way the arguments come, and what is wrong with them is said.
#[tokio::test(flavor = "multi_thread")]
async fn a_place_is_asked_for_with_and_without_variables() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let id = ada.create_id("x").await;
    let query = "query ($id: ID!, $done: Boolean, $filter: TaskFilter, $order: TaskOrder = NEWEST, $text: String) {
        node(id: $id) { ... on Task { ...Places } } }
        fragment Places on Task {
            plain: place
            literal: place(filter: {completed: false}, orderBy: OPEN_FIRST)
            field: place(filter: {completed: $done, search: $text})
            whole: place(filter: $filter, orderBy: $order)
            newest: place(orderBy: NEWEST) }";
    let node = |variables: Value| {
        let ada = &ada;
        async move { ada.run(query, variables).await.data()["node"].clone() }
    };
    let open = node(json!({ "id": id })).await;
    assert!(open["plain"].is_string() && open["newest"].is_string());
    assert_eq!(
        (&open["literal"], &open["field"]),
        (&open["plain"], &open["plain"])
    );
    assert_eq!(open["whole"], open["newest"]);
    let done =
        node(json!({"id": id, "done": true, "filter": {"completed": true}, "order": "OLDEST"}))
            .await;
    assert_eq!(
        (&done["plain"], &done["field"], &done["whole"]),
        (&open["plain"], &Value::Null, &Value::Null)
    );
    let oldest =
        node(json!({"id": id, "done": false, "text": "X", "order": "OLDEST", "filter": null}))
            .await;
    assert_eq!(oldest["field"], open["plain"]);
    assert!(oldest["whole"].is_string() && oldest["whole"] != open["newest"]);
    let wrong = json!({"id": id, "filter": {"dueOn": {"from": "2026-02-30"}}});
    let reply = ada.run(query, wrong).await;
    assert_eq!(
        (reply.code(), reply.issues()),
        (
            "VALIDATION",
            vec!["place.filter.dueOn.from MALFORMED".to_owned()]
        )
    );
}

/// What the answer cannot be made of is refused before anything is done: a client believes that nothing was.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_whose_answer_cannot_be_made_is_not_made() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let kept = ada.create_id("kept").await;
    let gone = ada.create_id("gone").await;
    ada.mutate(DELETE, json!({ "id": gone })).await.data();
    let everything = "{ tasks { nodes { id title version completed } } }";
    let before = ada.run(everything, json!({})).await.data().clone();
    let changes = [
        ("createTask", json!({"title": "new"}), "task"),
        ("createTasks", json!({"tasks": [{"title": "new"}]}), "tasks"),
        ("updateTask", json!({"id": kept, "title": "other"}), "task"),
        (
            "updateTasks",
            json!({"ids": [kept], "completed": true}),
            "tasks",
        ),
        (
            "setTaskCompleted",
            json!({"id": kept, "completed": true}),
            "task",
        ),
        ("toggleTask", json!({"id": kept}), "task"),
        ("moveTask", json!({"id": kept}), "task"),
        ("restoreTasks", json!({"ids": [gone]}), "tasks"),
    ];
    for (field, input, answer) in changes {
        let (first, rest) = field.split_at(1);
        let input_type = format!("{}{rest}Input", first.to_uppercase());
        let mutation = format!(
            "mutation($input: {input_type}!, $from: Date) {{ {field}(input: $input) {{ {answer} {{
                place(filter: {{dueOn: {{from: $from}}}}) }} }} }}"
        );
        let variables = json!({"input": input, "from": "2026-02-30"});
        let reply = ada.run(&mutation, variables).await;
        assert_eq!(reply.code(), "VALIDATION", "{field}");
        assert_eq!(
            reply.issues(),
            ["place.filter.dueOn.from MALFORMED"],
            "{field}"
        );
    }
    assert_eq!(*ada.run(everything, json!({})).await.data(), before);
}
