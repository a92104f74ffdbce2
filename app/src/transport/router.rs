//! Which path leads where, and what holds for all of them: request ids, client addresses, security headers, CORS, an answer
//! even if a handler panics, one log line.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, Response, StatusCode, header};
use axum::middleware::{self, Next};
use axum::routing::{any, get};
use futures_util::FutureExt;
use tower_http::cors::{AllowOrigin, CorsLayer};
use tracing::Instrument;

use super::content_coding::compress_answers;
use super::health::{self, Readiness};
use super::http::{self, GraphQlEndpoint};
use super::response;
use super::websocket::{self, SocketEndpoint};
use crate::http::client_address::TrustedProxies;
use crate::http::request_id::{self, RequestId};
use crate::http::static_files::{playground, web_client};
use crate::operation::request_error::RequestError;

/// Where the API is.
const GRAPHQL: &str = "/graphql";

/// What differs from one installation to the next.
pub(crate) struct RouterOptions {
    /// Origins of browser clients that live elsewhere.
    pub(crate) cors_origins: Vec<HeaderValue>,
    /// Whether `/playground` is there.
    pub(crate) playground: bool,
    /// Whether browsers reach the service by https only.
    pub(crate) https: bool,
    /// Whose word about client addresses is believed.
    pub(crate) proxies: TrustedProxies,
}

/// All paths of the service.
pub(crate) fn router(
    endpoint: Arc<GraphQlEndpoint>,
    sockets: Arc<SocketEndpoint>,
    readiness: Arc<Readiness>,
    options: RouterOptions,
) -> Router {
    let mut router = Router::new()
        .route(GRAPHQL, any(http::graphql))
        .with_state(endpoint)
        .route("/graphql/ws", any(websocket::handshake).with_state(sockets))
        .route("/health/ready", get(health::ready).with_state(readiness))
        .route("/health/live", get(health::live));
    if options.playground {
        router = router.merge(playground::routes());
    }
    router = router.merge(web_client::routes(options.playground));
    with_what_holds_for_all(router.fallback(nothing_here), options)
}

fn with_what_holds_for_all(router: Router, options: RouterOptions) -> Router {
    let every_request = EveryRequest {
        https: options.https,
        proxies: options.proxies,
    };
    // The last one is the outermost.
    router
        .layer(compress_answers())
        .layer(middleware::from_fn(answer_panics))
        .layer(cors(options.cors_origins))
        .layer(middleware::from_fn(refuse_bare_options))
        .layer(middleware::from_fn_with_state(
            Arc::new(every_request),
            around_every_request,
        ))
}

async fn nothing_here() -> (StatusCode, &'static str) {
    let text = "Nothing is here. The API is at /graphql.\n";
    (StatusCode::NOT_FOUND, text)
}

/// The layer for CORS takes every OPTIONS for a question of a browser. One that asks nothing is a method like any other.
async fn refuse_bare_options(request: Request, next: Next) -> Response<Body> {
    let asks = request
        .headers()
        .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    if request.method() != Method::OPTIONS || asks || request.uri().path() != GRAPHQL {
        return next.run(request).await;
    }
    let id = RequestId::of(&request);
    response::failure(&http::other_method(), &id.0)
}

/// A defect in a handler is answered like any other of our faults, and the process goes on. Resolvers have their own net,
/// in `pipeline`; this one is under everything else.
async fn answer_panics(request: Request, next: Next) -> Response<Body> {
    let id = RequestId::of(&request);
    let caught = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    caught.unwrap_or_else(|_panic| {
        tracing::error!(request_id = id.0, "a handler panicked");
        response::failure(&RequestError::internal(), &id.0)
    })
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

/// What [`around_every_request`] needs to know.
struct EveryRequest {
    https: bool,
    proxies: TrustedProxies,
}

async fn around_every_request(
    State(options): State<Arc<EveryRequest>>,
    mut request: Request,
    next: Next,
) -> Response<Body> {
    let id = RequestId::from_headers(request.headers());
    let address = options.proxies.client_of(&request);
    request.extensions_mut().insert(id.clone());
    request.extensions_mut().insert(address);
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let began = Instant::now();
    let span = tracing::info_span!("request", request_id = id.0);
    let mut response = next.run(request).instrument(span).await;
    let status = response.status().as_u16();
    let elapsed_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::debug!(request_id = id.0, %method, path, status, elapsed_ms, "answered");
    add_headers(response.headers_mut(), &id, options.https);
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

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;

    #[expect(clippy::panic, reason = "what a defect would do")]
    async fn defect() -> &'static str {
        panic!("boom")
    }

    #[tokio::test]
    async fn a_panic_is_our_fault_and_ends_nothing() {
        let options = RouterOptions {
            cors_origins: vec![HeaderValue::from_static("https://app.example.org")],
            playground: false,
            https: false,
            proxies: TrustedProxies::default(),
        };
        let router = with_what_holds_for_all(Router::new().route("/defect", get(defect)), options);
        for _ in 0..2 {
            let request = Request::get("/defect")
                .header("origin", "https://app.example.org")
                .header(request_id::HEADER, "the-request")
                .body(Body::empty())
                .unwrap();
            let response = router.clone().oneshot(request).await.unwrap();
            assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
            let headers = response.headers().clone();
            assert!(headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
            assert!(headers.contains_key(header::CONTENT_SECURITY_POLICY));
            assert_eq!(headers[request_id::HEADER], "the-request");
            let body = response.into_body().collect().await.unwrap().to_bytes();
            let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
            let error = &body["errors"][0];
            assert_eq!(error["message"], "Something went wrong.");
            assert_eq!(error["extensions"]["code"], "INTERNAL");
            assert_eq!(error["extensions"]["requestId"], "the-request");
        }
    }
}
