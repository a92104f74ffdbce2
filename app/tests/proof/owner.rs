//! Somebody whose tasks are changed, and those who keep copies of them.

use serde_json::{Value, json};
use testkit::{CREATE, Client, Random, TestUser};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::TASK;
use crate::cluster::Cluster;
use crate::http::Sender;
use crate::program::{self, Program};
use crate::replica::Replica;
use crate::writers::{Known, Progress, Writer};

/// How many keep a copy of each owner's tasks.
pub(super) const COPIES: usize = 1 + program::COUNT;
/// The title of the last task. Whoever has it has everything that was changed before.
pub(super) const LAST: &str = "the end";

pub(super) struct Owner {
    user: TestUser,
    sender: Sender,
    known: Known,
    rust: Replica,
    programs: Vec<Program>,
}

impl Owner {
    /// With copies of all that there is: one task, since RxDB keeps no position in nothing.
    pub(super) async fn new(cluster: &Cluster, name: &str) -> Self {
        let user = cluster.client().sign_up(name).await;
        user.create("the beginning").await;
        let address = cluster.balancer.address;
        let sender = Sender {
            address,
            token: user.access_token.clone(),
        };
        Self {
            rust: Replica::start(sender.clone()).await,
            programs: Program::start_all(address, &user).await,
            known: Known::default(),
            sender,
            user,
        }
    }

    /// Changes tasks until the progress is stopped.
    pub(super) fn write(&self, progress: &Progress, random: Random) -> JoinHandle<()> {
        tokio::spawn(self.writer(random).work(progress.clone()))
    }

    fn writer(&self, random: Random) -> Writer {
        Writer {
            sender: self.sender.clone(),
            known: Known::clone(&self.known),
            random,
        }
    }

    /// Those who keep copies read nothing, or go on.
    pub(super) fn stand_still(&self, still: bool) {
        self.rust.stand_still(still);
        for program in &self.programs {
            program.stand_still(still);
        }
    }

    /// Makes the last task, waits until all have it, and compares what they hold with the table. Says how many tasks there are.
    pub(super) async fn settle(&mut self, cluster: &Cluster) -> usize {
        let id = format!("task_{}", Uuid::new_v4().simple());
        let last = json!({ "id": id, "title": LAST });
        self.writer(Random::seeded(0)).surely(CREATE, &last).await;
        let table = table(&cluster.near().with_token(&self.user.access_token)).await;
        same("Rust", &table, &self.rust.copy().await);
        for program in &mut self.programs {
            same(program.name, &table, &program.copy());
        }
        table.len()
    }
}

/// All tasks as lists show them, ordered by ID: a line for each, as the service writes it.
async fn table(client: &Client) -> Vec<String> {
    let query = format!(
        "query($after: String) {{ tasks(first: 100, after: $after) {{
            nodes {{ {TASK} }} pageInfo {{ hasNextPage endCursor }} }} }}"
    );
    let (mut lines, mut after) = (Vec::new(), Value::Null);
    loop {
        let reply = client.run(&query, json!({ "after": after })).await;
        let page = &reply.data()["tasks"];
        let nodes = page["nodes"].as_array().unwrap();
        lines.extend(nodes.iter().map(Value::to_string));
        if page["pageInfo"]["hasNextPage"] == false {
            // Each begins with its ID.
            lines.sort_unstable();
            return lines;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

fn same(who: &str, table: &[String], copy: &[String]) {
    let missing = table.iter().filter(|line| !copy.contains(line));
    let wrong = copy.iter().filter(|line| !table.contains(line));
    let (missing, wrong): (Vec<_>, Vec<_>) = (missing.collect(), wrong.collect());
    assert!(
        table == copy,
        "{who}: missing {missing:#?}, wrong {wrong:#?}"
    );
}
