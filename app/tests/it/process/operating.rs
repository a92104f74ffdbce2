//! What operators do with a database beside `serve`: look after it, copy it, move it.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;

use serde_json::json;
use tempfile::tempdir;
use testkit::databases::PostgresDatabase;
use testkit::{CREATE, LOGIN, Program, SECRET};

use crate::TASKHIVE;

fn said(output: &Output) -> String {
    String::from_utf8([output.stdout.as_slice(), &output.stderr].concat()).unwrap()
}

fn run(directory: &Path, arguments: &[&str]) -> Output {
    // Any port, because somebody may listen on the one of the settings.
    TASKHIVE.outcome(directory, &[("PORT", "0")], arguments)
}

/// A service on which somebody has tasks, stopped again.
async fn with_tasks(directory: &Path, tasks: usize) {
    let service = TASKHIVE.start(directory, &[]);
    let ada = service.user("ada").await;
    for number in 0..tasks {
        let task = json!({"title": format!("Task {number}"), "description": "ä\n\u{1f40c}"});
        ada.mutate(CREATE, task).await.data();
    }
    service.kill();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_learns_whether_the_service_is_ready() {
    let directory = tempdir().unwrap();
    let at = directory.path();
    let service = TASKHIVE.start(at, &[]);
    let port = service.address.port().to_string();
    let asked = TASKHIVE.outcome(
        at,
        &[("PORT", &port), ("HOST", "0.0.0.0")],
        &["healthcheck"],
    );
    assert!(asked.status.success(), "{asked:?}");
    assert_eq!(said(&asked), "ready\n");
    service.kill();
    let asked = TASKHIVE.outcome(at, &[("PORT", &port)], &["healthcheck"]);
    assert_eq!(asked.status.code(), Some(1), "{asked:?}");
    assert!(
        said(&asked).contains("nothing answers at 127.0.0.1"),
        "{asked:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_pending_is_told_by_the_code_and_not_done() {
    let directory = tempdir().unwrap();
    let at = directory.path();
    let none = run(at, &["migrate", "--check"]);
    assert_eq!(none.status.code(), Some(2), "{none:?}");
    assert_eq!(
        std::fs::read_dir(at).unwrap().count(),
        0,
        "nothing was made"
    );
    std::fs::write(at.join("taskhive.db"), "").unwrap();
    for _ in 0..2 {
        let pending = run(at, &["migrate", "--check"]);
        assert_eq!(pending.status.code(), Some(1), "{pending:?}");
        assert!(
            said(&pending).starts_with("20261123000000\n"),
            "{pending:?}"
        );
    }
    assert!(run(at, &["migrate"]).status.success());
    let done = run(at, &["migrate", "--check"]);
    assert!(done.status.success() && done.stdout.is_empty(), "{done:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_made_while_the_service_runs_is_a_database() {
    let directory = tempdir().unwrap();
    let at = directory.path();
    let service = TASKHIVE.start(at, &[]);
    let ada = service.user("ada").await;
    ada.create("Pack").await;
    let copied = run(at, &["backup", "copy.db"]);
    assert!(copied.status.success(), "{copied:?}");
    let copy = at.join("copy.db");
    assert_eq!(
        std::fs::metadata(&copy).unwrap().permissions().mode() & 0o777,
        0o600
    );
    ada.create("Later").await;
    let again = run(at, &["backup", "copy.db"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(said(&again).contains("copy.db exists already"), "{again:?}");
    service.kill();

    let elsewhere = tempdir().unwrap();
    std::fs::copy(&copy, elsewhere.path().join("taskhive.db")).unwrap();
    let service = TASKHIVE.start(elsewhere.path(), &[]);
    let input = json!({"email": ada.email, "password": ada.password});
    let signed_in = service.anonymous().mutate(LOGIN, input).await;
    let token = signed_in.data()["login"]["accessToken"].as_str().unwrap();
    let ada = service.anonymous().with_token(token);
    let tasks = ada.run("{ tasks { nodes { title } } }", json!({})).await;
    assert_eq!(
        tasks.data(),
        &json!({"tasks": {"nodes": [{"title": "Pack"}]}})
    );
    let names = std::fs::read_dir(at).unwrap();
    let names: Vec<String> = names
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.starts_with("taskhive."))
        .collect();
    assert_eq!(names, ["copy.db"], "nothing else is left behind");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_moves_to_postgres_comes_back_in_the_same_bytes() {
    let directory = tempdir().unwrap();
    let at = directory.path();
    with_tasks(at, 5).await;
    let exported = run(at, &["export"]);
    assert!(exported.status.success(), "{exported:?}");
    let file = at.join("all.jsonl");
    std::fs::write(&file, &exported.stdout).unwrap();
    let file = file.to_str().unwrap();

    let database = PostgresDatabase::empty().await;
    let settings = [
        ("DATABASE_URL", database.url.as_str()),
        ("JWT_SECRET", SECRET),
    ];
    let elsewhere = tempdir().unwrap();
    for expected in [
        "Imported 1 of 1 accounts and 5 of 5 tasks",
        "Imported 0 of 1 accounts and 0 of 5 tasks",
    ] {
        let imported = TASKHIVE.outcome(elsewhere.path(), &settings, &["import", file]);
        assert!(
            imported.status.success() && said(&imported).contains(expected),
            "{imported:?}"
        );
        let back = TASKHIVE.outcome(elsewhere.path(), &settings, &["export"]);
        assert!(back.stdout == exported.stdout, "{}", said(&back));
    }
    let one = ["export", "--account", "Ada@example.org"];
    let one = TASKHIVE.outcome(elsewhere.path(), &settings, &one);
    assert!(one.stdout == exported.stdout, "{}", said(&one));

    let service = TASKHIVE.start(elsewhere.path(), &settings);
    let again = service.user("bob").await;
    assert_eq!(again.titles(json!({})).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_refused_leaves_no_database() {
    let directory = tempdir().unwrap();
    let at = directory.path();
    with_tasks(at, 1).await;
    let exported = run(at, &["export"]).stdout;
    let elsewhere = tempdir().unwrap();
    let file = elsewhere.path().join("export.jsonl");
    for (bytes, expected) in [
        (&exported[..exported.len() - 20], "cut short"),
        (b"hello\n".as_slice(), "no export of Taskhive"),
        (
            b"{\"format\":\"taskhive-export\",\"version\":7}\n",
            "format version 7",
        ),
    ] {
        std::fs::write(&file, bytes).unwrap();
        let refused = run(elsewhere.path(), &["import", "export.jsonl"]);
        assert_eq!(refused.status.code(), Some(2), "{refused:?}");
        assert!(said(&refused).contains(expected), "{refused:?}");
        assert!(!said(&refused).contains("ada@"), "{refused:?}");
        assert!(!elsewhere.path().join("taskhive.db").exists());
    }
    let missing = run(elsewhere.path(), &["export"]);
    assert_eq!(missing.status.code(), Some(2), "{missing:?}");
    assert!(!elsewhere.path().join("taskhive.db").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_finds_what_is_wrong_and_changes_nothing() {
    let directory = tempdir().unwrap();
    let at = directory.path();
    let fresh = run(at, &["doctor"]);
    assert!(fresh.status.success(), "{}", said(&fresh));
    assert_eq!(
        std::fs::read_dir(at).unwrap().count(),
        0,
        "nothing was made"
    );
    with_tasks(at, 1).await;
    let healthy = run(at, &["doctor"]);
    assert!(healthy.status.success(), "{}", said(&healthy));
    for subject in [
        "settings",
        "signing secret",
        "the file",
        "writing",
        "migrations",
    ] {
        let line = format!("ok     {subject}: ");
        assert!(
            said(&healthy).contains(&line),
            "{subject}: {}",
            said(&healthy)
        );
    }
    let misspelt = TASKHIVE.outcome(at, &[("DATABASE_URLL", "x")], &["doctor"]);
    assert_eq!(misspelt.status.code(), Some(1));
    assert!(
        said(&misspelt).contains("WRONG  settings: "),
        "{}",
        said(&misspelt)
    );
    let settings = [("JWT_SECRET", "short-private"), ("PORT", "eighty")];
    let mistakes = TASKHIVE.outcome(at, &settings, &["doctor"]);
    assert_eq!(mistakes.status.code(), Some(1));
    assert!(!said(&mistakes).contains("private") && said(&mistakes).contains("PORT"));

    let secret = at.join("taskhive.secret");
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o644)).unwrap();
    let database = at.join("taskhive.db");
    let mut bytes = std::fs::read(&database).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..].fill(0xA5);
    std::fs::write(&database, &bytes).unwrap();
    let ill = run(at, &["doctor"]);
    assert_eq!(ill.status.code(), Some(1));
    for subject in ["signing secret", "the file"] {
        let line = format!("WRONG  {subject}: ");
        assert!(said(&ill).contains(&line), "{}", said(&ill));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_finds_what_would_keep_the_service_from_listening() {
    let directory = tempdir().unwrap();
    let at = directory.path();
    let stranger = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = stranger.local_addr().unwrap();
    // Hangs up on everybody.
    std::thread::spawn(move || stranger.incoming().for_each(drop));
    let (port, metrics) = (taken.port().to_string(), taken.to_string());
    for (settings, fix) in [
        (
            [("PORT", port.as_str()), ("METRICS_ADDR", "")],
            "HOST or PORT",
        ),
        (
            [("PORT", "0"), ("METRICS_ADDR", metrics.as_str())],
            "METRICS_ADDR",
        ),
    ] {
        let examined = TASKHIVE.outcome(at, &settings, &["doctor"]);
        assert_eq!(examined.status.code(), Some(1), "{}", said(&examined));
        let line = format!("WRONG  listening: {taken} cannot be listened on");
        assert!(
            said(&examined).contains(&line) && said(&examined).contains(fix),
            "{}",
            said(&examined)
        );
    }

    // The service itself is no reason to complain.
    let service = TASKHIVE.start(at, &[]);
    let port = service.address.port().to_string();
    let path = at.to_owned();
    let examined = tokio::task::spawn_blocking(move || {
        TASKHIVE.outcome(&path, &[("PORT", &*port)], &["doctor"])
    });
    let examined = examined.await.unwrap();
    assert!(
        examined.status.success() && said(&examined).contains("ok     listening: "),
        "{}",
        said(&examined)
    );

    // Nor does it end where there are too few descriptors, but clients will wait.
    let mut command = Program::at("/bin/sh").command(at, &[("PORT", "0")]);
    let script = format!(
        "ulimit -n 99; exec {} doctor",
        env!("CARGO_BIN_EXE_taskhive")
    );
    let examined = command.args(["-c", &script]).output().unwrap();
    assert_eq!(examined.status.code(), Some(1), "{}", said(&examined));
    assert!(
        said(&examined).contains("WRONG  open files: 99 ")
            && said(&examined).contains("LIMIT_CONNECTIONS"),
        "{}",
        said(&examined)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_asks_the_identity_provider_for_its_keys() {
    // The key of RFC 8037, appendix A.
    let keys = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"1","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = axum::Router::new().route("/jwks", axum::routing::get(async move || keys));
    tokio::spawn(async move { axum::serve(listener, router).await });
    for (path, algorithms, line) in [
        ("jwks", "EdDSA", "ok     identity provider: "),
        ("jwks", "RS256", "WRONG  identity provider: "),
        ("nothing", "EdDSA", "WRONG  identity provider: "),
    ] {
        let url = format!("http://{address}/{path}");
        let examined = tokio::task::spawn_blocking(move || {
            let settings = [
                ("PORT", "0"),
                ("AUTH_JWKS_URL", &*url),
                ("AUTH_ISSUER", "https://app.example.org"),
                ("AUTH_AUDIENCE", "https://app.example.org"),
                ("AUTH_ALGORITHMS", algorithms),
                ("AUTH_SIGN_IN_URL", "https://app.example.org/sign-in"),
            ];
            TASKHIVE.outcome(tempdir().unwrap().path(), &settings, &["doctor"])
        });
        let examined = examined.await.unwrap();
        assert!(said(&examined).contains(line), "{}", said(&examined));
        assert_eq!(examined.status.success(), line.starts_with("ok"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_looks_at_a_server_too() {
    let directory = tempdir().unwrap();
    let database = PostgresDatabase::empty().await;
    let settings = [
        ("DATABASE_URL", database.url.as_str()),
        ("JWT_SECRET", SECRET),
        ("PORT", "0"),
    ];
    let doctor = || TASKHIVE.outcome(directory.path(), &settings, &["doctor"]);
    let fresh = doctor();
    assert_eq!(fresh.status.code(), Some(1));
    assert!(
        said(&fresh).contains("WRONG  migrations: "),
        "{}",
        said(&fresh)
    );
    let migrated = TASKHIVE.outcome(directory.path(), &settings, &["migrate"]);
    assert!(migrated.status.success());
    let healthy = doctor();
    assert!(healthy.status.success(), "{}", said(&healthy));
    for subject in [
        "database",
        "encryption",
        "clock",
        "migrations",
        "rights",
        "prepared statements",
        "live updates",
    ] {
        let line = format!("ok     {subject}: ");
        assert!(
            said(&healthy).contains(&line),
            "{subject}: {}",
            said(&healthy)
        );
    }
    let nowhere = [
        (
            "DATABASE_URL",
            "postgres://somebody:hunter2@127.0.0.1:1/nothing",
        ),
        ("JWT_SECRET", SECRET),
    ];
    let away = TASKHIVE.outcome(directory.path(), &nowhere, &["doctor"]);
    assert_eq!(away.status.code(), Some(1));
    assert!(
        said(&away).contains("WRONG  database: ") && !said(&away).contains("hunter2"),
        "{}",
        said(&away)
    );
}
