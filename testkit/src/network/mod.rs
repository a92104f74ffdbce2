//! What lies between the service and its database, as far as tests need it.

mod line;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

pub use self::line::{Fault, FaultyLine};

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
    switch: watch::Sender<bool>,
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
        let (switch, flows) = watch::channel(true);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((mut client, _)) = listener.accept().await {
                let (socket, mut flows) = (socket.clone(), flows.clone());
                connections.spawn(async move {
                    flows.wait_for(|flows| *flows).await.ok()?;
                    let mut server = UnixStream::connect(socket).await.ok()?;
                    let (from_client, to_client) = client.split();
                    let (from_server, to_server) = server.split();
                    // Either end may go at any time.
                    tokio::join!(
                        pass_on(from_client, to_server, flows.clone()),
                        pass_on(from_server, to_client, flows.clone()),
                    );
                    Some(())
                });
            }
        });
        Self {
            address,
            switch,
            _tasks: tasks,
        }
    }

    /// From now on nothing arrives, and nobody is told: connections stay open, and new ones are accepted. So does a server that
    /// was stopped, or a network that swallows.
    pub fn freeze(&self) {
        self.switch.send_replace(false);
    }

    /// Passes on again, also what came meanwhile.
    pub fn thaw(&self) {
        self.switch.send_replace(true);
    }

    /// The URL of the same database through this.
    pub fn url(&self, url: &str) -> String {
        at(url, self.address)
    }
}

async fn pass_on(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut flows: watch::Receiver<bool>,
) -> Option<()> {
    let mut buffer = vec![0; 1 << 16];
    loop {
        let length = from.read(&mut buffer).await.ok()?;
        flows.wait_for(|flows| *flows).await.ok()?;
        if length == 0 {
            return to.shutdown().await.ok();
        }
        to.write_all(&buffer[..length]).await.ok()?;
    }
}
