//! What goes wrong meanwhile, one after the other: each as often as the others, in an order that the seed determines.

use std::collections::BTreeMap;

use testkit::Random;
use tokio::task::block_in_place;

use crate::CHANGES_PER_FAULT;
use crate::cluster::{Cluster, Database};
use crate::owner::Owner;
use crate::writers::Progress;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    /// SIGKILL of an instance, which is started again.
    Kill,
    /// All connections of clients break off at once.
    CutAll,
    /// Readers stand still, and read on later.
    StandStill,
    /// A process of the database dies: it cuts all connections and recovers from its log.
    DatabaseCrash,
    /// The server is stopped at once, and started again.
    DatabaseRestart,
    /// The connections on which instances hear each other are closed.
    ListenDropped,
    /// They stay open, and nothing arrives on them any more.
    ListenSilent,
}

const EVERYWHERE: [Fault; 3] = [Fault::Kill, Fault::CutAll, Fault::StandStill];
const ON_POSTGRESQL: [Fault; 4] = [
    Fault::DatabaseCrash,
    Fault::DatabaseRestart,
    Fault::ListenDropped,
    Fault::ListenSilent,
];

/// Until so many changes are made. Says how often what happened.
pub(super) async fn work(
    cluster: &mut Cluster,
    owners: &[Owner],
    progress: &Progress,
    changes: u64,
    random: &mut Random,
) -> String {
    let mut happened = BTreeMap::new();
    let mut waiting = Vec::new();
    while progress.made() < changes {
        if waiting.is_empty() {
            waiting.extend(EVERYWHERE);
            if let Database::Postgres { .. } = cluster.database {
                waiting.extend(ON_POSTGRESQL);
            }
        }
        progress.so_many_more(CHANGES_PER_FAULT / 2).await;
        let fault = waiting.swap_remove(random.below(waiting.len()));
        happen(fault, cluster, owners, progress, random).await;
        *happened.entry(fault).or_insert(0) += 1;
    }
    let happened: Vec<_> = happened
        .iter()
        .map(|(fault, times)| format!("{fault:?} {times}"))
        .collect();
    happened.join(", ")
}

/// It begins, and lasts for some changes if it is one that lasts.
async fn happen(
    fault: Fault,
    cluster: &mut Cluster,
    owners: &[Owner],
    progress: &Progress,
    random: &mut Random,
) {
    let meanwhile = CHANGES_PER_FAULT / 2;
    match (fault, &cluster.database) {
        (Fault::Kill, _) => {
            let instance = random.below(cluster.size());
            cluster.kill(instance);
            if cluster.size() > 1 {
                progress.so_many_more(meanwhile).await;
            }
            cluster.restart(instance);
        }
        (Fault::CutAll, _) => cluster.balancer.cut_all(),
        (Fault::StandStill, _) => {
            for owner in owners {
                owner.stand_still(true);
            }
            progress.so_many_more(meanwhile).await;
            for owner in owners {
                owner.stand_still(false);
            }
        }
        (Fault::DatabaseCrash, Database::Postgres { server, .. }) => server.crash().await,
        (Fault::DatabaseRestart, Database::Postgres { server, .. }) => {
            block_in_place(|| server.restart());
        }
        (Fault::ListenDropped, Database::Postgres { server, .. }) => {
            // None is there while instances wait before they listen again.
            while server.drop_listeners().await == 0 {
                progress.so_many_more(1).await;
            }
        }
        (Fault::ListenSilent, Database::Postgres { forwarder, .. }) => {
            forwarder.freeze();
            progress.so_many_more(meanwhile).await;
            forwarder.thaw();
        }
        (_, Database::Sqlite(_)) => {
            unreachable!("a file does not crash, and one instance has no others to hear")
        }
    }
}
