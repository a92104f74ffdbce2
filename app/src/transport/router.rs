//! Which path leads where.
//!
//! `/graphql` is called directly: a router with its layers would be a good part of what an operation costs. What is to hold
//! for all paths stands in `every_request`, once.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, Response, StatusCode, Uri};
use axum::response::IntoResponse;
use axum::routing::{any, get};
use hyper::body::Incoming;
use tower::ServiceExt;

use super::every_request::{EveryRequest, HttpOptions, Received};
use super::health::{self, Readiness};
use super::http::GraphQlEndpoint;
use super::websocket::{self, SocketEndpoint};
use crate::http::peer::Peer;
use crate::http::server::RequestHandler;
use crate::http::static_files::{playground, web_client};

/// Where the API is.
pub(super) const GRAPHQL: &str = "/graphql";

/// All paths of the service.
#[derive(Clone)]
pub struct HttpService(Arc<Paths>);

struct Paths {
    every_request: EveryRequest,
    graphql: GraphQlEndpoint,
    others: Router,
}

impl HttpService {
    pub(crate) fn new(graphql: GraphQlEndpoint, others: Router, options: HttpOptions) -> Self {
        Self(Arc::new(Paths {
            every_request: EveryRequest::new(options),
            graphql,
            others,
        }))
    }

    /// The answer to one request.
    pub async fn respond(&self, request: Request<Body>, peer: &Peer) -> Response<Body> {
        let Paths {
            every_request,
            graphql,
            others,
        } = &*self.0;
        let received = every_request.receive(request.headers(), peer);
        let answer = async |request: Request<Body>| {
            if request.uri().path() == GRAPHQL {
                // Boxed, because every layer above moves what it waits for, and a connection keeps room for it while it is idle.
                Box::pin(graphql.respond(request, &received)).await
            } else {
                let request = with_extensions(request, &received, peer);
                let answered = others.clone().oneshot(request).await;
                answered.unwrap_or_else(|never| match never {})
            }
        };
        every_request.around(request, &received, answer).await
    }
}

impl RequestHandler for HttpService {
    async fn handle(&self, request: Request<Incoming>, peer: &Peer) -> Response<Body> {
        self.respond(request.map(Body::new), peer).await
    }
}

/// Handlers of a router find what is known of a request among its extensions.
fn with_extensions(mut request: Request<Body>, received: &Received, peer: &Peer) -> Request<Body> {
    let extensions = request.extensions_mut();
    extensions.insert(received.id.clone());
    extensions.insert(received.client);
    if let Some(permit) = &peer.permit {
        extensions.insert(permit.clone());
    }
    request
}

/// All paths but that of the API. `has_playground` says whether `/playground` is there.
pub(crate) fn other_paths(
    sockets: SocketEndpoint,
    readiness: Arc<Readiness>,
    has_playground: bool,
) -> Router {
    let sockets = any(websocket::handshake).with_state(Arc::new(sockets));
    let ready = get(health::ready).with_state(readiness);
    let mut router = Router::new()
        .route("/graphql/ws", sockets)
        .route("/health/ready", ready)
        .route("/health/live", get(health::live));
    if has_playground {
        router = router.merge(playground::routes());
    }
    router
        .merge(web_client::routes(has_playground))
        .fallback(nothing_here)
}

async fn nothing_here(method: Method, uri: Uri, headers: HeaderMap) -> Response<Body> {
    web_client::unknown_address(&method, &uri, &headers).unwrap_or_else(|| {
        let text = "Nothing is here. The API is at /graphql.\n";
        (StatusCode::NOT_FOUND, text).into_response()
    })
}
