//! The report, in Markdown: ratios first, then what they are made of.

use std::fmt::Write;
use std::fs;

use crate::load::Sample;
use crate::plan::Pace;
use crate::runs::{Line, Outcome, Settings};

/// Places of the servers in a run on PostgreSQL.
const PRODUCT: usize = 0;
const LIMIT: usize = 1;
const PLAIN: usize = 2;

/// All that was measured.
pub(crate) struct Report<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) postgres: Outcome,
    pub(crate) sqlite: Outcome,
}

type Of = fn(&Sample) -> f64;

impl Line {
    fn median(&self, server: usize, of: Of) -> Option<f64> {
        median(self.samples.get(server)?.iter().map(of).collect())
    }

    /// Round by round, so that both sides of a ratio had the same neighbours: median, lowest, highest.
    fn ratio(&self, over: usize, under: usize, of: Of) -> Option<(f64, f64, f64)> {
        let pairs = self.samples.get(over)?.iter().zip(self.samples.get(under)?);
        let ratios: Vec<f64> = pairs
            .map(|(over, under)| of(over) / of(under))
            .filter(|ratio| ratio.is_finite())
            .collect();
        let lowest = ratios.iter().copied().reduce(f64::min)?;
        let highest = ratios.iter().copied().reduce(f64::max)?;
        Some((median(ratios)?, lowest, highest))
    }

    fn ratio_cell(&self, over: usize, under: usize, of: Of, goal: Option<f64>) -> String {
        let Some((median, lowest, highest)) = self.ratio(over, under, of) else {
            return "–".to_owned();
        };
        let goal = goal
            .map(|goal| format!(", goal {goal:.1}"))
            .unwrap_or_default();
        format!("**{median:.2}** ({lowest:.2}–{highest:.2}{goal})")
    }

    /// CPU of the server, and of the database in brackets.
    fn cost_cell(&self, server: usize) -> String {
        let costs = self
            .median(server, |s| s.server)
            .zip(self.median(server, |s| s.database));
        costs.map_or("–".to_owned(), |(server, database)| {
            format!("{server:.3} ({database:.3})")
        })
    }

    fn latency_cell(&self, server: usize) -> String {
        let percentiles: [Of; 3] = [|s| s.latency[0], |s| s.latency[1], |s| s.latency[2]];
        let shown: Option<Vec<String>> = percentiles
            .iter()
            .map(|of| Some(format!("{:.1}", self.median(server, *of)?)))
            .collect();
        shown.map_or("–".to_owned(), |shown| shown.join(" / "))
    }

    fn rate_cell(&self, server: usize) -> String {
        self.median(server, |s| s.rate)
            .map_or("–".to_owned(), |rate| format!("{rate:.0}"))
    }

    /// At a fixed rate a process that sleeps is billed in ticks of 10 ms, so its CPU says little.
    fn is_closed(&self) -> bool {
        matches!(self.scenario.pace, Pace::Closed)
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    Some(if values.len() % 2 == 1 {
        upper
    } else {
        f64::midpoint(values[middle - 1], upper)
    })
}

impl Report<'_> {
    pub(crate) fn markdown(&self) -> String {
        let mut out = String::new();
        // Writing into memory cannot fail.
        let _ = self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        self.write_head(out)?;
        self.write_ratios(out)?;
        self.write_figures(out)?;
        self.write_memory(out, &self.postgres)?;
        self.write_sqlite(out)
    }

    fn write_head(&self, out: &mut String) -> std::fmt::Result {
        let size = self.postgres.size;
        let samples = || {
            self.postgres
                .lines
                .iter()
                .chain(&self.sqlite.lines)
                .flat_map(|line| line.samples.iter().flatten())
        };
        let others = median(samples().map(|sample| sample.others).collect()).unwrap_or(0.0);
        let most = samples().map(|sample| sample.others).fold(0.0, f64::max);
        writeln!(
            out,
            "\n{} {}: {} users with {} tasks each, one with {}. {} rounds of {} s per server, in turn; medians. \
             Other work on the machine took {:.0} % of its CPU (median; {:.0} % at most){}.\n",
            circumstances(),
            self.postgres.version,
            size.users,
            size.tasks,
            size.largest,
            self.settings.rounds,
            self.settings.measured.as_secs_f64(),
            others * 100.0,
            most * 100.0,
            if others > 0.05 {
                ": **not a quiet machine**"
            } else {
                ""
            },
        )
    }

