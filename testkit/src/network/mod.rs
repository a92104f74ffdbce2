//! What lies between the service and its database, as far as tests need it.

mod line;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::{mpsc, watch};
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

/// A pooler that lends one of two connections for each transaction, first come, first served, and knows nothing of prepared
/// statements: what PgBouncer was before 1.21.
#[derive(Debug)]
pub struct ForgetfulPooler {
    address: SocketAddr,
    _tasks: JoinSet<()>,
}

impl ForgetfulPooler {
    /// In front of the server of this URL.
    pub async fn start(url: &str) -> Self {
        let (give_back, mut idle) = mpsc::channel(2);
        for _ in 0..2 {
            give_back.send(Server::connect(url).await).await.unwrap();
        }
        let url: Arc<str> = url.into();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (borrow, mut wanted) = mpsc::channel::<tokio::sync::oneshot::Sender<Server>>(64);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            while let Some(client) = wanted.recv().await {
                let Some(server) = idle.recv().await else {
                    return;
                };
                // Who has gone needs none, and the test goes on with the other one.
                let _ = client.send(server);
            }
        });
        tasks.spawn(async move {
            let mut clients = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                clients.spawn(serve(
                    client,
                    Arc::clone(&url),
                    borrow.clone(),
                    give_back.clone(),
                ));
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

/// One connection to the server, between transactions.
struct Server(UnixStream);

impl Server {
    async fn connect(url: &str) -> Self {
        let mut stream = UnixStream::connect(socket_of(url)).await.unwrap();
        let (_, rest) = url.split_once("postgres:///").unwrap();
        let name = rest.split('?').next().unwrap();
        let body = format!("user\0postgres\0database\0{name}\0\0");
        let length = u32::try_from(body.len() + 8).unwrap();
        let mut hello = length.to_be_bytes().to_vec();
        hello.extend(PROTOCOL.to_be_bytes());
        hello.extend(body.as_bytes());
        stream.write_all(&hello).await.unwrap();
        while message(&mut stream).await.unwrap()[0] != READY {}
        Self(stream)
    }
}

/// Version 3.0, and the question for TLS in its place.
const PROTOCOL: u32 = 196_608;
const TLS_REQUEST: u32 = 80_877_103;
const READY: u8 = b'Z';
const TERMINATE: u8 = b'X';

/// The next message with its head; `None` at the end.
async fn message(stream: &mut (impl AsyncRead + Unpin)) -> Option<Vec<u8>> {
    let kind = stream.read_u8().await.ok()?;
    rest_of(kind, stream).await
}

async fn rest_of(kind: u8, stream: &mut (impl AsyncRead + Unpin)) -> Option<Vec<u8>> {
    let mut message = vec![kind, 0, 0, 0, 0];
    stream.read_exact(&mut message[1..]).await.ok()?;
    let length = u32::from_be_bytes(message[1..].try_into().unwrap());
    message.resize(usize::try_from(length).unwrap() + 1, 0);
    stream.read_exact(&mut message[5..]).await.ok()?;
    Some(message)
}

/// Lets a client in: no TLS, no password.
async fn welcome(client: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> Option<()> {
    loop {
        let length = client.read_u32().await.ok()?;
        let protocol = client.read_u32().await.ok()?;
        let mut rest = vec![0; usize::try_from(length).unwrap() - 8];
        client.read_exact(&mut rest).await.ok()?;
        if protocol != TLS_REQUEST {
            break;
        }
        client.write_all(b"N").await.ok()?;
    }
    let welcome = b"R\0\0\0\x08\0\0\0\0S\0\0\0\x19client_encoding\0UTF8\0Z\0\0\0\x05I";
    client.write_all(welcome).await.ok()
}

async fn serve(
    mut client: TcpStream,
    url: Arc<str>,
    borrow: mpsc::Sender<tokio::sync::oneshot::Sender<Server>>,
    give_back: mpsc::Sender<Server>,
) -> Option<()> {
    welcome(&mut client).await?;
    loop {
        let first = message(&mut client).await?;
        if first[0] == TERMINATE {
            return None;
        }
        let (lend, borrowed) = tokio::sync::oneshot::channel();
        borrow.send(lend).await.ok()?;
        let mut server = borrowed.await.ok()?;
        server.0.write_all(&first).await.ok()?;
        let ended = transact(&mut client, &mut server.0).await;
        if ended.is_none() {
            // The client left in the middle of a transaction, which ends with the connection.
            server = Server::connect(&url).await;
        }
        give_back.send(server).await.ok()?;
        ended?;
    }
}

/// Passes messages on until the server says that no transaction is open.
async fn transact(client: &mut TcpStream, server: &mut UnixStream) -> Option<()> {
    let (mut from_client, mut to_client) = client.split();
    let (mut from_server, mut to_server) = server.split();
    loop {
        // A message that was begun is read to its end: only the first byte is waited for on both sides.
        tokio::select! {
            kind = from_server.read_u8() => {
                let said = rest_of(kind.ok()?, &mut from_server).await?;
                to_client.write_all(&said).await.ok()?;
                if said[0] == READY && said[5] == b'I' {
                    return Some(());
                }
            }
            kind = from_client.read_u8() => {
                let asked = rest_of(kind.ok()?, &mut from_client).await?;
                to_server.write_all(&asked).await.ok()?;
            }
        }
    }
}
