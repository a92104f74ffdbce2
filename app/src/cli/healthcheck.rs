//! `taskhive healthcheck`: asks the service that runs with the same settings, for containers without a shell.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::{StartError, answer, print, with_env_file};
use crate::config::{Config, Vars};

/// An answer that takes longer is none.
const PATIENCE: Duration = Duration::from_secs(5);

/// Asks the operator's listener if there is one: it answers also when clients have taken all connections.
pub(super) async fn run(environment: Vars) -> Result<ExitCode, StartError> {
    let config = Config::from_vars(&with_env_file(environment)?)?;
    let address = reachable(config.metrics.unwrap_or(config.listen));
    let (ready, sentence) =
        match tokio::time::timeout(PATIENCE, ask(address, "/health/ready")).await {
            Ok(Ok(StatusCode::OK)) => (true, "ready".to_owned()),
            Ok(Ok(status)) => (false, format!("not ready: {status}")),
            Ok(Err(error)) => (false, format!("nothing answers at {address}: {error}")),
            Err(_) => (false, format!("{address} does not answer in time")),
        };
    print(&format!("{sentence}\n"))?;
    Ok(answer(ready))
}

/// A service that listens on every address listens on loopback, too.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

/// Whether it is this service that listens there, whatever state it is in.
pub(super) async fn is_alive(address: SocketAddr) -> bool {
    let asked = tokio::time::timeout(PATIENCE, ask(reachable(address), "/health/live")).await;
    matches!(asked, Ok(Ok(StatusCode::OK)))
}

async fn ask(address: SocketAddr, path: &str) -> Result<StatusCode, Box<dyn std::error::Error>> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let request = Request::get(path)
        .header(header::HOST, address.to_string())
        .body(Body::empty())?;
    tokio::select! {
        response = sender.send_request(request) => Ok(response?.status()),
        ended = connection => {
            ended?;
            Err("the connection was closed".into())
        }
    }
}
