//! Nothing is missed: copies of people's tasks, kept by programs in several languages, over a network that cuts connections, while
//! instances are killed, the database crashes and readers stand still. In the end each copy is the table, byte for byte, and
//! nobody has fetched everything twice.
//!
//! `make prove` runs it longer. What is random is determined by a seed, which is printed; the order in which threads and
//! processes meet is not.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where and fails"
)]

mod cluster;
mod faults;
mod http;
mod owner;
mod program;
mod replica;
mod writers;

use std::env;
use std::time::{Duration, Instant};

use testkit::databases::DatabaseKind;
use testkit::{Program, Random};
use tokio::time::timeout;
use uuid::Uuid;

use self::cluster::Cluster;
use self::owner::Owner;
use self::writers::Progress;

const TASKHIVE: Program = Program::at(env!("CARGO_BIN_EXE_taskhive"));

/// Acknowledged changes between two faults.
const CHANGES_PER_FAULT: u64 = 60;
/// Of a hundred connections.
const CUT: usize = 30;
/// How many write at the same time for each owner.
const WRITERS: usize = 3;
/// All fields of a task, as each copy holds them.
const TASK: &str =
    "id title description completed createdAt updatedAt completedAt version dueOn priority tags";

#[tokio::test(flavor = "multi_thread")]
async fn copies_are_the_table_with_two_instances_on_postgresql() {
    prove(DatabaseKind::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_are_the_table_with_one_instance_on_sqlite() {
    prove(DatabaseKind::Sqlite).await;
}

/// How many changes, and which random ones.
struct Plan {
    changes: u64,
    seed: u64,
}

impl Plan {
    #[expect(
        clippy::disallowed_methods,
        reason = "tests are configured by their environment"
    )]
    fn of_this_run() -> Self {
        let number = |name: &str| env::var(name).ok().map(|text| text.parse().unwrap());
        Self {
            changes: number("PROVE_CHANGES").unwrap_or(600),
            seed: number("PROVE_SEED").unwrap_or_else(|| Uuid::new_v4().as_u64_pair().0),
        }
    }

    /// More than it takes, unless something hangs.
    fn patience(&self) -> Duration {
        Duration::from_mins(2) + Duration::from_millis(200 * self.changes)
    }
}

async fn prove(kind: DatabaseKind) {
    let plan = Plan::of_this_run();
    let (seed, begun) = (plan.seed, Instant::now());
    println!("{kind:?}: PROVE_SEED={seed} PROVE_CHANGES={}", plan.changes);
    let report = timeout(plan.patience(), run(kind, &plan)).await;
    let report = report.unwrap_or_else(|_| panic!("PROVE_SEED={seed}: no end in sight"));
    let seconds = begun.elapsed().as_secs_f64();
    println!("{kind:?}: {report}; {seconds:.0} s");
}

async fn run(kind: DatabaseKind, plan: &Plan) -> String {
    let mut random = Random::seeded(plan.seed);
    let mut cluster = Cluster::start(kind, random.fork()).await;
    let mut owners = Vec::new();
    for name in ["ada", "bob"] {
        owners.push(Owner::new(&cluster, name).await);
    }
    let walks = cluster.walks();
    assert_eq!(walks, owners.len() * owner::COPIES);

    cluster.balancer.cut(CUT);
    let progress = Progress::default();
    let writers: Vec<_> = owners
        .iter()
        .flat_map(|owner| [owner; WRITERS])
        .map(|owner| owner.write(&progress, random.fork()))
        .collect();
    let faults = faults::work(&mut cluster, &owners, &progress, plan.changes, &mut random).await;
    progress.stop();
    for writer in writers {
        writer.await.unwrap();
    }
    let mut tasks = 0;
    for owner in &mut owners {
        tasks += owner.settle(&cluster).await;
    }
    assert_eq!(cluster.walks(), walks, "somebody fetched everything again");
    let (connections, cut) = cluster.balancer.connections();
    let changes = progress.made();
    format!(
        "{} copies of {tasks} tasks after {changes} changes; {faults}; {cut} of {connections} connections cut",
        owners.len() * owner::COPIES
    )
}
