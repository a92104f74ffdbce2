//! The benchmark: fills databases, starts the product and the yardsticks, sends them the same load in turn, reads what they
//! cost from the accounts of the operating system, and writes one report in Markdown.
//!
//! With `growth` it measures the product alone, with more and more of everything; with `overload`, what becomes of too much.
//!
//! `scripts/bench` starts it, with a private PostgreSQL server and the programs to compare. Nothing here judges: a report has
//! goals beside figures, and people read it.

mod accounts;
mod data;
mod growth;
mod http;
mod load;
mod operation;
mod overload;
mod plan;
mod report;
mod runs;
mod server;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use taskhive_bench::{Failure, setting};
use tokio::signal::unix::{SignalKind, signal};

use self::report::Report;
use self::runs::Settings;

/// One thread for the whole load: with the load's requests made in advance it costs a few microseconds each.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match until_told_to_stop().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whichever way this ends, the servers are dropped with the future, and dropped servers are killed.
async fn until_told_to_stop() -> Result<(), Failure> {
    let mut stop = signal(SignalKind::terminate())?;
    tokio::select! {
        done = bench() => done,
        _ = stop.recv() => Err("told to stop".into()),
        _ = tokio::signal::ctrl_c() => Err("interrupted".into()),
    }
}

async fn bench() -> Result<(), Failure> {
    let settings = Settings {
        measured: Duration::from_secs_f64(number("BENCH_SECONDS", 3.0)?),
        rounds: number("BENCH_ROUNDS", 3.0)?.max(1.0) as usize,
        scale: number("BENCH_SCALE", 1.0)?,
        only: std::env::var("BENCH_ONLY").unwrap_or_default(),
        programs: PathBuf::from(setting("BENCH_PROGRAMS")?),
        baseline: std::env::var("BENCH_BASELINE")
            .ok()
            .filter(|path| !path.is_empty())
            .map(PathBuf::from),
        folder: PathBuf::from(setting("BENCH_FOLDER")?),
        postgres: setting("TEST_DATABASE_URL")?,
    };
    let report = match std::env::args().nth(1).as_deref() {
        None | Some("bench") => compared(&settings).await?,
        Some("growth") => growth::report(&settings, &settings.folder.join("growth")).await?,
        Some("overload") => overload::report(&settings).await?,
        Some(other) => return Err(format!("what is {other}?").into()),
    };
    std::fs::write(settings.folder.join("report.md"), report)?;
    Ok(())
}

/// The product beside the yardsticks.
async fn compared(settings: &Settings) -> Result<String, Failure> {
    let report = Report {
        postgres: runs::postgres(settings).await?,
        sqlite: runs::sqlite(settings).await?,
        settings,
    };
    Ok(report.markdown())
}

fn number(name: &str, default: f64) -> Result<f64, Failure> {
    match std::env::var(name) {
        Ok(text) if !text.is_empty() => Ok(text
            .parse()
            .map_err(|_| format!("{name} must be a number"))?),
        _ => Ok(default),
    }
}
