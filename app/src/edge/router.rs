//! Which path leads where, and what holds for all of them: request ids, security headers, CORS, one log line.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, Response, header};
use axum::middleware::{self, Next};
use axum::routing::{any, get};
use tower_http::cors::{AllowOrigin, CorsLayer};
use tracing::Instrument;

use super::health::{self, Readiness};
use super::http::{self, GraphQlEndpoint};
use super::request_id::{self, RequestId};
use super::websocket::{self, SocketEndpoint};
use super::{playground, web_client};

/// What differs from one installation to the next.
pub(crate) struct RouterOptions {
    /// Origins of browser clients that live elsewhere.
    pub(crate) cors_origins: Vec<HeaderValue>,
    /// Whether `/playground` is there.
    pub(crate) playground: bool,
    /// Whether browsers reach the service by https only.
    pub(crate) https: bool,
}

/// All paths of the service.
pub(crate) fn router(
    endpoint: Arc<GraphQlEndpoint>,
    sockets: Arc<SocketEndpoint>,
    readiness: Arc<Readiness>,
    options: RouterOptions,
) -> Router {
    let mut router = Router::new()
        .route("/graphql", any(http::graphql))
        .with_state(endpoint)
        .route("/graphql/ws", any(websocket::handshake).with_state(sockets))
        .route("/health/ready", get(health::ready).with_state(readiness))
        .route("/health/live", get(health::live));
    if options.playground {
        router = router.merge(playground::routes());
    }
    router = router.merge(web_client::routes(options.playground));
    router
        .layer(cors(options.cors_origins))
        .layer(middleware::from_fn_with_state(
            options.https,
            around_every_request,
        ))
}

/// Browsers of other origins may send what clients need and read what they need, if their origin is on the list. Cookies
/// stay out of it: they are for the service's own pages.
fn cors(origins: Vec<HeaderValue>) -> CorsLayer {
    let request_id = HeaderName::from_static(request_id::HEADER);
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([
            header::CONTENT_TYPE,
            header::AUTHORIZATION,
            header::ACCEPT,
            request_id.clone(),
        ])
        .expose_headers([request_id, header::RETRY_AFTER, header::WWW_AUTHENTICATE])
        .max_age(std::time::Duration::from_hours(24))
}

async fn around_every_request(
    State(https): State<bool>,
    mut request: Request,
    next: Next,
) -> Response<Body> {
    let id = RequestId::from_headers(request.headers());
    request.extensions_mut().insert(id.clone());
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let began = Instant::now();
    let span = tracing::info_span!("request", request_id = id.0);
    let mut response = next.run(request).instrument(span).await;
    let status = response.status().as_u16();
    let elapsed_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::debug!(request_id = id.0, %method, path, status, elapsed_ms, "answered");
    add_headers(response.headers_mut(), &id, https);
    response
}

fn add_headers(headers: &mut axum::http::HeaderMap, id: &RequestId, https: bool) {
    if let Ok(id) = HeaderValue::from_str(&id.0) {
        headers.insert(request_id::HEADER, id);
    }
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(
            "default-src 'none'; frame-ancestors 'none'",
        ));
    if https {
        // Two years, as the preload list asks for; sub-domains are not ours to decide about.
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=63072000"),
        );
    }
}
