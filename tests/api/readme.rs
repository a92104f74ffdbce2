//! The README, followed to the letter: its `curl` lines and its GraphQL, in the order in which they stand there.

use serde_json::{Value, json};

use testkit::*;

const README: &str = include_str!("../../README.md");

/// The contents of all fenced blocks in this language.
fn blocks(language: &str) -> Vec<&'static str> {
    let opening = format!("```{language}\n");
    README
        .split(opening.as_str())
        .skip(1)
        .map(|rest| rest.split("\n```").next().unwrap())
        .collect()
}

/// The JSON that a `curl` line sends.
fn body(line: &str) -> Value {
    let start = line.find("-d '").unwrap() + "-d '".len();
    let end = start + line[start..].find('\'').unwrap();
    serde_json::from_str(&line[start..end]).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_readme_shows_works() {
    let app = TestApp::new().await;
    let mut client = app.anonymous();
    let mut id = Value::Null;
    let lines = blocks("sh");
    assert!(lines.len() >= 4, "the first minutes are in the README");
    for line in lines {
        let reply = client.send(client.post(), &body(line)).await;
        let data = reply.data();
        if let Some(token) = data["login"]["accessToken"].as_str() {
            assert!(line.starts_with("TOKEN="), "the README keeps this token");
            client = client.with_token(token);
        }
        if let Some(made) = data["createTask"]["task"].get("id") {
            id = made.clone();
        }
    }
    let operations = blocks("graphql");
    assert!(operations.len() >= 5, "the examples are in the README");
    for operation in operations {
        let all = json!({"id": id, "version": 2});
        let used: serde_json::Map<String, Value> = all
            .as_object()
            .unwrap()
            .iter()
            .filter(|(name, _)| operation.contains(&format!("${name}")))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        client.run(operation, Value::Object(used)).await.data();
    }
}
