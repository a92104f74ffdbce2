//! Requests over connections of their own, each carried by the task that waits for the answer.
//!
//! reqwest has another task carry it, and loses a request that is handed over in the moment in which the connection ends: of
//! those whose connection is closed at once, one in some ten thousand waits for ever. Here that would look as if the service
//! did not answer.

use std::net::SocketAddr;

use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::http::request::Builder;
use hyper::{Request, Response, header};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;

/// Whose requests they are, and where they go.
#[derive(Debug, Clone)]
pub(super) struct Sender {
    pub(super) address: SocketAddr,
    pub(super) token: String,
}

impl Sender {
    /// The answer, if it arrives whole.
    pub(super) async fn run(&self, query: &str, variables: &Value) -> Option<Value> {
        self.send(Request::builder(), query, variables, async |answer| {
            let body = answer.into_body().collect().await.ok()?.to_bytes();
            serde_json::from_slice(&body).ok()
        })
        .await?
    }

    /// What `read` makes of the answer, if one begins to arrive. `request` has headers that are not for every request.
    pub(super) async fn send<T>(
        &self,
        request: Builder,
        query: &str,
        variables: &Value,
        read: impl AsyncFnOnce(Response<Incoming>) -> T,
    ) -> Option<T> {
        let body = json!({ "query": query, "variables": variables });
        let request = request
            .method("POST")
            .uri("/graphql")
            .header(header::HOST, self.address.to_string())
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.to_string())
            .unwrap();
        let stream = TcpStream::connect(self.address).await.ok()?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
        let answer = async move { Some(read(sender.send_request(request).await.ok()?).await) };
        // It ends with the answer. That it ended before, the answer says, too.
        let (answer, _) = tokio::join!(answer, connection);
        answer
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn nobody_waits_for_an_answer_on_a_connection_that_was_closed_at_once() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let closing = tokio::spawn(async move { while listener.accept().await.is_ok() {} });
        let token = String::new();
        let sender = Sender { address, token };
        for _ in 0..1000 {
            assert_eq!(sender.run("{ me { id } }", &Value::Null).await, None);
        }
        closing.abort();
    }
}
