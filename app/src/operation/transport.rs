//! How an operation arrived, and what may not arrive that way.

use axum::http::StatusCode;

use super::admission::OperationKind;
use super::request_error::RequestError;
use crate::graphql::{ApiError, ErrorCode};

/// Mutations that hand out credentials. A socket belongs to the user who opened it, it has no response to set a cookie
/// with, and nothing tells it apart from a client that tries passwords on an open line: these take a request of their own.
const NOT_OVER_SOCKETS: [&str; 4] = ["register", "login", "refreshToken", "changePassword"];

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
    pub(super) fn carries<'a>(
        self,
        kind: OperationKind,
        mut root_fields: impl Iterator<Item = &'a str>,
    ) -> Result<(), RequestError> {
        match (kind, self) {
            (OperationKind::Mutation, Self::Get { .. }) => Err(RequestError::method_not_allowed(
                "POST",
                "Mutations change things: send them with POST.",
            )),
            (OperationKind::Mutation, Self::Socket)
                if root_fields.any(|name| NOT_OVER_SOCKETS.contains(&name)) =>
            {
                let message =
                    "Signing up, in and on works over HTTP only: send this with POST to /graphql.";
                let error = ApiError::new(ErrorCode::Forbidden, None, message);
                Err(RequestError::new(StatusCode::FORBIDDEN, error))
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
