//! What lies between the service and its clients: a load balancer on a bad network.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::Random;

/// A connection that is cut has carried up to so many bytes to the client before: from none, so that an answer gets lost
/// whole, to several answers.
const LONGEST_BEFORE_CUT: usize = 1 << 14;

/// Hands each connection to the next instance in turn, and cuts some. It ends when it is dropped.
#[derive(Debug)]
pub struct Balancer {
    /// Where it listens.
    pub address: SocketAddr,
    shared: Arc<Shared>,
    cuts: watch::Sender<u64>,
    _tasks: JoinSet<()>,
}

#[derive(Debug)]
struct Shared {
    instances: Mutex<Vec<SocketAddr>>,
    percent: AtomicUsize,
    marker: &'static str,
    marked: AtomicUsize,
    connections: AtomicUsize,
    cut: AtomicUsize,
}

impl Balancer {
    /// In front of these instances. It counts how often clients say `marker`, which need not arrive; blanks
    /// do not matter.
    pub async fn start(
        instances: Vec<SocketAddr>,
        marker: &'static str,
        mut random: Random,
    ) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            instances: Mutex::new(instances),
            percent: AtomicUsize::new(0),
            marker,
            marked: AtomicUsize::new(0),
            connections: AtomicUsize::new(0),
            cut: AtomicUsize::new(0),
        });
        let (cuts, _) = watch::channel(0);
        let mut tasks = JoinSet::new();
        let (all, cutting) = (Arc::clone(&shared), cuts.clone());
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                // Those that have ended need no place any more.
                while connections.try_join_next().is_some() {}
                let left = all.next_is_cut(&mut random);
                let mut cuts = cutting.subscribe();
                let connection = carry(Arc::clone(&all), client, left);
                connections.spawn(async move {
                    tokio::select! {
                        _ = connection => {}
                        _ = cuts.changed() => {}
                    }
                });
            }
        });
        Self {
            address,
            shared,
            cuts,
            _tasks: tasks,
        }
    }

    /// From now on, so many of a hundred new connections are cut.
    pub fn cut(&self, percent: usize) {
        self.shared.percent.store(percent, Ordering::Relaxed);
    }

    /// Cuts all connections that there are.
    pub fn cut_all(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// An instance has another address now.
    pub fn moved(&self, instance: usize, address: SocketAddr) {
        let instances = self.shared.instances.lock();
        instances.unwrap_or_else(PoisonError::into_inner)[instance] = address;
    }

    /// How often clients have said the marker.
    pub fn marked(&self) -> usize {
        self.shared.marked.load(Ordering::Relaxed)
    }

    /// How many connections there were, and how many of them were chosen to be cut.
    pub fn connections(&self) -> (usize, usize) {
        let load = |count: &AtomicUsize| count.load(Ordering::Relaxed);
        (load(&self.shared.connections), load(&self.shared.cut))
    }
}

impl Shared {
    /// How many bytes the next connection may carry to its client, if it is to be cut.
    fn next_is_cut(&self, random: &mut Random) -> Option<usize> {
        self.connections.fetch_add(1, Ordering::Relaxed);
        let percent = self.percent.load(Ordering::Relaxed);
        random.percent(percent).then(|| {
            self.cut.fetch_add(1, Ordering::Relaxed);
            random.below(LONGEST_BEFORE_CUT)
        })
    }

    fn next_instance(&self) -> SocketAddr {
        let instances = self
            .instances
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        instances[self.connections.load(Ordering::Relaxed) % instances.len()]
    }
}

/// Both ways, until either end goes, or the answers reach their bound.
async fn carry(shared: Arc<Shared>, mut client: TcpStream, left: Option<usize>) -> Option<()> {
    let mut server = TcpStream::connect(shared.next_instance()).await.ok()?;
    // What is small goes at once, as without anybody in between.
    client.set_nodelay(true).ok()?;
    server.set_nodelay(true).ok()?;
    let (from_client, to_client) = client.split();
    let (from_server, to_server) = server.split();
    tokio::select! {
        ended = requests(&shared, from_client, to_server) => ended,
        ended = answers(from_server, to_client, left.unwrap_or(usize::MAX)) => ended,
    }
}

async fn requests(shared: &Shared, mut from: ReadHalf<'_>, mut to: WriteHalf<'_>) -> Option<()> {
    let marker = shared.marker.as_bytes();
    let mut read = vec![0; 1 << 14];
    // Without blanks. The end of what came before, too: a marker may come in two pieces.
    let mut heard: Vec<u8> = Vec::new();
    loop {
        let length = from.read(&mut read).await.ok()?;
        if length == 0 {
            return None;
        }
        heard.extend(read[..length].iter().filter(|byte| **byte != b' '));
        let said = heard.windows(marker.len()).filter(|part| *part == marker);
        shared.marked.fetch_add(said.count(), Ordering::Relaxed);
        to.write_all(&read[..length]).await.ok()?;
        let known = heard.len().saturating_sub(marker.len() - 1);
        heard.drain(..known);
    }
}

async fn answers(mut from: ReadHalf<'_>, mut to: WriteHalf<'_>, mut left: usize) -> Option<()> {
    let mut read = vec![0; 1 << 14];
    loop {
        let length = from.read(&mut read).await.ok()?.min(left);
        if length == 0 {
            return None;
        }
        to.write_all(&read[..length]).await.ok()?;
        left -= length;
        // At once: a server that has answered says nothing more, and its client would wait for the rest.
        if left == 0 {
            return None;
        }
    }
}
