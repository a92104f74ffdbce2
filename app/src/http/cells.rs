//! A cell for each core: a thread with a runtime of its own, on which a connection stays from its first request to its last.
//! What a request waits for (a line to the database, a timer, the rest of its body) is on the same thread, so nothing is
//! handed from one core to another and nobody has to be woken up for it.
//!
//! The runtime that accepts is the first cell, and does besides what belongs to no request. A new connection goes to the cell
//! with the fewest, so that a proxy with a handful of connections keeps all cores busy, too.

use std::io;
use std::sync::Arc;
use std::thread;

use tokio::net::TcpStream;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

/// Where connections are served.
pub struct Cells {
    /// What is served on the runtime that accepts: one clone for each connection.
    here: Arc<()>,
    others: Vec<Cell>,
}

struct Cell {
    runtime: Handle,
    /// One clone for each connection.
    connections: Arc<()>,
    /// Its end is the cell's.
    _stop: oneshot::Sender<()>,
}

impl Cells {
    /// Everything is served on the runtime that accepts.
    #[must_use]
    pub fn one() -> Self {
        Self {
            here: Arc::default(),
            others: Vec::new(),
        }
    }

    /// As many cells, of which the runtime that accepts is the first. They end when this is dropped.
    pub fn start(count: usize) -> io::Result<Self> {
        let others = (1..count).map(Cell::start).collect::<io::Result<_>>()?;
        Ok(Self {
            others,
            ..Self::one()
        })
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        1 + self.others.len()
    }

    /// Serves a connection in the cell with the fewest.
    pub(crate) fn spawn<F>(
        &self,
        stream: TcpStream,
        serve: impl FnOnce(TcpStream) -> F + Send + 'static,
    ) -> io::Result<()>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let emptiest = self
            .others
            .iter()
            .min_by_key(|cell| open(&cell.connections));
        match emptiest.filter(|cell| open(&cell.connections) < open(&self.here)) {
            None => {
                let counted = Arc::clone(&self.here);
                tokio::spawn(async move {
                    serve(stream).await;
                    drop(counted);
                });
            }
            Some(cell) => {
                // A socket is watched by the runtime that uses it.
                let stream = stream.into_std()?;
                let counted = Arc::clone(&cell.connections);
                cell.runtime.spawn(async move {
                    match TcpStream::from_std(stream) {
                        Ok(stream) => serve(stream).await,
                        Err(error) => tracing::warn!(%error, "a connection could not be served"),
                    }
                    drop(counted);
                });
            }
        }
        Ok(())
    }
}

/// Connections of a cell.
fn open(connections: &Arc<()>) -> usize {
    Arc::strong_count(connections) - 1
}

impl Cell {
    fn start(number: usize) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = thread::Builder::new().name(format!("cell-{number}"));
        thread.spawn(move || {
            // Nothing is ever sent: it ends when the other end is dropped.
            let _ = runtime.block_on(stopped);
        })?;
        Ok(Self {
            runtime: handle,
            connections: Arc::default(),
            _stop: stop,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use tokio::net::TcpListener;
    use tokio::sync::mpsc;

    use super::*;

    /// Both ends of a new connection.
    async fn connection(listener: &TcpListener) -> (TcpStream, TcpStream) {
        let address = listener.local_addr().unwrap();
        let (client, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
        (client.unwrap(), accepted.unwrap().0)
    }

    #[tokio::test]
    async fn connections_are_spread_evenly_and_stay_where_they_are() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let cells = Cells::start(3).unwrap();
        let (tell, mut told) = mpsc::unbounded_channel();
        let mut held = HashMap::<_, Vec<TcpStream>>::new();
        for _ in 0..9 {
            let (client, server) = connection(&listener).await;
            let tell = tell.clone();
            let serve = async move |stream: TcpStream| {
                tell.send(Handle::current().id()).unwrap();
                // Until the client goes.
                while stream.readable().await.is_ok() && stream.try_read(&mut [0]).unwrap_or(1) > 0
                {
                }
                tell.send(Handle::current().id()).unwrap();
            };
            cells.spawn(server, serve).unwrap();
            let cell = told.recv().await.unwrap();
            held.entry(cell).or_default().push(client);
        }
        assert_eq!(held.len(), 3);
        assert!(held.contains_key(&Handle::current().id()));
        assert!(held.values().all(|connections| connections.len() == 3));
        // What has ended counts no more: the next connection takes its place.
        let mut held = held.into_iter();
        let (cell, mut connections) = held.next().unwrap();
        drop(connections.pop());
        assert_eq!(told.recv().await, Some(cell));
        while cells.others.iter().all(|cell| open(&cell.connections) == 3) && open(&cells.here) == 3
        {
            tokio::task::yield_now().await;
        }
        let (_client, server) = connection(&listener).await;
        cells
            .spawn(server, async move |_| {
                tell.send(Handle::current().id()).unwrap();
            })
            .unwrap();
        assert_eq!(told.recv().await, Some(cell));
    }
}
