//! How many connections may be open, in all and from one network. Without the second one, a single client that holds
//! connections open could shut everybody else out.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::client_address::{TrustedProxies, network_of};

/// A network that keeps coming is logged once in this time.
const REPORT_EVERY: Duration = Duration::from_mins(1);

/// The open connections of one listener.
pub(crate) struct ConnectionLimits {
    total: Arc<Semaphore>,
    /// 0 for no limit.
    per_network: usize,
    /// Whoever comes through a proxy of our own is not alone behind its address.
    proxies: TrustedProxies,
    open: Arc<OpenByNetwork>,
    reported: Mutex<Option<Instant>>,
}

/// One of the open connections that are allowed.
#[derive(Clone)]
pub(crate) struct ConnectionPermit {
    _total: Arc<OwnedSemaphorePermit>,
    _of_network: Option<Arc<NetworkSlot>>,
}

#[derive(Default)]
struct OpenByNetwork(Mutex<HashMap<IpAddr, usize>>);

struct NetworkSlot {
    network: IpAddr,
    open: Arc<OpenByNetwork>,
}

impl ConnectionLimits {
    pub(crate) fn new(total: usize, per_network: usize, proxies: TrustedProxies) -> Self {
        Self {
            total: Arc::new(Semaphore::new(total)),
            per_network,
            proxies,
            open: Arc::default(),
            reported: Mutex::default(),
        }
    }

    /// Ready when there is room for another connection, whosever it is.
    pub(crate) async fn room(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.total).acquire_owned().await.ok()
    }

    /// A permit for a connection from this address; `None` if its network has as many as it may have.
    pub(crate) fn permit(
        &self,
        total: OwnedSemaphorePermit,
        peer: IpAddr,
    ) -> Option<ConnectionPermit> {
        let total = Arc::new(total);
        if self.per_network == 0 || self.proxies.trusts(peer.to_canonical()) {
            return Some(ConnectionPermit {
                _total: total,
                _of_network: None,
            });
        }
        let network = network_of(peer);
        let slot = self.open.take(network, self.per_network);
        if slot.is_none() {
            self.report(network);
        }
        slot.map(|slot| ConnectionPermit {
            _total: total,
            _of_network: Some(Arc::new(slot)),
        })
    }

    fn report(&self, network: IpAddr) {
        let mut reported = self.reported.lock().unwrap_or_else(PoisonError::into_inner);
        if reported.is_none_or(|at| at.elapsed() >= REPORT_EVERY) {
            *reported = Some(Instant::now());
            tracing::warn!(
                %network,
                limit = self.per_network,
                "connections were refused: their network has too many open (LIMIT_CONNECTIONS_PER_NETWORK)"
            );
        }
    }
}

impl OpenByNetwork {
    fn take(self: &Arc<Self>, network: IpAddr, most: usize) -> Option<NetworkSlot> {
        let mut table = self.table();
        let open = table.entry(network).or_default();
        if *open >= most {
            return None;
        }
        *open += 1;
        Some(NetworkSlot {
            network,
            open: Arc::clone(self),
        })
    }

    fn table(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        // No step under this lock leaves the table half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for NetworkSlot {
    fn drop(&mut self) {
        if let Entry::Occupied(mut open) = self.open.table().entry(self.network) {
            *open.get_mut() -= 1;
            // Networks come and go: those without a connection take no memory.
            if *open.get() == 0 {
                open.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn open(limits: &ConnectionLimits, peer: &str) -> Option<ConnectionPermit> {
        let total = limits.room().await.unwrap();
        limits.permit(total, peer.parse().unwrap())
    }

    #[tokio::test]
    async fn one_network_leaves_others_room() {
        let limits = ConnectionLimits::new(10, 2, TrustedProxies::default());
        let first = open(&limits, "192.0.2.1").await;
        let second = open(&limits, "::ffff:192.0.2.1").await;
        assert!(first.is_some() && second.is_some());
        assert!(open(&limits, "192.0.2.1").await.is_none());
        assert!(open(&limits, "192.0.2.2").await.is_some());
        // What was refused holds nothing, and what a request still holds counts.
        let carried = first.clone();
        drop(first);
        assert!(open(&limits, "192.0.2.1").await.is_none());
        drop(carried);
        assert!(open(&limits, "192.0.2.1").await.is_some());
        drop(second);
        assert!(limits.open.table().is_empty());
        assert_eq!(limits.total.available_permits(), 10);
    }

    #[tokio::test]
    async fn an_ipv6_network_is_a_64() {
        let limits = ConnectionLimits::new(10, 1, TrustedProxies::default());
        let _held = open(&limits, "2001:db8:0:1::1").await.unwrap();
        assert!(open(&limits, "2001:db8:0:1:ffff::2").await.is_none());
        assert!(open(&limits, "2001:db8:0:2::1").await.is_some());
    }

    #[tokio::test]
    async fn our_own_proxies_bring_as_many_as_they_like() {
        let proxies = TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap()]);
        let limits = ConnectionLimits::new(10, 1, proxies);
        let _held = open(&limits, "10.0.0.1").await.unwrap();
        assert!(open(&limits, "10.0.0.1").await.is_some());
        let zero = ConnectionLimits::new(10, 0, TrustedProxies::default());
        let _held = open(&zero, "192.0.2.1").await.unwrap();
        assert!(open(&zero, "192.0.2.1").await.is_some());
    }
}
