//! The listener: connections with limits of number and time, and a stop that lets requests finish.
//!
//! `axum::serve` has neither a limit of connections nor one for the time that headers take, so this is hyper itself.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};

use super::cells::Cells;
use super::client_address::TrustedProxies;
use super::connection_limits::ConnectionLimits;
use super::peer::Peer;
use super::shutdown::{Participant, Shutdown};

/// A peer that acknowledges nothing for so long is gone.
#[cfg(target_os = "linux")]
const UNACKNOWLEDGED: Duration = Duration::from_secs(30);

/// How long and how many.
#[derive(Debug, Clone)]
pub struct ServerLimits {
    /// Open connections; further ones wait in the operating system's queue.
    pub connections: usize,
    /// Open connections from one network; further ones are closed at once. 0 for no limit.
    pub connections_per_network: usize,
    /// Proxies, which the limit before is not for.
    pub proxies: TrustedProxies,
    /// Within this time the headers of a request must have arrived, also those of the next one on a kept connection.
    pub header_timeout: Duration,
    /// How long everything goes on once the service is told to stop, while `/health/ready` says so already.
    pub notice: Duration,
    /// How long requests may go on after that.
    pub grace: Duration,
}

/// Answers the requests that come in. Clones answer alike.
pub(crate) trait RequestHandler: Clone + Send + 'static {
    /// The answer to one request of this peer. Whatever goes wrong is an answer, too.
    fn handle(
        &self,
        request: Request<Incoming>,
        peer: &Peer,
    ) -> impl Future<Output = Response<Body>> + Send;
}

/// Serves until `stop` is ready, gives notice, then begins the `shutdown` and waits for all who take part in it: connections finish
/// their request, sockets are closed, streams come to their end.
pub(crate) async fn serve(
    listener: TcpListener,
    cells: Cells,
    handler: impl RequestHandler,
    limits: ServerLimits,
    shutdown: Shutdown,
    stop: impl Future<Output = ()>,
) {
    let capacity = ConnectionLimits::new(
        limits.connections,
        limits.connections_per_network,
        limits.proxies,
    );
    let header_timeout = limits.header_timeout;
    let stop = async {
        stop.await;
        shutdown.announce();
        tokio::time::sleep(limits.notice).await;
    };
    tokio::pin!(stop);
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut stop => break,
            accepted = accept(&listener, &capacity) => accepted,
        };
        if let Some((stream, peer)) = accepted {
            let (handler, participant) = (handler.clone(), shutdown.participant());
            let serve =
                move |stream| serve_connection(stream, peer, handler, header_timeout, participant);
            if let Err(error) = cells.spawn(stream, serve) {
                tracing::warn!(%error, "a connection could not be served");
            }
        }
    }
    shutdown.begin();
    drop(listener);
    tracing::info!(
        "stopping: requests may finish within {} s",
        limits.grace.as_secs()
    );
    if tokio::time::timeout(limits.grace, shutdown.completed())
        .await
        .is_err()
    {
        tracing::warn!("requests were cut off at the end of the grace time");
    }
}

async fn accept(listener: &TcpListener, capacity: &ConnectionLimits) -> Option<(TcpStream, Peer)> {
    let room = capacity.room().await?;
    match listener.accept().await {
        Ok((stream, address)) => {
            let permit = Some(capacity.permit(room, address.ip())?);
            Some((stream, Peer { address, permit }))
        }
        Err(error) => {
            tracing::warn!(%error, "a connection could not be accepted");
            // Out of file descriptors, most likely: asking again at once would only burn the core.
            tokio::time::sleep(Duration::from_millis(50)).await;
            None
        }
    }
}

fn tune(stream: &TcpStream) -> std::io::Result<()> {
    // Small answers must not wait for the client's acknowledgement of the one before.
    stream.set_nodelay(true)?;
    // What an event stream sends to a peer that has vanished would be tried again for a quarter of an hour.
    #[cfg(target_os = "linux")]
    socket2::SockRef::from(stream).set_tcp_user_timeout(Some(UNACKNOWLEDGED))?;
    Ok(())
}

/// Serves one connection to its end, or, once the shutdown has begun, to the end of the request it is busy with.
async fn serve_connection(
    stream: TcpStream,
    peer: Peer,
    handler: impl RequestHandler,
    header_timeout: Duration,
    mut shutdown: Participant,
) {
    if let Err(error) = tune(&stream) {
        tracing::debug!(%error, "a connection keeps the system's settings");
    }
    // hyper's own timeout begins with the first byte; a connection that sends none would stay for ever.
    tokio::select! {
        first = tokio::time::timeout(header_timeout, stream.readable()) => if !matches!(first, Ok(Ok(()))) { return },
        () = shutdown.begun() => return,
    }
    let peer = Arc::new(peer);
    let service = service_fn(move |request| {
        let (handler, peer) = (handler.clone(), Arc::clone(&peer));
        async move { Ok::<_, Infallible>(handler.handle(request, &peer).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(header_timeout)
        .max_buf_size(64 * 1024)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = &mut connection => ended,
        () = shutdown.begun() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}
