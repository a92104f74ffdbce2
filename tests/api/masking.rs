//! The database goes away under the running service: no answer says anything about its inside.
use serde_json::{Value, json};

use testkit::*;

/// What drivers, databases and this code call things, in lower case.
const INSIDE: [&str; 22] = [
    "sql",
    "select",
    "relation",
    "password_hash",
    "table",
    "database",
    "postgres",
    "diesel",
    "malformed",
    "disk image",
    "panick",
    "rust",
    ".rs",
    "/tmp",
    "/var",
    "pool",
    "connection",
    "infra",
    "thread",
    "os error",
    "socket",
    "hidden_",
];

fn operations(user: &TestUser, task: &str) -> Vec<(&'static str, &'static str, Value)> {
    let credentials = json!({"input": {"email": user.email, "password": user.password}});
    let fresh = json!({"input": {"email": "new@example.org", "password": user.password}});
    let input = |mut input: Value| {
        input["id"] = json!(task);
        json!({ "input": input })
    };
    vec![
        ("me", ME, json!({})),
        ("task", TASK, json!({"id": task})),
        ("node", NODE, json!({"id": task})),
        ("node of the user", NODE, json!({"id": user.id})),
        ("tasks", TASKS, json!({})),
        (
            "tasks, searched",
            TASKS,
            json!({"filter": {"search": "x"}, "last": 3}),
        ),
        ("createTask", CREATE, json!({"input": {"title": "x"}})),
        ("updateTask", UPDATE, input(json!({"title": "y"}))),
        (
            "setTaskCompleted",
            SET_COMPLETED,
            input(json!({"completed": true})),
        ),
        ("toggleTask", TOGGLE, input(json!({}))),
        ("deleteTask", DELETE, input(json!({}))),
        ("register", REGISTER, fresh),
        ("login", LOGIN, credentials),
        (
            "refreshToken",
            REFRESH,
            json!({"input": {"refreshToken": user.refresh_token}}),
        ),
        ("logout", LOGOUT, json!({})),
    ]
}

fn assert_masked(app: &TestApp, name: &str, reply: &Reply) {
    assert!(
        matches!(reply.code(), "UNAVAILABLE" | "INTERNAL"),
        "{name}: {} {}",
        reply.status,
        reply.text
    );
    if reply.code() == "INTERNAL" {
        // Our fault, and executed: the status says that the request as such was answered.
        assert_eq!(reply.status.as_u16(), 200, "{name}: {}", reply.text);
    } else {
        assert_eq!(reply.status.as_u16(), 503, "{name}: {}", reply.text);
        assert!(reply.header("retry-after").parse::<u32>().is_ok(), "{name}");
        let retry_after = &reply.json["errors"][0]["extensions"]["retryAfter"];
        assert!(retry_after.is_number(), "{name}: {}", reply.text);
    }
    let shown = reply.text.to_lowercase();
    let known: Vec<&str> = INSIDE
        .iter()
        .copied()
        .filter(|word| shown.contains(word))
        .collect();
    assert!(known.is_empty(), "{name} says {known:?}: {}", reply.text);
    assert!(
        app.internals()
            .iter()
            .all(|text| !reply.text.contains(text)),
        "{name}: {}",
        reply.text
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_database_is_nobodys_business() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let task = ada.create_id("Task").await;
    let operations = operations(&ada, &task);
    // The guard has just looked at the list of ended sessions, so that the operations themselves meet the broken database.
    ada.run(ME, json!({})).await.data();
    // Another instance has never looked: it cannot know who is still signed in, and lets nobody in.
    let elsewhere = app.another_instance().await;
    let ada_elsewhere = elsewhere.anonymous().with_token(&ada.access_token);
    app.break_database().await;
    for (name, query, variables) in &operations {
        assert_masked(&app, name, &ada.run(query, variables.clone()).await);
    }
    for (name, query, variables) in &operations {
        let reply = ada_elsewhere.run(query, variables.clone()).await;
        assert_masked(&app, name, &reply);
        if !["register", "login", "refreshToken"].contains(name) {
            reply.assert_refused(503, "UNAVAILABLE", name);
        }
    }
    // What needs no database goes on.
    ada.run("{ __typename __schema { queryType { name } } }", json!({}))
        .await
        .data();
}
