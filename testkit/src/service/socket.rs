//! A client of `graphql-transport-ws` that does nothing by itself.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::{TASK_EVENTS, TestUser};

/// Nothing takes so long unless it is broken.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// One socket.
pub struct Socket(WebSocketStream<TcpStream>);

/// The handshake as it should be.
pub fn handshake(address: SocketAddr) -> Request {
    let mut request = format!("ws://{address}/graphql/ws")
        .into_client_request()
        .expect("a handshake");
    let protocol = HeaderValue::from_static("graphql-transport-ws");
    request
        .headers_mut()
        .insert("sec-websocket-protocol", protocol);
    request
}

impl Socket {
    /// Opens a socket and says nothing.
    pub async fn open(address: SocketAddr) -> Self {
        Self::open_with(handshake(address), address, None)
            .await
            .expect("a handshake")
    }

    /// Opens a socket with a handshake of the test's own, and room for so many bytes that the client does not read.
    pub async fn open_with(
        request: Request,
        address: SocketAddr,
        receive_buffer: Option<u32>,
    ) -> Result<Self, Error> {
        let socket = TcpSocket::new_v4().expect("a socket");
        if let Some(bytes) = receive_buffer {
            socket.set_recv_buffer_size(bytes).expect("a small buffer");
        }
        let stream = socket.connect(address).await.expect("a connection");
        Ok(Self(client_async(request, stream).await?.0))
    }

    /// Opens a socket and signs in.
    pub async fn signed_in(address: SocketAddr, user: &TestUser) -> Self {
        let mut socket = Self::open(address).await;
        socket.sign_in(&user.access_token).await;
        socket
    }

    /// The same with little room for what the client does not read.
    pub async fn narrow(address: SocketAddr, user: &TestUser) -> Self {
        let mut socket = Self::open_with(handshake(address), address, Some(4096))
            .await
            .expect("a handshake");
        socket.sign_in(&user.access_token).await;
        socket
    }

    /// Says hello, and is let in.
    pub async fn sign_in(&mut self, token: &str) {
        self.init(token).await;
        assert_eq!(self.hear().await, json!({ "type": "connection_ack" }));
    }

    /// Says hello.
    pub async fn init(&mut self, token: &str) {
        let payload = json!({ "Authorization": format!("Bearer {token}") });
        self.say(&json!({ "type": "connection_init", "payload": payload }))
            .await;
    }

    /// Sends a message of the protocol.
    pub async fn say(&mut self, message: &Value) {
        self.send(Message::text(message.to_string())).await;
    }

    /// Sends a frame of any kind.
    pub async fn send(&mut self, message: Message) {
        self.0.send(message).await.expect("an open socket");
    }

    /// Starts an operation.
    pub async fn subscribe(&mut self, id: &str, query: &str) {
        let payload = json!({ "query": query });
        self.say(&json!({ "type": "subscribe", "id": id, "payload": payload }))
            .await;
    }

    /// Subscribes to task events; returns once the service listens.
    pub async fn watch(&mut self, id: &str) {
        self.subscribe(id, TASK_EVENTS).await;
        // Operations begin in order, and a pong comes after what was said before.
        self.say(&json!({ "type": "ping" })).await;
        assert_eq!(self.hear().await, json!({ "type": "pong" }));
    }

    /// The next message of the protocol.
    pub async fn hear(&mut self) -> Value {
        loop {
            match self.frame().await {
                Some(Ok(Message::Text(text))) => {
                    return serde_json::from_str(text.as_str()).expect("JSON");
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("not a message: {other:?}"),
            }
        }
    }

    /// Reads on until the socket is closed.
    pub async fn closed(&mut self) -> (u16, String) {
        loop {
            match self.frame().await {
                Some(Ok(Message::Close(Some(frame)))) => {
                    assert!(frame.reason.len() <= 123);
                    // Answers, and sees the connection end.
                    while let Some(Ok(_)) = self.frame().await {}
                    return (frame.code.into(), frame.reason.to_string());
                }
                Some(Ok(Message::Text(_) | Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("not closed properly: {other:?}"),
            }
        }
    }

    /// The next frame of any kind.
    pub async fn frame(&mut self) -> Option<Result<Message, Error>> {
        timeout(PATIENCE, self.0.next())
            .await
            .expect("a frame in time")
    }
}
