//! Starting, being killed, starting again, stopping.

use std::io::Write;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;

use serde_json::json;
use tempfile::tempdir;

use crate::http::{answer, data, request, run, sign_up};
use crate::service::{Service, Signal};

/// How often a test looks whether the port is closed before it gives up.
const TRIES: u32 = 10_000;

#[test]
fn nothing_is_needed_to_start() {
    let directory = tempdir().unwrap();
    let service = Service::start(directory.path(), &[]);
    assert!(service.address.ip().is_loopback());
    let (token, _) = sign_up(service.address);
    assert_eq!(
        data(service.address, &token, "{ me { email } }"),
        json!({"me": {"email": "ada@example.org"}})
    );
    let mode = |name: &str| {
        let file = std::fs::metadata(directory.path().join(name)).unwrap();
        file.permissions().mode() & 0o777
    };
    assert_eq!(mode("taskhive.secret"), 0o600);
    assert_eq!(mode("taskhive.db") & 0o077, mode("taskhive.db-wal") & 0o077);
}

#[test]
fn what_was_acknowledged_survives_a_kill_and_tokens_live_on() {
    let directory = tempdir().unwrap();
    let service = Service::start(directory.path(), &[]);
    let (token, refresh_token) = sign_up(service.address);
    let mut titles = Vec::new();
    for n in 0..30 {
        let create =
            format!("mutation {{ createTask(input: {{title: \"{n}\"}}) {{ task {{ title }} }} }}");
        data(service.address, &token, &create);
        titles.push(json!({"title": n.to_string()}));
    }
    service.kill();

    let service = Service::start(directory.path(), &[]);
    let all = "{ tasks(first: 100, orderBy: OLDEST) { nodes { title } } }";
    assert_eq!(
        data(service.address, &token, all),
        json!({"tasks": {"nodes": titles}})
    );
    let refresh = format!(
        "mutation {{ refreshToken(input: {{refreshToken: \"{refresh_token}\"}}) {{ accessToken }} }}"
    );
    let payload = data(service.address, "", &refresh);
    let token = payload["refreshToken"]["accessToken"].as_str().unwrap();
    data(service.address, token, "mutation { logout { success } }");
    service.kill();

    let service = Service::start(directory.path(), &[]);
    let (status, _) = run(service.address, token, "{ me { id } }");
    assert_eq!(status, 401, "a session that was ended stays ended");
}

#[test]
fn a_request_in_flight_is_finished_before_the_end() {
    for signal in [Signal::TERM, Signal::INT] {
        let directory = tempdir().unwrap();
        let service = Service::start(directory.path(), &[]);
        let (token, _) = sign_up(service.address);
        let (head, body) = request(
            &token,
            r#"mutation { createTask(input: {title: "last"}) { task { title } } }"#,
        );
        let (first, rest) = body.split_at(10);
        let mut stream = TcpStream::connect(service.address).unwrap();
        stream
            .write_all(format!("{head}{first}").as_bytes())
            .unwrap();
        // An answer on another connection that was made later: the service has seen the first one.
        data(service.address, "", "{ __typename }");
        service.signal(signal);
        let closed = (0..TRIES).any(|_| {
            std::thread::yield_now();
            TcpStream::connect(service.address).is_err()
        });
        assert!(closed, "{signal:?}: new connections are still accepted");
        stream.write_all(rest.as_bytes()).unwrap();
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

#[test]
fn two_services_share_one_directory() {
    let directory = tempdir().unwrap();
    let (one, other) = (
        Service::start(directory.path(), &[]),
        Service::start(directory.path(), &[]),
    );
    let (token, _) = sign_up(one.address);
    data(
        other.address,
        &token,
        r#"mutation { createTask(input: {title: "there"}) { task { id } } }"#,
    );
    let here = data(one.address, &token, "{ tasks { nodes { title } } }");
    assert_eq!(here, json!({"tasks": {"nodes": [{"title": "there"}]}}));
}

#[test]
fn the_log_never_holds_what_is_private() {
    let directory = tempdir().unwrap();
    let settings = [("LOG_FORMAT", "json"), ("RUST_LOG", "trace")];
    let service = Service::start(directory.path(), &settings);
    let (token, refresh_token) = sign_up(service.address);
    let create = r#"mutation { createTask(input: {title: "see the doctor", description: "about the knee"}) { task { id } } }"#;
    data(service.address, &token, create);
    run(service.address, "not-a-token", "{ me { id } }");
    run(
        service.address,
        "",
        r#"mutation { login(input: {email: "ada@example.org", password: "wrong-and-private"}) { expiresIn } }"#,
    );
    service.signal(Signal::TERM);
    let (_, log) = service.wait();
    assert!(log.lines().count() > 5, "there is a log: {log}");
    for private in [
        token.as_str(),
        &refresh_token,
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
