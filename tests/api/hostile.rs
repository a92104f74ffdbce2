//! Bytes on the wire that no library would send: slow, endless, broken off, contradictory.

use std::net::SocketAddr;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use testkit::*;

const HEAD: &str = "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
const BODY: &str = r#"{"query":"{__typename}"}"#;

/// Sends these bytes and reads until the service closes the connection.
async fn exchange(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The service may answer and close before it has read everything.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

fn status(answer: &str) -> &str {
    answer.get(9..12).unwrap_or("")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_body_is_given_up() {
    let app = TestApp::with(&[("LIMIT_BODY_SECONDS", "1")]).await;
    let head = format!("{HEAD}Content-Length: 100\r\n\r\n{{");
    let answer = exchange(app.address, head.as_bytes()).await;
    assert_eq!(status(&answer), "408", "{answer}");
    assert!(answer.contains("BAD_REQUEST"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_headers_and_silence_are_given_up() {
    let app = TestApp::with(&[("LIMIT_HEADERS_SECONDS", "1")]).await;
    for beginning in ["", "POST /graphql HTTP/1.1\r\nHost: x\r\n"] {
        let answer = exchange(app.address, beginning.as_bytes()).await;
        assert!(matches!(status(&answer), "" | "408"), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_has_a_limit_however_it_is_sent() {
    let app = TestApp::with(&[("LIMIT_BODY_BYTES", "2048")]).await;
    let long = format!(
        "{{\"query\":\"{{__typename}}\",\"x\":\"{}\"}}",
        "x".repeat(4096)
    );
    let announced = format!(
        "{HEAD}Content-Length: {}\r\nConnection: close\r\n\r\n{long}",
        long.len()
    );
    let chunk = format!("{:x}\r\n{long}\r\n", long.len());
    let chunked =
        format!("{HEAD}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n{chunk}0\r\n\r\n");
    let endless = format!(
        "{HEAD}Transfer-Encoding: chunked\r\n\r\n{}",
        chunk.repeat(50)
    );
    for (name, request) in [
        ("announced", announced),
        ("chunked", chunked),
        ("endless", endless),
    ] {
        let answer = exchange(app.address, request.as_bytes()).await;
        assert_eq!(status(&answer), "413", "{name}: {answer}");
        assert!(answer.contains("BAD_REQUEST"), "{name}: {answer}");
    }
    let small = format!(
        "{HEAD}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n{:x}\r\n{BODY}\r\n0\r\n\r\n",
        BODY.len()
    );
    assert_eq!(
        status(&exchange(app.address, small.as_bytes()).await),
        "200"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_requests_break_nothing() {
    let app = TestApp::new().await;
    let length = BODY.len();
    let requests: [Vec<u8>; 8] = [
        b"\0\0\0\0\0\0\0\0\r\n\r\n".to_vec(),
        b"GET / HTTP/9.9\r\n\r\n".to_vec(),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n".to_vec(),
        format!("{HEAD}Content-Length: -1\r\n\r\n").into_bytes(),
        format!("{HEAD}Content-Length: {length}\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
            .into_bytes(),
        format!("{HEAD}Content-Length: {length}\r\nContent-Length: 1\r\n\r\n{BODY}").into_bytes(),
        format!("{HEAD}X: {}\r\n\r\n", "x".repeat(200_000)).into_bytes(),
        [
            HEAD.as_bytes(),
            b"X-Request-Id: \xff\xfe\r\nConnection: close\r\nContent-Length: 3\r\n\r\n\xff\xfe\xfd",
        ]
        .concat(),
    ];
    for (number, request) in requests.iter().enumerate() {
        let answer = exchange(app.address, request).await;
        assert!(
            matches!(status(&answer), "" | "400" | "431" | "505"),
            "{number}: {answer}"
        );
    }
    // Broken off in the middle of a body.
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    stream
        .write_all(format!("{HEAD}Content-Length: 100\r\n\r\n{{").as_bytes())
        .await
        .unwrap();
    drop(stream);
    app.anonymous().run("{__typename}", json!({})).await.data();
}

/// What once ended the process or burnt a core: the answer comes at once, and the service lives on.
#[tokio::test(flavor = "multi_thread")]
async fn bombs_are_refused_before_they_are_parsed() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let brackets = |open: &str, close: &str, depth: usize| {
        format!(
            "{{ task(id: {}1{}) {{ id }} }}",
            open.repeat(depth),
            close.repeat(depth)
        )
    };
    let fragments = |levels: usize, spreads: usize| {
        let one = |n: usize| {
            format!(
                "fragment F{n} on Query {{ {} }}",
                format!("...F{} ", n + 1).repeat(spreads)
            )
        };
        let chain: String = (0..levels).map(one).collect();
        format!("{{ ...F0 }} {chain} fragment F{levels} on Query {{ __typename }}")
    };
    for document in [
        brackets("[", "]", 2000),
        brackets("{a:", "}", 2000),
        format!("{}id{}", "{ me ".repeat(2000), "}".repeat(2000)),
        format!(
            "query($a: {}Int{}) {{ __typename }}",
            "[".repeat(3000),
            "]".repeat(3000)
        ),
        fragments(20, 2),
        fragments(7, 8),
        fragments(50, 2),
        format!("{{ __typename {} }}", "@skip(if: false) ".repeat(200)),
    ] {
        let reply = ada.run(&document, json!({})).await;
        reply.assert_refused(422, "QUERY_TOO_COMPLEX", &document[..40]);
    }
    ada.run(ME, json!({})).await.data();
}
