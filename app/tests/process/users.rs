//! `taskhive user`: accounts from the command line, beside a service that runs.

use std::io::Write;
use std::path::Path;
use std::process::{Output, Stdio};

use tempfile::tempdir;

use crate::http;
use crate::service::{Service, taskhive};

/// What the command leaves behind, with a password on its standard input.
fn user(directory: &Path, arguments: &[&str], password: &str) -> Output {
    let mut command = taskhive(directory, &[]);
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

fn login(service: &Service, password: &str) -> String {
    let query = format!(
        "mutation {{ login(input: {{ email: \"ada@example.org\", password: \"{password}\" }}) {{ accessToken }} }}"
    );
    let (_, body) = http::run(service.address, "", &query);
    let reason = &body["errors"][0]["extensions"]["reason"];
    let token = &body["data"]["login"]["accessToken"];
    token.as_str().or(reason.as_str()).unwrap().to_owned()
}

#[test]
fn accounts_can_be_looked_after_while_the_service_runs() {
    let directory = tempdir().unwrap();
    let at = directory.path();
    let service = Service::start(at, &[("REGISTRATION", "closed")]);
    let created = user(at, &["create", "Ada@Example.org"], "the first of many\n");
    assert!(created.status.success(), "{}", said(&created));
    let listed = said(&user(at, &["list"], ""));
    assert!(
        listed.starts_with("user_") && listed.trim_end().ends_with("  ada@example.org"),
        "{listed}"
    );

    let token = login(&service, "the first of many");
    assert_eq!(
        http::run(service.address, &token, "{ me { email } }").0,
        200
    );
    assert!(
        user(at, &["set-password", "ada@example.org"], "another one\r\n")
            .status
            .success()
    );
    assert_eq!(login(&service, "the first of many"), "CREDENTIALS_WRONG");
    let token = login(&service, "another one");
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
    let mut command = taskhive(at, &[]);
    let output = command.args(["user", "list"]).stdout(writer).output();
    let output = output.unwrap();
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{output:?}"
    );
}
