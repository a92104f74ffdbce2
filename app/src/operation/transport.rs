//! How an operation arrived, and what may not arrive that way.

use axum::http::StatusCode;

use super::admission::{OperationKind, RootField};
use super::request_error::RequestError;

/// How an operation arrived, as far as it matters for what it may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    /// GET: queries only. Subscriptions if the client takes an event stream.
    Get { event_stream: bool },
    /// POST. Subscriptions if the client takes an event stream.
    Post { event_stream: bool },
    /// A socket that is bound to one user.
    Socket,
}

impl Transport {
    /// What a transport cannot carry is refused before anybody is asked who they are.
    pub(super) fn carries(
        self,
        kind: OperationKind,
        root_fields: &[RootField],
    ) -> Result<(), RequestError> {
        match (kind, self) {
            (OperationKind::Mutation, Self::Get { .. }) => Err(RequestError::method_not_allowed(
                "POST",
                "Mutations change things: send them with POST.",
            )),
            // A socket belongs to the user who opened it, it has no response to set a cookie with, and nothing tells it
            // apart from a client that tries passwords on an open line: what hands out credentials takes a request of its
            // own.
            (OperationKind::Mutation, Self::Socket)
                if root_fields.iter().any(|field| field.policy.credentials) =>
            {
                Err(RequestError::forbidden(
                    "Signing up, in and on works over HTTP only: send this with POST to /graphql.",
                ))
            }
            (
                OperationKind::Subscription,
                Self::Get {
                    event_stream: false,
                }
                | Self::Post {
                    event_stream: false,
                },
            ) => {
                let message = "Subscriptions are streams: send `Accept: text/event-stream`, or use the WebSocket.";
                Err(RequestError::bad_request(
                    StatusCode::NOT_ACCEPTABLE,
                    message,
                ))
            }
            _ => Ok(()),
        }
    }
}
