//! The service as the library's manual builds it: its extractors, its answers, its sockets. Whoever holds a valid token is the
//! caller, and that is all that is added.

use async_graphql::Executor;
use async_graphql::http::ALL_WEBSOCKET_PROTOCOLS;
use async_graphql_axum::{GraphQLProtocol, GraphQLRequest, GraphQLResponse, GraphQLWebSocket};
use axum::Router;
use axum::extract::{State, WebSocketUpgrade};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use axum::routing::get;
use taskhive::graphql::UnguardedSchema;

/// The same paths as ours.
pub(crate) fn router(schema: UnguardedSchema) -> Router {
    Router::new()
        .route("/graphql", get(graphql).post(graphql))
        .route("/graphql/ws", get(socket))
        .with_state(schema)
}

async fn graphql(
    State(schema): State<UnguardedSchema>,
    headers: HeaderMap,
    request: GraphQLRequest,
) -> GraphQLResponse {
    let given = headers.get(header::AUTHORIZATION);
    let token = given.and_then(|line| line.to_str().ok()?.strip_prefix("Bearer "));
    let mut request = request.into_inner();
    request.data = schema.client(token).await.expect("a good token");
    schema.execute(request).await.into()
}

async fn socket(
    State(schema): State<UnguardedSchema>,
    protocol: GraphQLProtocol,
    upgrade: WebSocketUpgrade,
) -> Response {
    upgrade
        .protocols(ALL_WEBSOCKET_PROTOCOLS)
        .on_upgrade(move |stream| {
            let executor = schema.clone();
            let socket = GraphQLWebSocket::new(stream, executor, protocol);
            let socket = socket.on_connection_init(move |payload| async move {
                let given = payload["Authorization"].as_str();
                let token = given.and_then(|text| text.strip_prefix("Bearer "));
                schema.client(token).await
            });
            socket.serve()
        })
}
