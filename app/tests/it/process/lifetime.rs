//! Starting, being killed, starting again, stopping.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};
use tempfile::tempdir;

use testkit::{CREATE, LOGIN, LOGOUT, ME, REFRESH, Signal};

use crate::TASKHIVE;

/// Head and body of a request, to be sent in pieces.
fn request(token: &str, mutation: &str, input: &Value) -> (String, String) {
    let body = json!({"query": mutation, "variables": {"input": input}}).to_string();
    let length = body.len();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Authorization: Bearer {token}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    (head, body)
}

/// Reads an answer to its end.
fn answer(mut stream: TcpStream) -> (u16, Value) {
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let status = text[9..12].parse().unwrap();
    let (_, body) = text.split_once("\r\n\r\n").unwrap();
    (status, serde_json::from_str(body).unwrap_or(Value::Null))
}

/// How often a test looks whether the port is closed before it gives up.
const TRIES: u32 = 10_000;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_needed_to_start() {
    let directory = tempdir().unwrap();
    let service = TASKHIVE.start(directory.path(), &[]);
    assert!(service.address.ip().is_loopback());
    let ada = service.user("ada").await;
    let me = ada.run("{ me { email } }", json!({})).await;
    assert_eq!(me.data(), &json!({"me": {"email": "ada@example.org"}}));
    let mode = |name: &str| {
        let file = std::fs::metadata(directory.path().join(name)).unwrap();
        file.permissions().mode() & 0o777
    };
    assert_eq!(mode("taskhive.secret"), 0o600);
    assert_eq!(mode("taskhive.db") & 0o077, mode("taskhive.db-wal") & 0o077);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_a_kill_and_tokens_live_on() {
    let directory = tempdir().unwrap();
    let service = TASKHIVE.start(directory.path(), &[]);
    let ada = service.user("ada").await;
    let mut titles = Vec::new();
    for n in 0..30 {
        ada.create(&n.to_string()).await;
        titles.push(json!({"title": n.to_string()}));
    }
    service.kill();

    let service = TASKHIVE.start(directory.path(), &[]);
    let all = "{ tasks(first: 100, orderBy: OLDEST) { nodes { title } } }";
    let client = service.anonymous().with_token(&ada.access_token);
    assert_eq!(
        client.run(all, json!({})).await.data(),
        &json!({"tasks": {"nodes": titles}})
    );
    let input = json!({"refreshToken": ada.refresh_token});
    let reply = service.anonymous().mutate(REFRESH, input).await;
    let token = reply.data()["refreshToken"]["accessToken"]
        .as_str()
        .unwrap();
    let client = client.with_token(token);
    client.run(LOGOUT, json!({})).await.data();
    service.kill();

    let service = TASKHIVE.start(directory.path(), &[]);
    let client = service.anonymous().with_token(token);
    let status = client.run(ME, json!({})).await.status;
    assert_eq!(status, 401, "a session that was ended stays ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_in_flight_is_finished_before_the_end() {
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let directory = tempdir().unwrap();
        let service = TASKHIVE.start(directory.path(), &[]);
        let ada = service.user("ada").await;
        let (head, body) = request(&ada.access_token, CREATE, &json!({"title": "last"}));
        let head = head.replacen("\r\n", "\r\nExpect: 100-continue\r\n", 1);
        let mut stream = TcpStream::connect(service.address).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        // The service says so when it waits for the body: the request is in flight.
        let mut goes_on = [0; b"HTTP/1.1 100 Continue\r\n\r\n".len()];
        stream.read_exact(&mut goes_on).unwrap();
        assert!(goes_on.starts_with(b"HTTP/1.1 100 "), "{goes_on:?}");
        service.signal(signal);
        let closed = (0..TRIES).any(|_| {
            std::thread::yield_now();
            TcpStream::connect(service.address).is_err()
        });
        assert!(closed, "{signal:?}: new connections are still accepted");
        stream.write_all(body.as_bytes()).unwrap();
        let (status, body) = answer(stream);
        assert_eq!(
            (status, &body["data"]["createTask"]["task"]["title"]),
            (200, &json!("last")),
            "{signal:?}"
        );
        let (status, log) = service.wait();
        assert_eq!(status.code(), Some(0), "{signal:?}: {log}");
        assert!(log.contains("stopped"), "{log}");
        assert!(!log.contains('\u{1b}'), "colours are for terminals: {log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_service_on_one_file_is_refused() {
    let directory = tempdir().unwrap();
    let one = TASKHIVE.start(directory.path(), &[]);
    let ada = one.user("ada").await;

    let other = TASKHIVE.outcome(directory.path(), &[("PORT", "0")], &[]);

    let message = String::from_utf8(other.stderr).unwrap();
    assert_eq!(other.status.code(), Some(2), "{message}");
    assert!(
        message.contains("another process serves this database") && message.contains("taskhive.db"),
        "{message}"
    );
    ada.create("here").await;
    one.kill();
    TASKHIVE.start(directory.path(), &[]);
}

#[test]
fn as_many_files_may_be_open_as_the_system_allows() {
    let directory = tempdir().unwrap();
    let service = TASKHIVE.start_by("ulimit -Sn 100; exec \"$0\"", directory.path(), &[]);
    let limits = service.proc_file("limits");
    let files = limits
        .lines()
        .find(|line| line.starts_with("Max open files"));
    let columns: Vec<&str> = files.unwrap().split_whitespace().collect();
    assert_eq!(columns[3], columns[4], "soft and hard: {limits}");
    assert_ne!(columns[3], "100");

    let directory = tempdir().unwrap();
    let service = TASKHIVE.start_by("ulimit -n 200; exec \"$0\"", directory.path(), &[]);
    service.signal(Signal::TERM);
    let (_, log) = service.wait();
    assert!(
        log.contains("LimitNOFILE=") && log.contains("LIMIT_CONNECTIONS"),
        "{log}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_never_holds_what_is_private() {
    let directory = tempdir().unwrap();
    let settings = [("LOG_FORMAT", "json"), ("RUST_LOG", "trace")];
    let service = TASKHIVE.start(directory.path(), &settings);
    let ada = service.user("ada").await;
    let task = json!({"title": "see the doctor", "description": "about the knee"});
    ada.mutate(CREATE, task).await.data();
    let stranger = service.anonymous().with_token("not-a-token");
    stranger.run(ME, json!({})).await;
    let wrong = json!({"email": ada.email, "password": "wrong-and-private"});
    service.anonymous().mutate(LOGIN, wrong).await;
    service.signal(Signal::TERM);
    let (_, log) = service.wait();
    assert!(log.lines().count() > 5, "there is a log: {log}");
    for private in [
        ada.access_token.as_str(),
        &ada.refresh_token,
        "ada@",
        "kestrel",
        "wrong-and-private",
        "doctor",
        "knee",
        "not-a-token",
    ] {
        let line = log.lines().find(|line| line.contains(private));
        assert_eq!(line, None, "{private}");
    }
}
