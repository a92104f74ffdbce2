//! `GET /graphql/ws`: the `graphql-transport-ws` protocol over WebSocket, on a loop of our own, because its close codes are
//! part of the contract.
//!
//! Here is the handshake; then `socket` (one connection from greeting to close), `protocol` (the messages), `running`
//! (what runs on a socket), `send_queue` (what waits to be sent) and `closing` (the close codes). Not here: admission, access and
//! execution, which are the pipeline's for every transport, and how many sockets a user may have, which is `operation::connections`'s.

mod closing;
mod protocol;
mod running;
mod send_queue;
mod socket;

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{FromRequestParts, State};
use axum::http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};

use super::{client, response};
use crate::http::client_address::ClientAddress;
use crate::http::connection_limits::ConnectionPermit;
use crate::http::own_origins::OwnOrigins;
use crate::http::request_id::RequestId;
use crate::http::shutdown::Shutdown;
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
pub struct SocketLimits {
    /// Within this the first message must have arrived.
    pub init: Duration,
    /// Operations at the same time.
    pub operations: usize,
    /// Longest message from a client, in bytes.
    pub message_bytes: usize,
    /// How long one message may take to be taken by the client.
    pub send: Duration,
    /// How often a sign of life is asked for.
    pub ping: Duration,
    /// A client that is not heard of for so long is gone.
    pub silence: Duration,
}

/// What the handler of `/graphql/ws` needs.
pub(crate) struct SocketEndpoint {
    pub(crate) pipeline: Arc<Pipeline>,
    pub(crate) own_origins: OwnOrigins,
    /// Origins of other pages that may open sockets.
    pub(crate) cors_origins: Vec<String>,
    pub(crate) limits: SocketLimits,
    pub(crate) shutdown: Shutdown,
}

/// Any request on `/graphql/ws`.
pub(crate) async fn handshake(
    State(endpoint): State<Arc<SocketEndpoint>>,
    request: Request<Body>,
) -> Response<Body> {
    let request_id = RequestId::of(&request).0;
    upgrade(endpoint, request, &request_id)
        .await
        .unwrap_or_else(|error| response::request_error(error, &request_id))
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
    if !may_open(
        &endpoint.own_origins,
        &endpoint.cors_origins,
        &parts.headers,
    ) {
        let message = "Pages of this origin may not open sockets here.";
        return Err(RequestError::forbidden(message));
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
    let client = client::of_request(
        &parts.headers,
        ClientAddress::of(&parts.extensions),
        request_id,
    );
    // Held for as long as the socket is open: HTTP has forgotten the connection by then.
    let permit: Option<ConnectionPermit> = parts.extensions.remove();
    Ok(upgrade
        .max_message_size(read_at_most)
        .max_frame_size(read_at_most)
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(BUFFER_BYTES)
        .on_upgrade(move |stream| socket::serve(stream, endpoint, client, permit)))
}

/// Browsers name the origin of the page that opens a socket, and CORS does not hold for sockets. Other clients name none.
fn may_open(own: &OwnOrigins, cors: &[String], headers: &HeaderMap) -> bool {
    let listed = |origin: &HeaderValue| {
        cors.iter()
            .any(|listed| listed.as_bytes().eq_ignore_ascii_case(origin.as_bytes()))
    };
    let mut origins = headers.get_all(header::ORIGIN).iter();
    match (origins.next(), origins.next()) {
        (None, _) => true,
        (Some(origin), None) if listed(origin) => true,
        _ => own.is_own_page(headers) == Some(true),
    }
}

#[cfg(test)]
mod tests;
