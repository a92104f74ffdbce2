//! What holds for every request, whichever path it is for: an id, its client's address, CORS, an answer even if a handler
//! panics, security headers, one log line.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use futures_util::FutureExt;
use tracing::level_filters::LevelFilter;

use super::cors::Cors;
use super::router::GRAPHQL;
use super::{http, response};
use crate::http::client_address::{ClientAddress, TrustedProxies};
use crate::http::peer::Peer;
use crate::http::request_id::{self, RequestId};
use crate::operation::request_error::RequestError;
use crate::telemetry;

/// What differs from one installation to the next.
pub(crate) struct HttpOptions {
    /// Origins of browser clients that live elsewhere.
    pub(crate) cors_origins: Vec<String>,
    /// Whether browsers reach the service by https only.
    pub(crate) https: bool,
    /// Whose word about client addresses is believed.
    pub(crate) proxies: TrustedProxies,
}

/// The rules for all requests.
pub(super) struct EveryRequest {
    cors: Cors,
    https: bool,
    proxies: TrustedProxies,
}

/// What is known of a request before it is answered.
pub(super) struct Received {
    pub(super) id: RequestId,
    pub(super) client: ClientAddress,
}

impl EveryRequest {
    pub(super) fn new(options: HttpOptions) -> Self {
        Self {
            cors: Cors::new(&options.cors_origins),
            https: options.https,
            proxies: options.proxies,
        }
    }

    pub(super) fn receive(&self, headers: &HeaderMap, peer: &Peer) -> Received {
        Received {
            id: RequestId::from_headers(headers),
            client: self.proxies.client_of(peer, headers),
        }
    }

    /// What `answer` makes of the request, with everything that belongs to an answer.
    pub(super) async fn around<F: Future<Output = Response<Body>>>(
        &self,
        request: Request<Body>,
        received: &Received,
        answer: impl Fn(Request<Body>) -> F,
    ) -> Response<Body> {
        let (id, line) = (&received.id, LogLine::begin(&request));
        let mut response = if asks_nothing(&request) {
            response::request_error(http::other_method(), &id.0)
        } else {
            let answer = |request| answer_panics(answer(request), id);
            let answered = self.cors.around(request, answer);
            telemetry::about_request(id.0.clone(), answered).await
        };
        if let Some(line) = line {
            line.write(id, response.status());
        }
        self.add_headers(response.headers_mut(), id);
        response
    }

    fn add_headers(&self, headers: &mut HeaderMap, id: &RequestId) {
        let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
        set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
        set(header::REFERRER_POLICY, "no-referrer");
        if self.https {
            // Two years, as the preload list asks for; sub-domains are not ours to decide about.
            set(header::STRICT_TRANSPORT_SECURITY, "max-age=63072000");
        }
        // Pages have policies of their own.
        headers
            .entry(header::CONTENT_SECURITY_POLICY)
            .or_insert(HeaderValue::from_static(
                "default-src 'none'; frame-ancestors 'none'",
            ));
        if let Ok(id) = HeaderValue::from_str(&id.0) {
            headers.insert(&request_id::HEADER, id);
        }
    }
}

/// The rules for CORS take every OPTIONS for a question of a browser. One that asks nothing is a method like any other.
fn asks_nothing(request: &Request<Body>) -> bool {
    let asks = header::ACCESS_CONTROL_REQUEST_METHOD;
    request.method() == Method::OPTIONS
        && request.uri().path() == GRAPHQL
        && !request.headers().contains_key(asks)
}

/// A defect in a handler is answered like any other of our faults, and the process goes on. Resolvers have their own net,
/// in `pipeline`; this one is under everything else.
///
/// No `async fn`, which would have room for `answer` twice: as its argument, and as what it waits for.
fn answer_panics(
    answer: impl Future<Output = Response<Body>>,
    id: &RequestId,
) -> impl Future<Output = Response<Body>> {
    let caught = AssertUnwindSafe(answer).catch_unwind();
    caught.map(|caught| {
        caught.unwrap_or_else(|_panic| {
            tracing::error!(request_id = id.0, "a handler panicked");
            response::request_error(RequestError::internal(), &id.0)
        })
    })
}

/// What the log says of a request once it is answered. Only while somebody reads such lines is anything kept for them.
struct LogLine {
    method: Method,
    path: String,
    began: Instant,
}

impl LogLine {
    fn begin(request: &Request<Body>) -> Option<Self> {
        let is_read = LevelFilter::current() >= LevelFilter::DEBUG;
        is_read.then(|| Self {
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            began: Instant::now(),
        })
    }

    fn write(self, id: &RequestId, status: StatusCode) {
        let (method, path, status) = (self.method, self.path, status.as_u16());
        let elapsed_ms = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::debug!(request_id = id.0, %method, path, status, elapsed_ms, "answered");
    }
}

#[cfg(test)]
mod tests;
