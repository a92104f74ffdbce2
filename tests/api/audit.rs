//! The public audit of GraphQL over HTTP, run by its own program. Needs `node`, and the first time the npm registry.

use std::process::Stdio;

use serde_json::Value;

use crate::support::{TestApp, npm};

/// What an older draft recommended, and why it is not met. By the draft of August 2026 the status depends on the outcome
/// only, never on the media type, and tells requests that are wrong in form (400) from those that are wrong in content (422).
const NOT_MET: [(&str, &str); 4] = [
    (
        "572B",
        "a syntax error is 400, also for clients that take application/json",
    ),
    (
        "FDE2",
        "an invalid document is 422, also for clients that take application/json",
    ),
    (
        "7B9B",
        "variables that do not fit are 422, also for clients that take application/json",
    ),
    (
        "86EE",
        "variables that do not fit are 422: the request is well-formed",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn the_public_audit_finds_nothing_unknown() {
    let app = TestApp::new().await;
    let url = format!("http://{}/graphql", app.address);
    let output = tokio::task::spawn_blocking(move || {
        npm::with_node("node")
            .arg(npm::install("audit", &["audit.js"]).join("audit.js"))
            .arg(url)
            .stderr(Stdio::inherit())
            .output()
            .expect("scripts/with-node starts")
    })
    .await
    .unwrap();
    assert!(
        output.status.success(),
        "the audit failed: {}",
        output.status
    );
    let text = String::from_utf8(output.stdout).unwrap();
    let verdicts: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(verdicts.len() > 50, "the audit was cut short");
    let with = |status: &str| -> Vec<&Value> {
        verdicts
            .iter()
            .filter(|verdict| verdict["status"] == status)
            .collect()
    };
    assert!(with("error").is_empty(), "{:#?}", with("error"));
    let warned: Vec<&str> = with("warn")
        .iter()
        .map(|verdict| verdict["id"].as_str().unwrap())
        .collect();
    let known: Vec<&str> = NOT_MET.iter().map(|(id, _)| *id).collect();
    assert_eq!(warned, known, "{:#?}", with("warn"));
}
