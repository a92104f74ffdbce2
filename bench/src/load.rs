//! The load generator: connections to one server or to several instances of it, closed or at a fixed rate, and what came of it.

use std::cell::RefCell;
use std::time::Duration;

use futures_util::future::try_join_all;
use taskhive_bench::{Failure, Signer};
use tokio::time::{Instant, sleep_until};

use crate::accounts;
use crate::data::{self, Size};
use crate::http::Connection;
use crate::operation::{Api, Operation, Subject};
use crate::plan::{self, Pace, Scenario};
use crate::server::{SECRET, Server};

/// Connections, if nothing else is said.
pub(crate) const CLIENTS: u32 = 32;
/// Before measuring: connections open, statements get prepared, caches fill.
const WARM_UP: Duration = Duration::from_millis(400);
/// One answer in so many is checked value by value.
const SAMPLE: u32 = 64;

/// Who asks: the data set, and a token for each of its users.
pub(crate) struct Users {
    pub(crate) size: Size,
    pub(crate) tokens: Vec<String>,
}

impl Users {
    /// For all of this size.
    pub(crate) fn sign_in(size: Size) -> Result<Self, Failure> {
        let signer = Signer::new(SECRET);
        let tokens = (0..size.users).map(|user| signer.token(data::user_id(user)));
        let tokens = tokens.collect::<Result<_, _>>()?;
        Ok(Self { size, tokens })
    }

    fn subject(&self, operation: Operation, numbers: &mut Numbers) -> Subject {
        let size = self.size;
        let user = match operation {
            Operation::Create => size.readers() + numbers.below(size.users - size.readers()),
            _ => numbers.below(size.readers()),
        };
        let task = numbers.below(size.tasks);
        Subject { user, task }
    }
}

/// What one run of a scenario cost.
#[derive(Clone, Copy)]
pub(crate) struct Sample {
    /// Answers a second.
    pub(crate) rate: f64,
    /// CPU milliseconds of the server, per answer.
    pub(crate) server: f64,
    /// And of the database.
    pub(crate) database: f64,
    /// Milliseconds: median, 95th and 99th percentile.
    pub(crate) latency: [f64; 3],
    /// Share of the machine that others used: neither server nor database nor this generator.
    pub(crate) others: f64,
}

/// SplitMix64: small, fast, and the same numbers in every run.
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    /// From 0, below `end`.
    fn below(&mut self, end: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        // The upper half, scaled: no division.
        (((z >> 32) * u64::from(end)) >> 32) as u32
    }
}

/// CPU seconds so far: of the servers, the database, this process, the machine.
struct Spent {
    server: f64,
    database: f64,
    own: f64,
    busy: f64,
}

impl Spent {
    fn now(servers: &[Server], postmaster: Option<u32>) -> Result<Self, Failure> {
        let of_servers = servers.iter().map(|server| accounts::cpu(server.pid()));
        Ok(Self {
            server: of_servers.sum::<Result<f64, _>>()?,
            database: postmaster.map_or(Ok(0.0), accounts::database_cpu)?,
            own: accounts::cpu(std::process::id())?,
            busy: accounts::busy()?,
        })
    }
}

/// What clients send.
#[derive(Clone, Copy)]
pub(crate) enum Requests<'a> {
    /// Random ones of a mix, of random users.
    Mix(&'a [(u32, Operation)], &'a Users),
    /// One of these whole requests for GraphQL, at random.
    These(&'a [Vec<u8>]),
}

impl Requests<'_> {
    /// Writes a request into `out`; what its answer can be checked against, if that is known.
    fn next(
        self,
        api: Api,
        numbers: &mut Numbers,
        out: &mut Vec<u8>,
    ) -> Option<(Operation, Subject)> {
        match self {
            Self::Mix(mix, users) => {
                let operation = plan::pick(mix, numbers.below(100));
                let subject = users.subject(operation, numbers);
                let token = &users.tokens[subject.user as usize];
                operation.write(api, subject, token, out);
                Some((operation, subject))
            }
            Self::These(requests) => {
                let picked = numbers.below(requests.len() as u32);
                out.clone_from(&requests[picked as usize]);
                None
            }
        }
    }
}

/// What is sent where, and for how long.
#[derive(Clone, Copy)]
pub(crate) struct Load<'a> {
    /// Instances of one server; clients take turns in choosing one.
    pub(crate) servers: &'a [Server],
    /// Whose CPU is counted as the database's.
    pub(crate) postmaster: Option<u32>,
    pub(crate) requests: Requests<'a>,
    pub(crate) pace: Pace,
    pub(crate) clients: u32,
    pub(crate) measured: Duration,
    pub(crate) seed: u64,
}

