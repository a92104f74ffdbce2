//! As much of an HTTP client as these tests need: one request per connection.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use serde_json::{Value, json};

/// Runs an operation and returns status and body.
pub(crate) fn run(address: SocketAddr, token: &str, query: &str) -> (u16, Value) {
    let (head, body) = request(token, query);
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body.as_bytes()).unwrap();
    answer(stream)
}

/// Head and body of a request.
pub(crate) fn request(token: &str, query: &str) -> (String, String) {
    let body = json!({ "query": query }).to_string();
    let authorization = if token.is_empty() {
        String::new()
    } else {
        format!("Authorization: Bearer {token}\r\n")
    };
    let length = body.len();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{authorization}\
         Content-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    (head, body)
}

/// Reads an answer to its end.
pub(crate) fn answer(mut stream: TcpStream) -> (u16, Value) {
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let status = text[9..12].parse().unwrap();
    let (_, body) = text.split_once("\r\n\r\n").unwrap();
    (status, serde_json::from_str(body).unwrap_or(Value::Null))
}

/// The data of an operation in which nothing went wrong.
pub(crate) fn data(address: SocketAddr, token: &str, query: &str) -> Value {
    let (status, mut body) = run(address, token, query);
    assert!(
        status == 200 && body.get("errors").is_none(),
        "{status} {body}"
    );
    body["data"].take()
}

/// Signs up and returns the access token and the refresh token.
pub(crate) fn sign_up(address: SocketAddr) -> (String, String) {
    let register = r#"mutation { register(input: {email: "ada@example.org", password: "tidal-ochre-kestrel-42"}) {
        accessToken refreshToken } }"#;
    let payload = data(address, "", register)["register"].take();
    let text = |name: &str| payload[name].as_str().unwrap().to_owned();
    (text("accessToken"), text("refreshToken"))
}
