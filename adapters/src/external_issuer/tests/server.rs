//! A server for one document, that counts how often it is asked and can be told to misbehave.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::signing::KeyPair;

/// What the server does with a request.
#[derive(Clone)]
pub(super) enum Answer {
    /// Sends these bytes and closes.
    Bytes(Vec<u8>),
    /// Never says anything.
    Silence,
    /// Never stops talking.
    Flood,
}

impl Answer {
    pub(super) fn json(body: &Value) -> Self {
        Self::text("200 OK", &body.to_string())
    }

    pub(super) fn text(status: &str, body: &str) -> Self {
        let length = body.len();
        let text = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{body}");
        Self::Bytes(text.into_bytes())
    }

    pub(super) fn keys(keys: &[&KeyPair]) -> Self {
        let keys: Vec<Value> = keys.iter().map(|key| key.jwk()).collect();
        Self::json(&json!({"keys": keys}))
    }
}

pub(super) struct JwksServer {
    pub(super) url: String,
    answer: Arc<Mutex<Answer>>,
    requests: Arc<AtomicUsize>,
    asked: watch::Receiver<usize>,
    task: tokio::task::JoinHandle<()>,
}

impl JwksServer {
    pub(super) async fn new(answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/api/auth/jwks", listener.local_addr().unwrap());
        let (answer, requests) = (Arc::new(Mutex::new(answer)), Arc::<AtomicUsize>::default());
        let (tell, asked) = watch::channel(0);
        let (answers, count) = (Arc::clone(&answer), Arc::clone(&requests));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tell.send_replace(count.fetch_add(1, Ordering::SeqCst) + 1);
                let answer = answers.lock().unwrap().clone();
                tokio::spawn(serve(stream, answer));
            }
        });
        Self {
            url,
            answer,
            requests,
            asked,
            task,
        }
    }

    pub(super) async fn with(keys: &[&KeyPair]) -> Self {
        Self::new(Answer::keys(keys)).await
    }

    pub(super) fn answer(&self, answer: Answer) {
        *self.answer.lock().unwrap() = answer;
    }

    /// How often it was asked.
    pub(super) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    /// Waits until it has been asked so often.
    pub(super) async fn asked(&self, times: usize) {
        let mut asked = self.asked.clone();
        asked.wait_for(|count| *count >= times).await.unwrap();
    }
}

impl Drop for JwksServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Whoever is served may hang up at any time.
async fn serve(mut stream: TcpStream, answer: Answer) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => request.push(byte),
            Err(_) => return,
        }
    }
    match answer {
        Answer::Bytes(bytes) => {
            let _ = stream.write_all(&bytes).await;
        }
        Answer::Silence => {
            let _ = stream.read_u8().await;
        }
        Answer::Flood => {
            let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
            let mut sent = stream.write_all(head).await;
            while sent.is_ok() {
                sent = stream.write_all(b"4\r\n    \r\n").await;
            }
        }
    }
}
