//! The line that each operation gets in the log.

use serde_json::{Value, json};
use tempfile::tempdir;
use testkit::{CREATE, Process, Signal, Socket};

use crate::TASKHIVE;

/// The line about the operation of this name, without what differs from run to run.
fn line_about(service: &mut Process, operation: &str) -> Value {
    let line = service.line_with(&format!("\"operation\":\"{operation}\""));
    let mut line: Value = serde_json::from_str(&line).unwrap();
    let elapsed = line["elapsed_ms"].as_f64();
    assert!(elapsed.is_some_and(|elapsed| elapsed >= 0.0), "{line}");
    assert!(line["request_id"].as_str().is_some_and(|id| !id.is_empty()));
    assert_eq!(line["level"], "INFO");
    let same = ["elapsed_ms", "request_id", "level", "timestamp", "message"];
    for field in same {
        line.as_object_mut().unwrap().remove(field);
    }
    line
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_has_a_line_that_says_what_came_of_it() {
    let directory = tempdir().unwrap();
    let mut service = TASKHIVE.start(directory.path(), &[("LOG_FORMAT", "json")]);
    let ada = service.user("ada").await;
    ada.run("query Mine { me { id } }", json!({})).await.data();
    assert_eq!(
        line_about(&mut service, "Mine"),
        json!({"operation": "Mine", "kind": "query", "transport": "http", "code": "OK", "status": 200, "user": ada.id})
    );
    let nobody = service.anonymous();
    nobody.run("query Whose { me { id } }", json!({})).await;
    assert_eq!(
        line_about(&mut service, "Whose"),
        json!({"operation": "Whose", "kind": "query", "transport": "http", "code": "UNAUTHENTICATED", "status": 401})
    );
    let missing = "mutation Gone { deleteTask(input: {id: \"task_0197c0df1c3d7a42b6e5f4d3c2b1a098\"}) { deletedTaskId } }";
    ada.run(missing, json!({})).await;
    assert_eq!(
        line_about(&mut service, "Gone"),
        json!({"operation": "Gone", "kind": "mutation", "transport": "http", "code": "NOT_FOUND", "status": 200, "user": ada.id})
    );

    let mut socket = Socket::signed_in(service.address, &ada).await;
    socket.subscribe("1", "query Here { me { id } }").await;
    socket.hear().await;
    assert_eq!(
        line_about(&mut service, "Here"),
        json!({"operation": "Here", "kind": "query", "transport": "websocket", "code": "OK", "status": 200, "user": ada.id})
    );
    socket
        .subscribe("2", "subscription Watch { taskEvents { kind } }")
        .await;
    socket.say(&json!({"type": "complete", "id": "2"})).await;
    assert_eq!(
        line_about(&mut service, "Watch"),
        json!({"operation": "Watch", "kind": "subscription", "transport": "websocket", "code": "CANCELLED", "user": ada.id})
    );
}

/// What did not pass admission has no name: it is a text that somebody sent.
#[tokio::test(flavor = "multi_thread")]
async fn no_line_repeats_what_was_sent() {
    let directory = tempdir().unwrap();
    let service = TASKHIVE.start(directory.path(), &[("LOG_FORMAT", "json")]);
    let ada = service.user("ada").await;
    let endless = "Long".repeat(20);
    for query in [
        "query Canary { nonsense }".to_owned(),
        "query Canary {".to_owned(),
        format!("query {endless} {{ me {{ id }} }}"),
    ] {
        ada.run(&query, json!({})).await;
    }
    ada.create("a canary of a title").await;
    service.signal(Signal::TERM);
    let (_, log) = service.wait();
    let codes = log.lines().filter_map(|line| {
        let line: Value = serde_json::from_str(line).unwrap();
        (line["message"] == "operation").then(|| line["code"].as_str().unwrap().to_owned())
    });
    assert_eq!(
        codes.collect::<Vec<_>>(),
        [
            "OK",
            "GRAPHQL_VALIDATION_FAILED",
            "GRAPHQL_PARSE_FAILED",
            "OK",
            "OK"
        ]
    );
    for private in ["Canary", "canary", &endless, "ada@", &ada.access_token] {
        assert!(!log.contains(private), "{private}: {log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lines_can_be_switched_off() {
    let directory = tempdir().unwrap();
    let settings = [("LOG_FORMAT", "json"), ("LOG_REQUESTS", "off")];
    let service = TASKHIVE.start(directory.path(), &settings);
    let ada = service.user("ada").await;
    ada.mutate(CREATE, json!({"title": "x"})).await.data();
    service.signal(Signal::TERM);
    let (_, log) = service.wait();
    assert!(log.contains("account_created"), "{log}");
    assert!(!log.contains("\"message\":\"operation\""), "{log}");
}
