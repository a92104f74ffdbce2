//! `GET /graphql/ws`: the `graphql-transport-ws` protocol over WebSocket, on a loop of our own, because its close codes are
//! part of the contract.
//!
//! Here is the handshake; then `socket` (one connection from greeting to close), `protocol` (the messages), `running`
//! (what runs on a socket), `send_queue` (what waits to be sent) and `closing` (the close codes). Not here: admission, access and
//! execution, which are the pipeline's for every transport, and how many sockets a user may have, which is `operation::connections`'.

mod closing;
mod protocol;
mod running;
mod send_queue;
mod socket;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{FromRequestParts, State};
use axum::http::{HeaderMap, Method, Request, Response, StatusCode, header};

use super::response;
use crate::graphql::{ApiError, ErrorCode};
use crate::http::client_address::ClientAddress;
use crate::http::request_id::RequestId;
use crate::http::server::ConnectionPermit;
use crate::http::shutdown::Shutdown;
use crate::operation::access::Credential;
use crate::operation::pipeline::Pipeline;
use crate::operation::request_error::RequestError;

/// The only subprotocol we speak.
const SUBPROTOCOL: &str = "graphql-transport-ws";

/// How many times the longest message the WebSocket layer reads before it gives up, so that most messages that are too
/// long are read to their end and refused properly.
const READ_BEYOND: usize = 4;

/// The WebSocket layer would reserve 128 KiB for each direction of each socket.
const BUFFER_BYTES: usize = 4 * 1024;

/// What one socket may ask for, and how long it may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SocketLimits {
    /// Within this the first message must have arrived.
    pub(crate) init: Duration,
    /// Operations at the same time.
    pub(crate) operations: usize,
    /// Longest message from a client, in bytes.
    pub(crate) message_bytes: usize,
    /// How long one message may take to be taken by the client.
    pub(crate) send: Duration,
    /// How often a sign of life is asked for.
    pub(crate) ping: Duration,
    /// A client that is not heard of for so long is gone.
    pub(crate) silence: Duration,
}

/// What the handler of `/graphql/ws` needs.
pub(crate) struct SocketEndpoint {
    pub(crate) pipeline: Arc<Pipeline>,
    /// Origins from which browsers may open sockets.
    pub(crate) origins: Vec<String>,
    pub(crate) limits: SocketLimits,
    pub(crate) shutdown: Shutdown,
}

/// Who opened a socket, as far as the handshake tells.
struct Visitor {
    request_id: String,
    address: IpAddr,
    user_agent: String,
    credential: Credential,
    /// Held for as long as the socket is open.
    _permit: Option<ConnectionPermit>,
}

/// Any request on `/graphql/ws`.
pub(crate) async fn handshake(
    State(endpoint): State<Arc<SocketEndpoint>>,
    request: Request<Body>,
) -> Response<Body> {
    let request_id = RequestId::of(&request).0;
    upgrade(endpoint, request, &request_id)
        .await
        .unwrap_or_else(|failure| response::failure(&failure, &request_id))
}

async fn upgrade(
    endpoint: Arc<SocketEndpoint>,
    request: Request<Body>,
    request_id: &str,
) -> Result<Response<Body>, RequestError> {
    let (mut parts, _) = request.into_parts();
    if parts.method != Method::GET {
        let message = "Sockets are opened with GET.";
        return Err(RequestError::method_not_allowed("GET", message));
    }
    if !is_allowed_origin(&endpoint.origins, &parts.headers) {
        let message = "Pages of this origin may not open sockets here.";
        let error = ApiError::new(ErrorCode::Forbidden, None, message);
        return Err(RequestError::new(StatusCode::FORBIDDEN, error));
    }
    let upgrade = WebSocketUpgrade::from_request_parts(&mut parts, &())
        .await
        .map_err(|rejection| RequestError::bad_request(rejection.status(), rejection.body_text()))?
        .protocols([SUBPROTOCOL]);
    if upgrade.selected_protocol().is_none() {
        let message = "Offer the subprotocol `graphql-transport-ws`: it is the only one here.";
        return Err(RequestError::bad_request(StatusCode::BAD_REQUEST, message));
    }
    let read_at_most = endpoint.limits.message_bytes.saturating_mul(READ_BEYOND);
    let visitor = Visitor {
        request_id: request_id.to_owned(),
        address: ClientAddress::of(&parts.extensions).0,
        user_agent: text_of(&parts.headers, header::USER_AGENT).to_owned(),
        credential: Credential::from_headers(&parts.headers),
        _permit: parts.extensions.remove(),
    };
    Ok(upgrade
        .max_message_size(read_at_most)
        .max_frame_size(read_at_most)
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(BUFFER_BYTES)
        .on_upgrade(move |stream| socket::serve(stream, endpoint, visitor)))
}

/// Browsers name the origin of the page that opens a socket, and CORS does not hold for sockets. Other clients name none.
///
/// An origin that is the host the request was sent to is our own, whatever name we are reached by. Nothing here goes by
/// what a browser attaches by itself, so even a page that brought its name to point at us could only use a token it has.
fn is_allowed_origin(origins: &[String], headers: &HeaderMap) -> bool {
    let mut lines = headers.get_all(header::ORIGIN).iter();
    let (origin, host) = match (lines.next(), lines.next()) {
        (None, _) => return true,
        (Some(origin), None) => (
            origin.to_str().unwrap_or_default(),
            text_of(headers, header::HOST),
        ),
        (Some(_), Some(_)) => return false,
    };
    let is_host = origin
        .split_once("://")
        .is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(host));
    is_host || origins.iter().any(|own| own.eq_ignore_ascii_case(origin))
}

fn text_of(headers: &HeaderMap, name: header::HeaderName) -> &str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_pages_of_known_origins_may_open_sockets() {
        let origins = ["https://app.example.org".to_owned()];
        let allowed = |lines: &[&'static str]| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static("127.0.0.1:8000"));
            for line in lines {
                headers.append(header::ORIGIN, HeaderValue::from_static(line));
            }
            is_allowed_origin(&origins, &headers)
        };
        assert!(allowed(&[]));
        assert!(allowed(&["https://app.example.org"]));
        assert!(allowed(&["http://127.0.0.1:8000"]));
        for other in [
            "null",
            "",
            "127.0.0.1:8000",
            "http://127.0.0.1",
            "http://127.0.0.1:8001",
            "http://127.0.0.1:8000.evil.example",
            "https://app.example.org.evil.example",
            "http://app.example.org",
        ] {
            assert!(!allowed(&[other]), "{other}");
        }
        assert!(!allowed(&[
            "https://app.example.org",
            "https://app.example.org"
        ]));
    }
}
