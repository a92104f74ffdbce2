//! How a socket ends: the close codes of graphql-transport-ws, and a few of our own.
//!
//! To the common client, graphql-ws, 4400, 4401, 4409, 4429 and 1009 are final: it tells the application and does not
//! try again. After 4403, 4408, 4529, 1001 and 1013 it connects anew, which fits: the next attempt brings a fresh token or
//! meets another moment.

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes};
use axum::http::StatusCode;

use crate::operation::connections::Ending;

/// What is said to the client at the end. Reasons are short: a close frame has room for 123 bytes of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Closing {
    pub(super) code: u16,
    pub(super) reason: &'static str,
    /// Whether what the client still sends can be read. A message that is cut off in the middle cannot be read past.
    pub(super) readable: bool,
}

/// Why a socket comes to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// We end it.
    Close(Closing),
    /// The client has closed it.
    Left,
    /// The connection is broken, or nothing was heard for too long: there is nobody to tell.
    Lost,
}

const fn closing(code: u16, reason: &'static str) -> Closing {
    Closing {
        code,
        reason,
        readable: true,
    }
}

impl Closing {
    pub(super) const SHUTDOWN: Self = closing(1001, "The service is stopping");
    pub(super) const NOT_UTF_8: Self = closing(1007, "Messages are UTF-8");
    pub(super) const MESSAGE_TOO_LONG: Self = closing(1009, "The message is too long");
    pub(super) const MESSAGE_FAR_TOO_LONG: Self = Self {
        readable: false,
        ..Self::MESSAGE_TOO_LONG
    };
    pub(super) const UNAVAILABLE: Self = closing(1013, "Try again later");
    pub(super) const NOT_A_MESSAGE: Self = closing(4400, "This is no message of the protocol");
    pub(super) const NOT_ACKNOWLEDGED: Self = closing(4401, "Unauthorized");
    pub(super) const FORBIDDEN: Self = closing(4403, "Forbidden");
    pub(super) const TOKEN_EXPIRED: Self = closing(4403, "The access token has expired");
    pub(super) const SESSION_ENDED: Self = closing(4403, "The session has ended");
    pub(super) const INIT_TOO_LATE: Self = closing(4408, "Connection initialisation timeout");
    pub(super) const ID_IN_USE: Self = closing(4409, "Subscriber for this id already exists");
    pub(super) const SECOND_INIT: Self = closing(4429, "Too many initialisation requests");
    /// Ours, after HTTP's 429: the protocol has no code for a user with too many sockets.
    pub(super) const TOO_MANY_SOCKETS: Self = closing(4529, "Too many live connections");

    pub(super) fn frame(self) -> Message {
        Message::Close(Some(CloseFrame {
            code: self.code,
            reason: Utf8Bytes::from_static(self.reason),
        }))
    }
}

impl From<Closing> for End {
    fn from(closing: Closing) -> Self {
        Self::Close(closing)
    }
}

impl From<Ending> for End {
    fn from(ending: Ending) -> Self {
        Self::Close(match ending {
            Ending::Shutdown => Closing::SHUTDOWN,
            Ending::SessionEnded => Closing::SESSION_ENDED,
            Ending::TokenExpired => Closing::TOKEN_EXPIRED,
        })
    }
}

impl End {
    /// A socket that is not let in, for a reason that would be this status over HTTP.
    pub(super) fn refused(status: StatusCode) -> Self {
        Self::Close(match status {
            StatusCode::TOO_MANY_REQUESTS => Closing::TOO_MANY_SOCKETS,
            StatusCode::SERVICE_UNAVAILABLE => Closing::UNAVAILABLE,
            _ => Closing::FORBIDDEN,
        })
    }
}

/// What a failed read means.
pub(super) fn of_read_error(error: axum::Error) -> End {
    match error.into_inner().downcast_ref::<tungstenite::Error>() {
        Some(tungstenite::Error::Capacity(_)) => Closing::MESSAGE_FAR_TOO_LONG.into(),
        Some(tungstenite::Error::Utf8(_)) => Closing::NOT_UTF_8.into(),
        _ => End::Lost,
    }
}
