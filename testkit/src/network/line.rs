//! A line to the database with the faults that networks have.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{at, socket_of};

/// What is wrong with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// What is sent is lost, and nobody is told. A connection that has lost something stays open and silent for good, as TCP
    /// cannot go on behind a gap.
    Swallows,
    /// Everything takes so much longer, in either direction.
    Delays(Duration),
    /// Connections are reset, new ones too.
    Resets,
    /// The server has forgotten all connections there are, and the other end was not told. New ones work.
    HalfOpen,
}

/// Makes a server that listens on a socket reachable over TCP, without TLS, and behaves as badly as it is told. It ends when it
/// is dropped.
#[derive(Debug)]
pub struct FaultyLine {
    address: SocketAddr,
    fault: watch::Sender<Option<Fault>>,
    _tasks: JoinSet<()>,
}

impl FaultyLine {
    /// To the server of this URL. Nothing is wrong with it yet.
    pub async fn start(url: &str) -> Self {
        let socket = socket_of(url);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (fault, faults) = watch::channel(None);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                // Either end may go at any time; the other one then goes, too.
                connections.spawn(carry(client, socket.clone(), faults.clone()));
            }
        });
        Self {
            address,
            fault,
            _tasks: tasks,
        }
    }

    /// From now on this is wrong.
    pub fn fail(&self, fault: Fault) {
        self.fault.send_replace(Some(fault));
    }

    /// From now on nothing is wrong with what comes.
    pub fn mend(&self) {
        self.fault.send_replace(None);
    }

    /// The URL of the same database through this.
    pub fn url(&self, url: &str) -> String {
        at(url, self.address)
    }
}

/// Carries one connection until it ends.
async fn carry(
    mut client: TcpStream,
    socket: PathBuf,
    mut faults: watch::Receiver<Option<Fault>>,
) -> io::Result<()> {
    if *faults.borrow_and_update() == Some(Fault::Resets) {
        return client.set_zero_linger();
    }
    let mut server = UnixStream::connect(socket).await?;
    let (mut asked, mut answered) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    let mut has_a_gap = false;
    loop {
        tokio::select! {
            changed = faults.changed() => {
                if changed.is_err() {
                    return Ok(());
                }
                let fault = *faults.borrow_and_update();
                match fault {
                    Some(Fault::Resets) => return client.set_zero_linger(),
                    Some(Fault::HalfOpen) => {
                        drop(server);
                        return until_it_gives_up(client).await;
                    }
                    Some(Fault::Swallows | Fault::Delays(_)) | None => {}
                }
            }
            length = client.read(&mut asked) => {
                let length = length?;
                if length == 0 {
                    return Ok(());
                }
                if arrives(&faults, &mut has_a_gap).await {
                    server.write_all(&asked[..length]).await?;
                }
            }
            length = server.read(&mut answered) => {
                let length = length?;
                if length == 0 && !has_a_gap {
                    return Ok(());
                }
                if length == 0 {
                    return until_it_gives_up(client).await;
                }
                if arrives(&faults, &mut has_a_gap).await {
                    client.write_all(&answered[..length]).await?;
                }
            }
        }
    }
}

/// Whether what was just sent arrives; returns when it does.
async fn arrives(faults: &watch::Receiver<Option<Fault>>, has_a_gap: &mut bool) -> bool {
    let fault = *faults.borrow();
    if let Some(Fault::Delays(delay)) = fault {
        tokio::time::sleep(delay).await;
    }
    *has_a_gap |= fault == Some(Fault::Swallows);
    !*has_a_gap
}

/// Takes what a client sends to nobody.
async fn until_it_gives_up(mut client: TcpStream) -> io::Result<()> {
    let mut nothing = vec![0; 1 << 16];
    while client.read(&mut nothing).await? > 0 {}
    Ok(())
}
