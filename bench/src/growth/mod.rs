//! How costs grow: one table and one plot for each thing that may become large. Everything is on PostgreSQL; who wants to know
//! what SQLite does with many tasks looks at the table of one user's.

mod instances;
mod plot;
mod sign_outs;
mod subscriptions;
mod tasks;

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::time::Duration;

use taskhive_bench::Failure;

use crate::accounts;
use crate::load::{Load, Requests, Sample, Users};
use crate::operation::Operation;
use crate::plan::Pace;
use crate::report;
use crate::runs::Settings;
use crate::server::Server;

/// Few, so that what is measured is work and not waiting for one another's rows.
const CLIENTS: u32 = 8;

/// What grows, and what it costs at each of its sizes.
struct Growth {
    /// The name of the plot's file.
    file: &'static str,
    title: &'static str,
    /// What the sizes count.
    grows: &'static str,
    /// What the costs are, with their unit.
    columns: &'static [&'static str],
    rows: Vec<(u32, Vec<f64>)>,
}

/// Measures everything that grows, writes the plots into a folder and returns the tables.
pub(crate) async fn report(settings: &Settings, plots: &Path) -> Result<String, Failure> {
    let mut out = format!("\n{}\n", report::circumstances());
    fs::create_dir_all(plots)?;
    let mut all = tasks::of_everybody(settings).await?;
    all.extend(tasks::of_one(settings).await?);
    all.push(subscriptions::idle(settings).await?);
    all.push(sign_outs::remembered(settings).await?);
    all.push(instances::side_by_side(settings).await?);
    for growth in all {
        growth.write(&mut out)?;
        plot::draw(&growth, &plots.join(format!("{}.svg", growth.file)))?;
    }
    Ok(out)
}

impl Growth {
    fn new(
        file: &'static str,
        title: &'static str,
        grows: &'static str,
        columns: &'static [&'static str],
    ) -> Self {
        Self {
            file,
            title,
            grows,
            columns,
            rows: Vec::new(),
        }
    }

    fn add(&mut self, size: u32, costs: Vec<f64>) {
        eprintln!("bench: {}, {} {size}: {costs:.3?}", self.title, self.grows);
        self.rows.push((size, costs));
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        let Self { title, file, .. } = self;
        writeln!(out, "### {title}\n\n![{title}](growth/{file}.svg)\n")?;
        writeln!(out, "| {} | {} |", self.grows, self.columns.join(" | "))?;
        writeln!(out, "|---|{}", "---|".repeat(self.columns.len()))?;
        for (size, costs) in &self.rows {
            let costs: Vec<_> = costs.iter().map(|cost| format!("{cost:.3}")).collect();
            writeln!(out, "| {size} | {} |", costs.join(" | "))?;
        }
        writeln!(out)
    }
}

/// A server's operations one after the other: CPU of the server and the database together, in milliseconds.
async fn costs(
    operations: &[Operation],
    servers: &[Server],
    users: &Users,
    postmaster: u32,
    measured: Duration,
) -> Result<Vec<f64>, Failure> {
    let mut costs = Vec::new();
    for operation in operations {
        let mix = [(100, *operation)];
        let requests = Requests::Mix(&mix, users);
        costs.push(together(
            cost(servers, requests, postmaster, measured).await?,
        ));
    }
    Ok(costs)
}

/// One kind of request, without a pause.
async fn cost(
    servers: &[Server],
    requests: Requests<'_>,
    postmaster: u32,
    measured: Duration,
) -> Result<Sample, Failure> {
    let load = Load {
        servers,
        postmaster: Some(postmaster),
        requests,
        pace: Pace::Closed,
        clients: CLIENTS,
        measured,
        seed: 1,
    };
    load.run().await
}

fn together(sample: Sample) -> f64 {
    sample.server + sample.database
}

/// What nothing costs, in milliseconds a second: the server, the database.
async fn idle_cpu(
    settings: &Settings,
    server: &Server,
    postmaster: u32,
) -> Result<(f64, f64), Failure> {
    let spent = || -> Result<(f64, f64), Failure> {
        let database = accounts::database_cpu(postmaster)?;
        Ok((accounts::cpu(server.pid())?, database))
    };
    let before = spent()?;
    tokio::time::sleep(settings.measured).await;
    let after = spent()?;
    let a_second = |before, after| (after - before) * 1000.0 / settings.measured.as_secs_f64();
    Ok((a_second(before.0, after.0), a_second(before.1, after.1)))
}
