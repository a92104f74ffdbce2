//! Who asks, as far as the head of an HTTP request or of a handshake tells.

use axum::http::{HeaderMap, header};

use crate::accounts::client::{Client, Credential};
use crate::http::client_address::ClientAddress;
use crate::http::trace_context::TraceHeaders;

/// The client behind a request. Its cookie is left out: only operations over HTTP may read it.
pub(super) fn of_request(headers: &HeaderMap, address: ClientAddress, request_id: &str) -> Client {
    let user_agent = headers.get(header::USER_AGENT);
    Client {
        address: address.0,
        user_agent: user_agent
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned(),
        request_id: request_id.to_owned(),
        credential: credential(headers),
        trace: TraceHeaders::of(headers),
        ..Client::default()
    }
}

/// What the Authorization header holds.
fn credential(headers: &HeaderMap) -> Credential {
    let mut lines = headers.get_all(header::AUTHORIZATION).iter();
    match (lines.next(), lines.next()) {
        (None, _) => Credential::Absent,
        (Some(line), None) => line
            .to_str()
            .map_or(Credential::Malformed, Credential::from_text),
        (Some(_), Some(_)) => Credential::Malformed,
    }
}
