//! Reasons not to start: one readable message, exit code 2, and no secret in it.

use std::fs::Permissions;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use tempfile::tempdir;

use testkit::{SECRET, Signal};

use crate::TASKHIVE;

/// The message of a program that could not start.
fn refusal(directory: &Path, settings: &[(&str, &str)]) -> String {
    // Any port, because somebody may listen on the one of the settings, which would be a reason, too.
    let settings = [&[("PORT", "0")][..], settings].concat();
    let output = TASKHIVE.outcome(directory, &settings, &[]);
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{settings:?}: {message}");
    assert_eq!(message.matches("taskhive: ").count(), 1, "{message}");
    assert!(
        !message.contains("panicked") && !message.contains("RUST_BACKTRACE"),
        "{message}"
    );
    message
}

#[test]
fn every_mistake_is_reported_at_once_and_no_secret_is_repeated() {
    let directory = tempdir().unwrap();
    let settings = [
        ("DATABASE_URL", "mysql://root:hunter2-private@db/tasks"),
        ("JWT_SECRET", "short-private"),
        ("PORT", "eighty"),
    ];
    let message = refusal(directory.path(), &settings);
    for name in ["DATABASE_URL", "JWT_SECRET", "PORT"] {
        assert!(message.contains(name), "{message}");
    }
    assert!(!message.contains("private"), "{message}");
    assert_eq!(
        std::fs::read_dir(directory.path()).unwrap().count(),
        0,
        "nothing was made"
    );
}

#[test]
fn bad_secrets_are_refused() {
    let directory = tempdir().unwrap();
    let sample = "change-me-change-me-change-me-change-me";
    for secret in ["short", "x7Q2mVb9Lr4TzK1pWc8Ys5Nd3Gh6Jf0A,short", sample] {
        let message = refusal(directory.path(), &[("JWT_SECRET", secret)]);
        assert!(
            message.contains("JWT_SECRET") && message.contains("openssl rand"),
            "{message}"
        );
        assert!(!message.contains(secret), "{message}");
    }
    let postgres = [("DATABASE_URL", "postgres://app:hunter2@127.0.0.1:1/tasks")];
    let message = refusal(directory.path(), &postgres);
    assert!(
        message.contains("JWT_SECRET") && !message.contains("hunter2"),
        "{message}"
    );
}

#[test]
fn a_database_that_is_not_there_is_named() {
    let directory = tempdir().unwrap();
    let secret = ("JWT_SECRET", SECRET);
    let away = (
        "DATABASE_URL",
        "postgres://app:hunter2@127.0.0.1:1/tasks?sslmode=disable",
    );
    let message = refusal(directory.path(), &[secret, away]);
    assert!(
        !message.contains("hunter2") && !message.contains("app"),
        "{message}"
    );
    assert!(
        message.contains("DATABASE_URL (127.0.0.1:1/tasks)"),
        "{message}"
    );
    let direct = ("DATABASE_DIRECT_URL", "sqlite://tasks.db");
    let message = refusal(directory.path(), &[secret, away, direct]);
    assert!(
        message.contains("DATABASE_DIRECT_URL names a file"),
        "{message}"
    );

    // Below a file nothing can be made, not even by root.
    std::fs::write(directory.path().join("file"), "").unwrap();
    let message = refusal(
        directory.path(),
        &[("DATABASE_URL", "sqlite://file/taskhive.db")],
    );
    assert!(message.contains("taskhive.db"), "{message}");

    std::fs::write(
        directory.path().join("text.db"),
        "this is no database, but a text of some length",
    )
    .unwrap();
    let message = refusal(directory.path(), &[("DATABASE_URL", "sqlite://text.db")]);
    assert!(
        message.contains("DATABASE_URL") && message.contains("text.db"),
        "{message}"
    );
    let kept = std::fs::read_to_string(directory.path().join("text.db")).unwrap();
    assert!(kept.starts_with("this is no database"), "it was left alone");
}

#[test]
fn a_secret_file_that_cannot_be_used_is_left_alone() {
    let directory = tempdir().unwrap();
    let file = directory.path().join("taskhive.secret");
    std::fs::write(&file, "too short").unwrap();
    std::fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    let open = refusal(directory.path(), &[]);
    assert!(open.contains("chmod 600 taskhive.secret"), "{open}");
    std::fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    let message = refusal(directory.path(), &[]);
    assert!(
        message.contains("taskhive.secret") && !message.contains("too short"),
        "{message}"
    );
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    assert!(refusal(directory.path(), &[]).contains("taskhive.secret"));
}

#[test]
fn the_database_of_another_program_is_left_as_it_is() {
    let directory = tempdir().unwrap();
    let script = "import sqlite3; sqlite3.connect('other.db').execute('CREATE TABLE notes (text)')";
    let mut python = Command::new("python3");
    let made = python
        .args(["-c", script])
        .current_dir(directory.path())
        .status();
    assert!(made.unwrap().success());
    let file = directory.path().join("other.db");
    let before = std::fs::read(&file).unwrap();
    let settings = [("DATABASE_URL", "sqlite://other.db")];

    let message = refusal(directory.path(), &settings);
    let diagnosis = TASKHIVE.outcome(directory.path(), &settings, &["doctor"]);
    let diagnosis = String::from_utf8(diagnosis.stdout).unwrap();

    assert!(
        message.contains("other.db") && message.contains("another program"),
        "{message}"
    );
    assert!(
        diagnosis.contains("WRONG  migrations: ") && diagnosis.contains("another program"),
        "{diagnosis}"
    );
    assert!(std::fs::read(&file).unwrap() == before);
}

#[test]
fn a_list_of_users_makes_no_database() {
    let directory = tempdir().unwrap();
    let output = TASKHIVE.outcome(directory.path(), &[], &["user", "list"]);
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(
        message.contains("DATABASE_URL") && message.contains("taskhive.db"),
        "{message}"
    );
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn a_port_in_use_is_named_before_anything_is_done_to_a_database() {
    let directory = tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let message = refusal(directory.path(), &[("PORT", &port)]);
    assert!(
        message.contains(&format!("127.0.0.1:{port}")) && message.contains("PORT"),
        "{message}"
    );
    assert!(!directory.path().join("taskhive.db").exists());
}

#[test]
fn a_line_of_the_env_file_that_is_none_is_refused_without_being_shown() {
    let directory = tempdir().unwrap();
    std::fs::write(
        directory.path().join(".env"),
        "JWT_SECRET='unfinished-private\n",
    )
    .unwrap();
    let message = refusal(directory.path(), &[]);
    assert!(
        message.contains(".env") && !message.contains("private"),
        "{message}"
    );
}

#[test]
fn the_environment_counts_over_the_env_file_and_typing_errors_are_pointed_out() {
    let directory = tempdir().unwrap();
    let env = "DATABASE_URL=sqlite://from-file.db\nPLAYGROND=off\n";
    std::fs::write(directory.path().join(".env"), env).unwrap();
    let service = TASKHIVE.start(
        directory.path(),
        &[("DATABASE_URL", "sqlite://from-environment.db")],
    );
    service.signal(Signal::TERM);
    let (_, log) = service.wait();
    assert!(directory.path().join("from-environment.db").exists());
    assert!(!directory.path().join("from-file.db").exists());
    assert!(
        log.contains("PLAYGROND") && log.contains("PLAYGROUND"),
        "{log}"
    );
}