/// What all clients share. They run on one thread.
struct Run<'a> {
    load: Load<'a>,
    began: Instant,
    from: Instant,
    to: Instant,
    /// Microseconds of every answer that came between `from` and `to`.
    latencies: RefCell<Vec<u32>>,
}

/// Sends a scenario to a server.
pub(crate) async fn run(
    scenario: &Scenario,
    server: &Server,
    users: &Users,
    postmaster: Option<u32>,
    measured: Duration,
    seed: u64,
) -> Result<Sample, Failure> {
    let load = Load {
        servers: std::slice::from_ref(server),
        postmaster,
        requests: Requests::Mix(scenario.mix, users),
        pace: scenario.pace,
        clients: CLIENTS,
        measured,
        seed,
    };
    load.run().await
}

impl Load<'_> {
    /// Until the time is over.
    pub(crate) async fn run(self) -> Result<Sample, Failure> {
        let began = Instant::now();
        let from = began + WARM_UP;
        let run = Run {
            load: self,
            began,
            from,
            to: from + self.measured,
            latencies: RefCell::new(Vec::with_capacity(1 << 18)),
        };
        let clients = try_join_all((0..self.clients).map(|number| run.client(number)));
        let measure = async {
            sleep_until(run.from).await;
            let (before, at) = (Spent::now(self.servers, self.postmaster)?, Instant::now());
            sleep_until(run.to).await;
            let after = Spent::now(self.servers, self.postmaster)?;
            Ok::<_, Failure>((before, after, at.elapsed()))
        };
        let (_, (before, after, elapsed)) = tokio::try_join!(clients, measure)?;
        summary(
            &mut run.latencies.borrow_mut(),
            &before,
            &after,
            elapsed.as_secs_f64(),
        )
    }
}

impl Run<'_> {
    async fn client(&self, number: u32) -> Result<(), Failure> {
        let mut numbers = Numbers(self.load.seed.wrapping_mul(1000) + u64::from(number));
        let server = &self.load.servers[number as usize % self.load.servers.len()];
        let mut connection = Connection::open(server.port).await?;
        let mut request = Vec::new();
        let mut count = 0_u32;
        loop {
            let asked = self
                .load
                .requests
                .next(server.api, &mut numbers, &mut request);
            let due = self.due(number, count).await;
            if due >= self.to {
                return Ok(());
            }
            let answer = connection.exchange(&request).await?;
            let (operation, _) = asked.unzip();
            operation
                .unwrap_or(Operation::Floor)
                .glance(server.api, answer)?;
            let now = Instant::now();
            if now >= self.from && now < self.to {
                let micros = now.duration_since(due).as_micros();
                self.latencies
                    .borrow_mut()
                    .push(u32::try_from(micros).unwrap_or(u32::MAX));
            }
            if let Some((operation, subject)) = asked
                && count.is_multiple_of(SAMPLE)
            {
                operation.check(server.api, subject, answer)?;
            }
            count += 1;
        }
    }

    /// When the next request of a client is to be sent; waits for it.
    async fn due(&self, number: u32, count: u32) -> Instant {
        match self.load.pace {
            Pace::Closed => Instant::now(),
            Pace::PerSecond(rate) => {
                let place = f64::from(count) * f64::from(self.load.clients) + f64::from(number);
                let due = self.began + Duration::from_secs_f64(place / f64::from(rate));
                sleep_until(due.min(self.to)).await;
                due
            }
        }
    }
}

fn summary(
    latencies: &mut [u32],
    before: &Spent,
    after: &Spent,
    elapsed: f64,
) -> Result<Sample, Failure> {
    if latencies.is_empty() {
        return Err("there was no answer in time".into());
    }
    latencies.sort_unstable();
    let count = latencies.len() as f64;
    let at = |share: f64| f64::from(latencies[((count - 1.0) * share) as usize]) / 1000.0;
    let cores = std::thread::available_parallelism()?.get() as f64;
    let (server, database) = (
        after.server - before.server,
        after.database - before.database,
    );
    let others = after.busy - before.busy - server - database - (after.own - before.own);
    Ok(Sample {
        rate: count / elapsed,
        server: server * 1000.0 / count,
        database: database * 1000.0 / count,
        latency: [at(0.5), at(0.95), at(0.99)],
        others: (others / elapsed / cores).max(0.0),
    })
}
