//! Connections, byte by byte: too many, too slow, too large, ambiguous.

use std::net::SocketAddr;
use std::time::Duration;

use testkit::TestApp;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

const LIVE: &str = "GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
const BODY: &str = r#"{"query":"{ __typename }"}"#;

/// Short enough that nobody waits, long enough for everybody who sends what they have.
const SOON: Duration = Duration::from_millis(300);

async fn serve(connections: usize, header_timeout: Duration) -> TestApp {
    TestApp::configured(&[("LIMIT_BODY_SECONDS", "1")], |config| {
        config.server.connections = connections;
        config.server.header_timeout = header_timeout;
    })
    .await
}

/// Sends bytes, and reads until the service closes the connection.
async fn exchange(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    read_to_end(stream).await
}

async fn read_to_end(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    // A connection that is reset after its answer has still answered.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or("closed")
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_bring_no_request_are_closed() {
    let app = serve(100, SOON).await;
    // Nothing at all, half a head, and nothing more after an answer.
    assert_eq!(exchange(app.address, b"").await, "");
    let half = exchange(app.address, b"GET /health/live HTTP/1.1\r\nHost:").await;
    assert!(matches!(status(&half), "closed" | "408"), "{half}");
    let kept = exchange(app.address, b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert_eq!(kept.matches("HTTP/1.1").count(), 1, "{kept}");
}

/// Whoever holds connections open leaves others room: from another network of the loopback range.
#[tokio::test(flavor = "multi_thread")]
async fn one_network_cannot_take_all_connections() {
    let app = TestApp::configured(&[], |config| config.server.connections_per_network = 2).await;
    let from = async |own: [u8; 4]| {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::from((own, 0))).unwrap();
        socket.connect(app.address).await.unwrap()
    };
    let ask = async |mut stream: TcpStream| {
        // One that is refused may be closed before it has said anything.
        let _ = stream.write_all(LIVE.as_bytes()).await;
        read_to_end(stream).await
    };
    let held = [from([127, 0, 0, 2]).await, from([127, 0, 0, 2]).await];
    assert_eq!(ask(from([127, 0, 0, 2]).await).await, "");
    assert_eq!(status(&ask(from([127, 0, 0, 3]).await).await), "200");
    drop(held);
    let answered = async || status(&ask(from([127, 0, 0, 2]).await).await) == "200";
    // The service learns of closed connections one after the other.
    while !answered().await {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_trickles_in_is_cut_off() {
    let app = serve(100, SOON).await;
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    stream
        .write_all(b"GET /health/live HTTP/1.1\r\n")
        .await
        .unwrap();
    let mut ticks = tokio::time::interval(SOON / 6);
    let mut answer = [0; 64];
    loop {
        tokio::select! {
            _ = ticks.tick() => if stream.write_all(b"X: y\r\n").await.is_err() { break },
            read = stream.read(&mut answer) => match read {
                Ok(0) | Err(_) => break,
                Ok(_) => {}
            },
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_never_arrives_is_not_waited_for() {
    let app = serve(100, SOON).await;
    let head = "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 26\r\n\r\n{";
    let answer = exchange(app.address, head.as_bytes()).await;
    assert_eq!(status(&answer), "408", "{answer}");
    assert!(answer.contains("BAD_REQUEST") && answer.contains("x-request-id"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_house_lets_the_next_one_in_when_somebody_leaves() {
    let app = serve(2, SOON).await;
    let idle = [
        TcpStream::connect(app.address).await.unwrap(),
        TcpStream::connect(app.address).await.unwrap(),
    ];
    // Not refused: it waits until the idle ones are shown out, which their timeout sees to.
    assert_eq!(status(&exchange(app.address, LIVE.as_bytes()).await), "200");
    for stream in idle {
        assert_eq!(read_to_end(stream).await, "");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn large_heads_are_refused() {
    let app = serve(100, Duration::from_secs(10)).await;
    // No end in sight. The service reads all of it, so that its answer is not lost in a reset.
    let long = format!("GET / HTTP/1.1\r\nHost: x\r\nX: {}", "y".repeat(66_000));
    assert_eq!(status(&exchange(app.address, long.as_bytes()).await), "431");
    let many = format!(
        "GET /health/live HTTP/1.1\r\nHost: x\r\n{}\r\n",
        "X: y\r\n".repeat(200)
    );
    assert_eq!(status(&exchange(app.address, many.as_bytes()).await), "431");
    assert_eq!(status(&exchange(app.address, LIVE.as_bytes()).await), "200");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_request_ends_is_never_in_doubt() {
    let app = serve(100, SOON).await;
    let post = |headers: &str, body: &str| {
        format!(
            "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{headers}\r\n{body}"
        )
    };
    for headers in [
        "Content-Length: 26\r\nContent-Length: 5\r\n",
        "Content-Length: 26, 5\r\n",
        "Content-Length: +26\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 0x1a\r\n",
        "Content-Length : 26\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "X: y\r\n Content-Length: 26\r\n",
    ] {
        let answer = exchange(app.address, post(headers, BODY).as_bytes()).await;
        assert_eq!(status(&answer), "400", "{headers}: {answer}");
    }
    // Both at once: the chunks count, and nothing that follows inside them is taken for a request.
    let chunked = format!("1a\r\n{BODY}\r\n0\r\n\r\n");
    let both = post(
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n",
        &chunked,
    );
    let answer = exchange(app.address, both.as_bytes()).await;
    assert_eq!(
        (status(&answer), answer.matches("HTTP/1.1").count()),
        ("200", 1),
        "{answer}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_in_chunks_is_limited_like_any_other() {
    let app = serve(100, Duration::from_secs(10)).await;
    let head = "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    let mut bytes = head.as_bytes().to_vec();
    bytes.extend(chunk.repeat(5).bytes());
    let answer = exchange(app.address, &bytes).await;
    assert_eq!(status(&answer), "413", "{answer}");
}
