//! What is answered while the service gets ready: it lives, and does nothing yet. So an orchestrator that waits for a
//! database which is still away does not take the process for dead.

use std::future::pending;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderName, StatusCode};
use axum::routing::get;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

use super::health;

/// How long a connection may take for its one request.
const PATIENCE: Duration = Duration::from_secs(10);

type Answer = (StatusCode, [(HeaderName, &'static str); 1], &'static str);

/// Answers on the listeners, those of clients and of operators, until `preparing` has ended. From then on nothing is accepted
/// here: whoever comes later meets the service.
pub(crate) async fn meanwhile<T>(
    [clients, operators]: [Option<&TcpListener>; 2],
    preparing: impl Future<Output = T>,
) -> T {
    let router = Router::new()
        .route("/health/live", get(health::live))
        .fallback(not_yet);
    let mut preparing = pin!(preparing);
    loop {
        tokio::select! {
            biased;
            prepared = &mut preparing => return prepared,
            stream = accepted(clients) => { tokio::spawn(answer(stream, router.clone())); }
            stream = accepted(operators) => { tokio::spawn(answer(stream, router.clone())); }
        }
    }
}

/// The next connection; never, if there is no listener.
async fn accepted(listener: Option<&TcpListener>) -> TcpStream {
    let Some(listener) = listener else {
        return pending().await;
    };
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                // Most likely there are too few descriptors, and that does not change at once.
                sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

/// One request, so that nobody keeps a connection that leads here.
async fn answer(stream: TcpStream, router: Router) {
    let service = TowerToHyperService::new(router);
    let connection = http1::Builder::new()
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    if !matches!(timeout(PATIENCE, connection).await, Ok(Ok(()))) {
        tracing::debug!("a connection was not answered while the service started");
    }
}

async fn not_yet() -> Answer {
    (
        StatusCode::SERVICE_UNAVAILABLE,
        [(RETRY_AFTER, "1")],
        "not ready\n",
    )
}
