//! The two runs: on PostgreSQL, the product against both yardsticks; on SQLite, the product. Servers take turns within each
//! scenario, so that what else happens on the machine hits all of them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use taskhive_bench::Failure;
use tokio_postgres::{Client, NoTls};

use crate::accounts;
use crate::data::{self, Size};
use crate::load::{self, Sample, Users};
use crate::operation::Api;
use crate::plan::{SCENARIOS, Scenario};
use crate::server::{Server, prepare};

/// How the benchmark runs.
pub(crate) struct Settings {
    /// How long each server is measured in each round of a scenario.
    pub(crate) measured: Duration,
    pub(crate) rounds: usize,
    /// Of the number of users; 1 is what reports are made with.
    pub(crate) scale: f64,
    /// Only scenarios whose name has this in it.
    pub(crate) only: String,
    /// Where the programs are.
    pub(crate) programs: PathBuf,
    /// Another build of the product, to be compared with.
    pub(crate) baseline: Option<PathBuf>,
    /// For everything that is written; the caller removes it.
    pub(crate) folder: PathBuf,
    /// A PostgreSQL server that is ours alone.
    pub(crate) postgres: String,
}

/// A scenario and, per server, its rounds.
pub(crate) struct Line {
    pub(crate) scenario: &'static Scenario,
    pub(crate) samples: Vec<Vec<Sample>>,
}

/// What is known about a server beside its samples, in MiB.
pub(crate) struct Memory {
    pub(crate) name: &'static str,
    pub(crate) idle: f64,
    pub(crate) after_tasks: f64,
    pub(crate) peak: f64,
}

/// All of one run.
pub(crate) struct Outcome {
    pub(crate) size: Size,
    pub(crate) version: String,
    pub(crate) servers: Vec<Memory>,
    pub(crate) lines: Vec<Line>,
}

impl Settings {
    fn size(&self, users: u32, tasks: u32, largest: u32) -> Size {
        Size {
            users: ((f64::from(users) * self.scale) as u32).max(20),
            tasks,
            largest,
        }
    }

    pub(crate) fn product(&self) -> PathBuf {
        self.programs.join("taskhive")
    }

    fn wanted(&self) -> impl Iterator<Item = &'static Scenario> {
        SCENARIOS
            .iter()
            .filter(|scenario| scenario.name.contains(&self.only))
    }
}

/// Product, L, P, and the baseline if there is one.
pub(crate) async fn postgres(settings: &Settings) -> Result<Outcome, Failure> {
    let size = settings.size(10_000, 100, 10_000);
    eprintln!(
        "bench: filling PostgreSQL: {} users, {} tasks each",
        size.users, size.tasks
    );
    let folder = settings.folder.join("postgres");
    let (url, client) = filled(settings, "bench", &settings.product(), size).await?;
    data::fill_limit(&client).await?;
    let postmaster = postmaster(&client).await?;
    let version: String = client.query_one("SHOW server_version", &[]).await?.get(0);

    let program = |name: &str| settings.programs.join(name);
    let mut servers = vec![
        Server::start("Taskhive", Api::GraphQl, &settings.product(), &url, &folder).await?,
        Server::start("L", Api::Rest, &program("limit"), &url, &folder).await?,
        Server::start("P", Api::GraphQl, &program("plain"), &url, &folder).await?,
    ];
    let mut clients = vec![client];
    if let Some(baseline) = &settings.baseline {
        let (url, client) = filled(settings, "baseline", baseline, size).await?;
        servers.push(Server::start("baseline", Api::GraphQl, baseline, &url, &folder).await?);
        clients.push(client);
    }
    let users = Users::sign_in(size)?;
    let mut lines = Vec::new();
    let mut after_tasks = Vec::new();
    for scenario in settings.wanted() {
        if scenario.needs_passwords() {
            after_tasks = peaks(&servers)?;
        }
        lines.push(take_turns(scenario, &servers, &users, Some(postmaster), settings).await?);
        if scenario.writes {
            for client in &clients {
                data::tidy(client).await?;
            }
        }
    }
    outcome(
        size,
        format!("PostgreSQL {version}"),
        &servers,
        &after_tasks,
        lines,
    )
}

/// The process whose children are all of the database server.
pub(crate) async fn postmaster(client: &Client) -> Result<u32, Failure> {
    let backend = client.query_one("SELECT pg_backend_pid()", &[]).await?;
    let backend: i32 = backend.get(0);
    let parent = accounts::parent(u32::try_from(backend)?);
    Ok(parent.ok_or("the database server cannot be seen")?)
}

