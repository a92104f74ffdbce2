//! What lies between the service and its database, as far as tests need it.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, UnixStream};
use tokio::task::JoinSet;

/// Where a PostgreSQL URL of the tests has its socket.
fn socket_of(url: &str) -> PathBuf {
    let (_, rest) = url.split_once("host=").unwrap();
    let directory = rest.split('&').next().unwrap();
    PathBuf::from(directory).join(".s.PGSQL.5432")
}

/// The same URL with another server.
fn at(url: &str, address: SocketAddr) -> String {
    let (_, rest) = url.split_once("postgres:///").unwrap();
    let (name, options) = rest.split_once('?').unwrap();
    let user = options
        .split('&')
        .find(|option| option.starts_with("user="))
        .unwrap();
    format!("postgres://{address}/{name}?{user}")
}

/// Makes a server that listens on a socket reachable over TCP, without TLS. It ends when it is dropped.
#[derive(Debug)]
pub struct Forwarder {
    /// Where it listens.
    pub address: SocketAddr,
    _tasks: JoinSet<()>,
}

impl Forwarder {
    /// For the server of this URL, on a port of the operating system's choice.
    pub async fn start(url: &str) -> Self {
        Self::listen(url, 0).await
    }

    /// The same on a port of the test's choice.
    pub async fn listen(url: &str, port: u16) -> Self {
        let socket = socket_of(url);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .await
            .unwrap();
        let address = listener.local_addr().unwrap();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((mut client, _)) = listener.accept().await {
                let socket = socket.clone();
                connections.spawn(async move {
                    if let Ok(mut server) = UnixStream::connect(socket).await {
                        // Either end may go at any time.
                        let _ = copy_bidirectional(&mut client, &mut server).await;
                    }
                });
            }
        });
        Self {
            address,
            _tasks: tasks,
        }
    }

    /// The URL of the same database through this.
    pub fn url(&self, url: &str) -> String {
        at(url, self.address)
    }
}
