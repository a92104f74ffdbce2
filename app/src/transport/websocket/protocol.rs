//! The messages of graphql-transport-ws, as they stand in text frames.
//!
//! Reading is as strict as the reference server: what lacks a member, or has one of another type, is no message. Members
//! that nobody knows are ignored.

use axum::extract::ws::{Message, Utf8Bytes};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::operation::access::Credential;
use crate::operation::request::GraphQlRequest;
use crate::operation::result::ExecutionResult;

/// What a client may say.
#[derive(Debug, PartialEq)]
pub(super) enum ClientMessage {
    /// The greeting, which may carry a token.
    ConnectionInit(Map<String, Value>),
    /// Asks for a pong with the same payload.
    Ping(Option<Map<String, Value>>),
    /// A sign of life.
    Pong,
    /// Runs an operation.
    Subscribe(String, GraphQlRequest),
    /// Is not interested any more.
    Complete(String),
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Written {
    ConnectionInit {
        payload: Option<Map<String, Value>>,
    },
    Ping {
        payload: Option<Map<String, Value>>,
    },
    Pong {
        /// Has to be an object, if there is one.
        #[serde(rename = "payload")]
        _payload: Option<Map<String, Value>>,
    },
    Subscribe {
        id: String,
        payload: Value,
    },
    Complete {
        id: String,
    },
}

impl ClientMessage {
    /// Reads a text frame; `None` if it is no message of the protocol.
    pub(super) fn read(text: &str) -> Option<Self> {
        match serde_json::from_str(text).ok()? {
            Written::ConnectionInit { payload } => {
                Some(Self::ConnectionInit(payload.unwrap_or_default()))
            }
            Written::Ping { payload } => Some(Self::Ping(payload)),
            Written::Pong { .. } => Some(Self::Pong),
            Written::Subscribe { id, payload } if !id.is_empty() => {
                let request = GraphQlRequest::from_value(payload).ok()?;
                Some(Self::Subscribe(id, request))
            }
            Written::Complete { id } if !id.is_empty() => Some(Self::Complete(id)),
            Written::Subscribe { .. } | Written::Complete { .. } => None,
        }
    }
}

/// The credential of a greeting, or else that of the handshake. Browsers cannot send headers with a handshake; other
/// clients can.
pub(super) fn credential(greeting: &Map<String, Value>, handshake: &Credential) -> Credential {
    let given = greeting
        .get("Authorization")
        .or_else(|| greeting.get("authorization"));
    match given {
        None | Some(Value::Null) => handshake.clone(),
        Some(Value::String(text)) if text.trim().is_empty() => handshake.clone(),
        Some(Value::String(text)) => Credential::from_text(text),
        Some(_) => Credential::Malformed,
    }
}

/// What we say.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum ServerMessage<'a> {
    /// The greeting was accepted.
    ConnectionAck,
    /// The answer to a ping.
    Pong {
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<Map<String, Value>>,
    },
    /// An answer of an operation.
    Next {
        id: &'a str,
        payload: &'a ExecutionResult,
    },
    /// The operation was not executed. There will be no other message about it.
    Error { id: &'a str, payload: &'a Value },
    /// The operation has no more answers.
    Complete { id: &'a str },
}

impl ServerMessage<'_> {
    pub(super) fn frame(&self) -> Message {
        Message::Text(Utf8Bytes::from(
            serde_json::to_string(self).unwrap_or_default(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn messages_are_read_strictly() {
        for text in [
            "",
            "{}",
            "[]",
            "null",
            r#""connection_init""#,
            r#"{"type":"start"}"#,
            r#"{"type":"connection_init","payload":[]}"#,
            r#"{"type":"connection_init","payload":"Bearer x"}"#,
            r#"{"type":"ping","payload":1}"#,
            r#"{"type":"subscribe","payload":{"query":"{me{id}}"}}"#,
            r#"{"type":"subscribe","id":"","payload":{"query":"{me{id}}"}}"#,
            r#"{"type":"subscribe","id":1,"payload":{"query":"{me{id}}"}}"#,
            r#"{"type":"subscribe","id":"1"}"#,
            r#"{"type":"subscribe","id":"1","payload":{}}"#,
            r#"{"type":"subscribe","id":"1","payload":{"query":"{me{id}}","variables":[]}}"#,
            r#"{"type":"complete"}"#,
            r#"{"type":"complete","id":""}"#,
            r#"{"type":"next","id":"1","payload":{}}"#,
            r#"{"type":"ping","type":"pong"}"#,
        ] {
            assert_eq!(ClientMessage::read(text), None, "{text}");
        }
        let init = ClientMessage::ConnectionInit(Map::new());
        assert_eq!(
            ClientMessage::read(r#"{"type":"connection_init"}"#),
            Some(init)
        );
        assert_eq!(
            ClientMessage::read(r#"{"payload":null,"type":"ping","more":1}"#),
            Some(ClientMessage::Ping(None))
        );
        let subscribe =
            r#"{"id":"1","type":"subscribe","payload":{"query":"q","variables":{"n":1}}}"#;
        assert!(
            matches!(ClientMessage::read(subscribe), Some(ClientMessage::Subscribe(id, _)) if id == "1")
        );
    }

    #[test]
    fn the_greetings_token_goes_before_the_handshakes() {
        let handshake = Credential::Bearer("old".to_owned());
        let token = |greeting: Value| match credential(greeting.as_object().unwrap(), &handshake) {
            Credential::Bearer(token) => token,
            Credential::Malformed => "malformed".to_owned(),
            Credential::None => "none".to_owned(),
        };
        assert_eq!(token(json!({ "Authorization": "Bearer new" })), "new");
        assert_eq!(token(json!({ "authorization": "bearer new" })), "new");
        assert_eq!(token(json!({ "authorization": null })), "old");
        assert_eq!(token(json!({ "Authorization": "" })), "old");
        assert_eq!(token(json!({})), "old");
        assert_eq!(token(json!({ "Authorization": 7 })), "malformed");
        assert_eq!(token(json!({ "Authorization": "new" })), "malformed");
    }

    #[test]
    fn messages_are_written_as_the_protocol_has_them() {
        let frame = |message: ServerMessage<'_>| message.frame().into_text().unwrap().to_string();
        assert_eq!(
            frame(ServerMessage::ConnectionAck),
            r#"{"type":"connection_ack"}"#
        );
        assert_eq!(
            frame(ServerMessage::Pong { payload: None }),
            r#"{"type":"pong"}"#
        );
        let error = ServerMessage::Error {
            id: "1",
            payload: &json!([]),
        };
        assert_eq!(frame(error), r#"{"type":"error","id":"1","payload":[]}"#);
        assert_eq!(
            frame(ServerMessage::Complete { id: "1" }),
            r#"{"type":"complete","id":"1"}"#
        );
    }
}
