//! The listener: connections with limits of number and time, and a stop that lets requests finish.
//!
//! `axum::serve` has neither a limit of connections nor one for the time that headers take, so this is hyper itself.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tower::ServiceExt;

/// How long and how many.
#[derive(Debug, Clone, Copy)]
pub struct ServerLimits {
    /// Open connections; further ones wait in the operating system's queue.
    pub connections: usize,
    /// Within this time the headers of a request must have arrived, also those of the next one on a kept connection.
    pub header_timeout: Duration,
    /// How long requests may go on once the service is told to stop.
    pub grace: Duration,
}

/// Serves until `stop` is ready, then lets requests finish. `stopping` turns true at once, so that load balancers look
/// elsewhere.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: ServerLimits,
    stopping: Arc<AtomicBool>,
    stop: impl Future<Output = ()>,
) {
    let capacity = Arc::new(Semaphore::new(limits.connections));
    let (drain, draining) = watch::channel(());
    tokio::pin!(stop);
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut stop => break,
            accepted = accept(&listener, &capacity) => accepted,
        };
        if let Some((stream, address, permit)) = accepted {
            let connection =
                serve_connection(stream, address, router.clone(), limits, draining.clone());
            tokio::spawn(async move {
                connection.await;
                drop(permit);
            });
        }
    }
    stopping.store(true, Ordering::Relaxed);
    drop((listener, draining));
    tracing::info!(
        "stopping: requests may finish within {} s",
        limits.grace.as_secs()
    );
    drain.send_replace(());
    // Every connection holds a receiver: when all are gone, all requests are finished.
    if tokio::time::timeout(limits.grace, drain.closed())
        .await
        .is_err()
    {
        tracing::warn!("requests were cut off at the end of the grace time");
    }
}

async fn accept(
    listener: &TcpListener,
    capacity: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let permit = Arc::clone(capacity).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, address)) => Some((stream, address, permit)),
        Err(error) => {
            tracing::warn!(%error, "a connection could not be accepted");
            // Out of file descriptors, most likely: asking again at once would only burn the core.
            tokio::time::sleep(Duration::from_millis(50)).await;
            None
        }
    }
}

/// Serves one connection to its end, or, once `draining` changes, to the end of the request it is busy with.
async fn serve_connection(
    stream: TcpStream,
    address: SocketAddr,
    router: Router,
    limits: ServerLimits,
    mut draining: watch::Receiver<()>,
) {
    // Small answers must not wait for the client's acknowledgement of the one before.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY could not be set");
    }
    // hyper's own timeout begins with the first byte; a connection that sends none would stay for ever.
    tokio::select! {
        first = tokio::time::timeout(limits.header_timeout, stream.readable()) => if !matches!(first, Ok(Ok(()))) { return },
        _ = draining.changed() => return,
    }
    let service = router.map_request(move |mut request: hyper::Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(ConnectInfo(address));
        request.map(axum::body::Body::new)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_timeout)
        .max_buf_size(64 * 1024)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
        .with_upgrades();
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = &mut connection => ended,
        _ = draining.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}
