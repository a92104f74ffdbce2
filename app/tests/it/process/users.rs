//! `taskhive user`: accounts from the command line, beside a service that runs.

use std::io::Write;
use std::path::Path;
use std::process::{Output, Stdio};

use tempfile::tempdir;

use serde_json::json;
use testkit::{LOGIN, ME, Process};

use crate::TASKHIVE;

/// What the command leaves behind, with a password on its standard input.
fn user(directory: &Path, arguments: &[&str], password: &str) -> Output {
    let mut command = TASKHIVE.command(directory, &[]);
    let mut child = command
        .arg("user")
        .args(arguments)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that fails early does not read it.
    let _ = child.stdin.take().unwrap().write_all(password.as_bytes());
    child.wait_with_output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8([output.stdout.as_slice(), &output.stderr].concat()).unwrap()
}

/// The access token, or the reason why there is none.
async fn login(service: &Process, password: &str) -> String {
    let input = json!({"email": "ada@example.org", "password": password});
    let reply = service.anonymous().mutate(LOGIN, input).await;
    let token = reply.json["data"]["login"]["accessToken"].as_str();
    token.unwrap_or(reply.reason()).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_can_be_looked_after_while_the_service_runs() {
    let directory = tempdir().unwrap();
    let at = directory.path();
    let service = TASKHIVE.start(at, &[("REGISTRATION", "closed")]);
    let created = user(at, &["create", "Ada@Example.org"], "the first of many\n");
    assert!(created.status.success(), "{}", said(&created));
    let listed = said(&user(at, &["list"], ""));
    assert!(
        listed.starts_with("user_") && listed.trim_end().ends_with("  ada@example.org"),
        "{listed}"
    );

    let token = login(&service, "the first of many").await;
    let ada = service.anonymous().with_token(&token);
    assert_eq!(ada.run(ME, json!({})).await.status, 200);
    assert!(
        user(at, &["set-password", "ada@example.org"], "another one\r\n")
            .status
            .success()
    );
    assert_eq!(
        login(&service, "the first of many").await,
        "CREDENTIALS_WRONG"
    );
    let token = login(&service, "another one").await;
    assert!(token.starts_with("ey"), "{token}");
    let ended = said(&user(at, &["end-sessions", "ada@example.org"], ""));
    assert!(ended.starts_with("1 sessions of user_"), "{ended}");
}

#[test]
fn what_cannot_be_done_is_explained_and_no_password_repeated() {
    let directory = tempdir().unwrap();
    let at = directory.path();
    assert!(
        user(at, &["create", "ada@example.org"], "canary-canary")
            .status
            .success()
    );
    for (arguments, password, expected) in [
        (
            &["create", "ada@example.org"],
            "canary-canary",
            "already has an account",
        ),
        (
            &["create", "eve@example.org"],
            "canary",
            "At least 8 characters",
        ),
        (&["create", "eve@example.org"], "", "At least 8 characters"),
        (
            &["create", "nobody"],
            "canary-canary",
            "Must be an e-mail address",
        ),
        (
            &["set-password", "eve@example.org"],
            "canary-canary",
            "no account with this address",
        ),
        (
            &["end-sessions", "eve@example.org"],
            "",
            "no account with this address",
        ),
    ] {
        let output = user(at, arguments, password);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let said = said(&output);
        assert!(
            said.contains(expected) && !said.contains("canary"),
            "{arguments:?}: {said}"
        );
    }
}

#[test]
fn whoever_reads_only_the_beginning_of_a_list_gets_no_complaint() {
    let directory = tempdir().unwrap();
    let at = directory.path();
    let created = user(at, &["create", "ada@example.org"], "the first of many\n");
    assert!(created.status.success(), "{}", said(&created));
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = TASKHIVE.command(at, &[]);
    let output = command.args(["user", "list"]).stdout(writer).output();
    let output = output.unwrap();
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{output:?}"
    );
}
