//! Who asks, as far as the head of an HTTP request or of a handshake tells.

use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use crate::accounts::client::{Client, Credential};
use crate::http::client_address::ClientAddress;

/// The client behind a request. Its cookie is left out: only operations over HTTP may read it.
pub(super) fn of_request(parts: &Parts, request_id: &str) -> Client {
    let user_agent = parts.headers.get(header::USER_AGENT);
    Client {
        address: ClientAddress::of(&parts.extensions).0,
        user_agent: user_agent
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned(),
        request_id: request_id.to_owned(),
        credential: credential(&parts.headers),
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