    fn write_ratios(&self, out: &mut String) -> std::fmt::Result {
        let baseline = self.postgres.servers.len() > PLAIN + 1;
        let extra = if baseline {
            " server ÷ baseline | database ÷ baseline |"
        } else {
            ""
        };
        writeln!(
            out,
            "| PostgreSQL | server CPU ÷ L | database CPU ÷ L | requests/s ÷ L | p95 ÷ L | server CPU ÷ P | database CPU ÷ P |{extra}"
        )?;
        writeln!(
            out,
            "|---|---|---|---|---|---|---|{}",
            if baseline { "---|---|" } else { "" }
        )?;
        for line in &self.postgres.lines {
            let (server, database) = line
                .scenario
                .goals
                .map_or((None, None), |(server, database)| (Some(server), database));
            let closed = line.is_closed();
            let has_database = closed && line.median(LIMIT, |s| s.database) > Some(0.001);
            let cell = |shown: bool, under, of: Of, goal| {
                if shown {
                    line.ratio_cell(PRODUCT, under, of, goal)
                } else {
                    "–".to_owned()
                }
            };
            write!(
                out,
                "| {} | {} | {} | {} | {} | {} | {} |",
                line.scenario.name,
                cell(closed, LIMIT, |s| s.server, server),
                cell(has_database, LIMIT, |s| s.database, database),
                cell(closed, LIMIT, |s| s.rate, None),
                cell(true, LIMIT, |s| s.latency[1], None),
                cell(closed, PLAIN, |s| s.server, None),
                cell(has_database, PLAIN, |s| s.database, None),
            )?;
            if baseline {
                let server = cell(closed, PLAIN + 1, |s| s.server, None);
                write!(
                    out,
                    " {server} | {} |",
                    cell(has_database, PLAIN + 1, |s| s.database, None)
                )?;
            }
            writeln!(out)?;
        }
        Ok(())
    }

    fn write_figures(&self, out: &mut String) -> std::fmt::Result {
        let names: Vec<&str> = self
            .postgres
            .servers
            .iter()
            .map(|server| server.name)
            .collect();
        write!(
            out,
            "\nCPU in ms per request, the database's in brackets; latency as p50 / p95 / p99 in ms.\n\n| PostgreSQL |"
        )?;
        for what in ["CPU", "requests/s", "latency"] {
            for name in &names {
                write!(out, " {name}: {what} |")?;
            }
        }
        writeln!(out, "\n|---|{}", "---|".repeat(names.len() * 3))?;
        for line in &self.postgres.lines {
            write!(out, "| {} |", line.scenario.name)?;
            let cells: [fn(&Line, usize) -> String; 3] =
                [Line::cost_cell, Line::rate_cell, Line::latency_cell];
            for cell in cells {
                for server in 0..names.len() {
                    write!(out, " {} |", cell(line, server))?;
                }
            }
            writeln!(out)?;
        }
        Ok(())
    }

    #[expect(clippy::unused_self, reason = "reads like its neighbours")]
    fn write_memory(&self, out: &mut String, outcome: &Outcome) -> std::fmt::Result {
        let shown: Vec<String> = outcome
            .servers
            .iter()
            .map(|server| {
                let (idle, tasks, peak) = (server.idle, server.after_tasks, server.peak);
                format!("{} {idle:.0} idle, {tasks:.0} at most with tasks, {peak:.0} at most with logins", server.name)
            })
            .collect();
        writeln!(out, "\nMemory in MiB: {}.", shown.join("; "))
    }

    fn write_sqlite(&self, out: &mut String) -> std::fmt::Result {
        let size = self.sqlite.size;
        writeln!(
            out,
            "\nSQLite: {} users with {} tasks each, one with {}.\n",
            size.users, size.tasks, size.largest
        )?;
        write!(out, "| SQLite |")?;
        for server in &self.sqlite.servers {
            write!(
                out,
                " {0}: CPU, ms | {0}: requests/s | {0}: latency |",
                server.name
            )?;
        }
        let baseline = self.sqlite.servers.len() > 1;
        writeln!(out, "{}", if baseline { " CPU ÷ baseline |" } else { "" })?;
        writeln!(
            out,
            "|---|{}",
            "---|".repeat(self.sqlite.servers.len() * 3 + usize::from(baseline))
        )?;
        for line in &self.sqlite.lines {
            write!(out, "| {} |", line.scenario.name)?;
            for server in 0..self.sqlite.servers.len() {
                let goal = line.scenario.sqlite_goal.filter(|_| server == PRODUCT);
                let goal = goal
                    .map(|goal| format!(" (goal {goal:.2})"))
                    .unwrap_or_default();
                let cpu = line.median(server, |s| s.server).unwrap_or(0.0);
                write!(
                    out,
                    " {cpu:.3}{goal} | {} | {} |",
                    line.rate_cell(server),
                    line.latency_cell(server)
                )?;
            }
            if baseline {
                write!(
                    out,
                    " {} |",
                    line.ratio_cell(PRODUCT, 1, |s| s.server, None)
                )?;
            }
            writeln!(out)?;
        }
        self.write_memory(out, &self.sqlite)
    }
}

/// When, what and where.
pub(crate) fn circumstances() -> String {
    format!(
        "{}, commit {}. {}.",
        chrono::Utc::now().format("%Y-%m-%d"),
        std::env::var("BENCH_COMMIT").unwrap_or_else(|_| "unknown".to_owned()),
        machine(),
    )
}

fn machine() -> String {
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let memory = memory
        .lines()
        .next()
        .and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
    format!(
        "{} cores of {}, {:.0} GiB",
        std::thread::available_parallelism().map_or(1, usize::from),
        model.map_or("an unknown kind", |(_, model)| model),
        memory.unwrap_or(0.0) / 1024.0 / 1024.0
    )
}
