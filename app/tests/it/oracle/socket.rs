//! A client of `graphql-transport-ws` that does nothing by itself.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

/// Nothing takes so long unless it is broken.
const PATIENCE: Duration = Duration::from_secs(20);

/// One socket.
pub(crate) struct Socket(WebSocketStream<TcpStream>);

/// What a socket says next.
#[derive(Debug, PartialEq)]
pub(crate) enum Heard {
    Message(Value),
    /// Closed, with this code.
    Closed(u16),
}

impl Socket {
    /// Opens a socket under a subprotocol and says nothing; the status of the answer if it is refused.
    pub(crate) async fn open(address: SocketAddr, protocol: &'static str) -> Result<Self, u16> {
        let mut request = format!("ws://{address}/graphql/ws")
            .into_client_request()
            .expect("a handshake");
        let protocol = HeaderValue::from_static(protocol);
        request
            .headers_mut()
            .insert("sec-websocket-protocol", protocol);
        let stream = TcpStream::connect(address).await.expect("a connection");
        match client_async(request, stream).await {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// Opens a socket and signs in.
    pub(crate) async fn signed_in(address: SocketAddr, token: &str) -> Self {
        let mut socket = Self::open(address, "graphql-transport-ws")
            .await
            .expect("a handshake");
        socket.init(token).await;
        let ack = json!({ "type": "connection_ack" });
        assert_eq!(socket.hear().await, Heard::Message(ack));
        socket
    }

    pub(crate) async fn init(&mut self, token: &str) {
        let payload = json!({ "Authorization": format!("Bearer {token}") });
        self.say(&json!({ "type": "connection_init", "payload": payload }))
            .await;
    }

    pub(crate) async fn say(&mut self, message: &Value) {
        self.say_text(&message.to_string()).await;
    }

    pub(crate) async fn say_text(&mut self, text: &str) {
        self.0
            .send(Message::text(text))
            .await
            .expect("an open socket");
    }

    /// Starts an operation; `payload` is a request.
    pub(crate) async fn subscribe(&mut self, id: &str, payload: &Value) {
        self.say(&json!({ "type": "subscribe", "id": id, "payload": payload }))
            .await;
    }

    pub(crate) async fn hear(&mut self) -> Heard {
        loop {
            let frame = timeout(PATIENCE, self.0.next())
                .await
                .expect("a frame in time");
            match frame {
                Some(Ok(Message::Text(text))) => {
                    return Heard::Message(serde_json::from_str(text.as_str()).expect("JSON"));
                }
                Some(Ok(Message::Close(Some(frame)))) => return Heard::Closed(frame.code.into()),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("neither a message nor a close: {other:?}"),
            }
        }
    }

    /// The next message, which must be one of results: the operation's id and what it answers.
    pub(crate) async fn result(&mut self) -> (String, Value) {
        match self.hear().await {
            Heard::Message(mut message) if message["type"] == "next" => {
                let id = message["id"].as_str().expect("an id").to_owned();
                (id, message["payload"].take())
            }
            other => panic!("not a result: {other:?}"),
        }
    }

    /// Runs a query to its end.
    pub(crate) async fn run(&mut self, id: &str, payload: &Value) -> Value {
        self.subscribe(id, payload).await;
        let (of, answer) = self.result().await;
        let complete = json!({ "type": "complete", "id": id });
        assert_eq!(
            (of.as_str(), self.hear().await),
            (id, Heard::Message(complete))
        );
        answer
    }
}