/// A database of its own for a build of the product, which makes its tables: those of another build may differ.
pub(crate) async fn filled(
    settings: &Settings,
    name: &str,
    program: &Path,
    size: Size,
) -> Result<(String, Client), Failure> {
    let url = settings
        .postgres
        .replace("postgres:///postgres?", &format!("postgres:///{name}?"));
    let admin = connect(&settings.postgres).await?;
    admin
        .batch_execute(&format!("CREATE DATABASE {name}"))
        .await?;
    let folder = settings.folder.join(format!("postgres-{name}"));
    prepare(program, &url, &folder, data::FIRST_EMAIL, data::PASSWORD)?;
    let client = connect(&url).await?;
    data::fill_postgres(&client, size).await?;
    Ok((url, client))
}

/// The product, and the baseline if there is one, each on a file of its own.
pub(crate) async fn sqlite(settings: &Settings) -> Result<Outcome, Failure> {
    let size = settings.size(1000, 100, 10_000);
    eprintln!(
        "bench: filling SQLite: {} users, {} tasks each",
        size.users, size.tasks
    );
    let mut programs = vec![("Taskhive", settings.product())];
    programs.extend(settings.baseline.clone().map(|path| ("baseline", path)));
    let mut servers = Vec::new();
    for (name, program) in programs {
        let folder = settings.folder.join(format!("sqlite-{name}"));
        let file = folder.join("bench.db");
        let url = format!("sqlite://{}", file.display());
        prepare(&program, &url, &folder, data::FIRST_EMAIL, data::PASSWORD)?;
        data::fill_sqlite(&file, size)?;
        servers.push(Server::start(name, Api::GraphQl, &program, &url, &folder).await?);
    }
    let users = Users::sign_in(size)?;
    let mut lines = Vec::new();
    let mut after_tasks = Vec::new();
    for scenario in settings.wanted() {
        if scenario.needs_passwords() {
            after_tasks = peaks(&servers)?;
        }
        lines.push(take_turns(scenario, &servers, &users, None, settings).await?);
    }
    outcome(size, "SQLite".to_owned(), &servers, &after_tasks, lines)
}

pub(crate) async fn connect(url: &str) -> Result<Client, Failure> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            eprintln!("bench: the connection to PostgreSQL ended: {error}");
        }
    });
    Ok(client)
}

fn peaks(servers: &[Server]) -> Result<Vec<f64>, Failure> {
    servers
        .iter()
        .map(|server| Ok(accounts::memory(server.pid())?.1))
        .collect()
}

fn outcome(
    size: Size,
    version: String,
    servers: &[Server],
    after_tasks: &[f64],
    lines: Vec<Line>,
) -> Result<Outcome, Failure> {
    let peaks = peaks(servers)?;
    let servers = servers
        .iter()
        .enumerate()
        .map(|(at, server)| Memory {
            name: server.name,
            idle: server.idle,
            after_tasks: after_tasks.get(at).copied().unwrap_or(peaks[at]),
            peak: peaks[at],
        })
        .collect();
    Ok(Outcome {
        size,
        version,
        servers,
        lines,
    })
}

/// One scenario: round after round, server after server.
async fn take_turns(
    scenario: &'static Scenario,
    servers: &[Server],
    users: &Users,
    postmaster: Option<u32>,
    settings: &Settings,
) -> Result<Line, Failure> {
    let mut samples = vec![Vec::new(); servers.len()];
    for round in 0..settings.rounds {
        for (server, samples) in servers.iter().zip(&mut samples) {
            if scenario.needs_passwords() && matches!(server.name, "L" | "P") {
                continue;
            }
            let sample = load::run(
                scenario,
                server,
                users,
                postmaster,
                settings.measured,
                round as u64,
            )
            .await
            .map_err(|error| {
                let (name, said) = (server.name, server.last_words());
                format!(
                    "{}, {name}: {error}\nwhat it logged last:\n{said}",
                    scenario.name
                )
            })?;
            eprintln!(
                "bench: {:30} {:9} {:7.0}/s  server {:.4} ms  database {:.4} ms  p95 {:.2} ms  others {:.0} %",
                scenario.name,
                server.name,
                sample.rate,
                sample.server,
                sample.database,
                sample.latency[1],
                sample.others * 100.0
            );
            samples.push(sample);
        }
    }
    Ok(Line { scenario, samples })
}
