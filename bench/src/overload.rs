//! Three times as much as the service can do, for a minute: what it still does, what it refuses and how fast, and how soon it
//! is itself again.

use std::cell::RefCell;
use std::fmt::Write;
use std::time::Duration;

use futures_util::future::join_all;
use taskhive_bench::Failure;
use tokio::time::{Instant, sleep_until};

use crate::accounts;
use crate::data::Size;
use crate::http::{Connection, write_request};
use crate::load::{self, Load, Requests, Users};
use crate::operation::Api;
use crate::plan::Pace;
use crate::report;
use crate::runs::{self, Settings};
use crate::server::Server;

/// More than the operations that the service takes on at once.
const CLIENTS: u32 = 1_500;
const TIMES: f64 = 3.0;
/// Of capacity, before and after.
const CALM: f64 = 0.3;
const CALM_LASTS: Duration = Duration::from_secs(10);
/// A page of 100: dear for the service, cheap for the generator, which shares its cores.
const DOCUMENT: &str = "{ tasks(first: 100) { edges { cursor node { id title description completed createdAt updatedAt } } } }";

/// What became of the requests of one phase. Milliseconds, in the order of the answers.
#[derive(Default)]
struct Tally {
    /// When it was answered, in seconds since the phase began, and how long that took.
    served: Vec<(f64, f64)>,
    /// With `Retry-After`.
    refused: Vec<f64>,
    /// Broken off, or answered in any other way.
    failed: u32,
}

/// Measures, and returns a table.
pub(crate) async fn report(settings: &Settings) -> Result<String, Failure> {
    let size = Size {
        users: 2_000,
        tasks: 100,
        largest: 100,
    };
    let product = settings.product();
    let (url, client) = runs::filled(settings, "overload", &product, size).await?;
    let postmaster = runs::postmaster(&client).await?;
    let folder = settings.folder.join("overload");
    let server = Server::start("Taskhive", Api::GraphQl, &product, &url, &folder).await?;
    let users = Users::sign_in(size)?;
    let requests: Vec<_> = users.tokens.iter().map(|token| request(token)).collect();
    let peak = Load {
        servers: std::slice::from_ref(&server),
        postmaster: Some(postmaster),
        requests: Requests::These(&requests),
        pace: Pace::Closed,
        clients: load::CLIENTS,
        measured: CALM_LASTS,
        seed: 1,
    };
    let peak = peak.run().await?.rate;
    eprintln!("bench: at most {peak:.0} a second");
    let phase = |times: f64, lasts| phase(&server, &requests, peak * times, lasts);
    let before = phase(CALM, CALM_LASTS).await;
    let minute = settings.measured.max(Duration::from_secs(60));
    let during = phase(TIMES, minute).await;
    let memory = accounts::memory(server.pid())?.1;
    let after = phase(CALM, CALM_LASTS).await;
    let mut out = format!(
        "\n{} {TIMES} times as many pages of 100 as the {peak:.0} a second that it served at most, from {CLIENTS} connections, for {} s; \
         before and after it, {CALM} times as many for {} s. {memory:.0} MiB at most.\n\n",
        report::circumstances(),
        minute.as_secs(),
        CALM_LASTS.as_secs(),
    );
    out += "| | served/s | of the most | refused/s | failed | served: p50 / p95 / p99, ms | refused: p50 / p95 / p99, ms |\n|---|---|---|---|---|---|---|\n";
    for (name, tally, lasts) in [
        ("before", &before, CALM_LASTS),
        ("overload", &during, minute),
        ("after", &after, CALM_LASTS),
    ] {
        tally.write(name, peak, lasts, &mut out)?;
    }
    writeln!(
        out,
        "\nBack to the latency of before (p95 of a second at most twice as long) after {}.",
        after.recovery(&before)
    )?;
    Ok(out)
}

fn request(token: &str) -> Vec<u8> {
    let mut request = Vec::new();
    let body = format!(r#"{{"query":"{DOCUMENT}"}}"#);
    write_request(&mut request, "POST", "/graphql", Some(token), &body);
    request
}

/// So many requests a second, whether or not there are answers, as long as a connection is free; then the next free one is
/// late, and its waiting counts.
async fn phase(server: &Server, requests: &[Vec<u8>], a_second: f64, lasts: Duration) -> Tally {
    let tally = RefCell::new(Tally::default());
    let began = Instant::now();
    let client = async |number: u32| {
        let mut connection = None;
        let mut place = number;
        loop {
            let due = began + Duration::from_secs_f64(f64::from(place) / a_second);
            if due.max(Instant::now()) >= began + lasts {
                return;
            }
            sleep_until(due).await;
            let sent = Instant::now();
            let request = &requests[place as usize % requests.len()];
            let outcome = ask(server, &mut connection, request).await;
            let millis = sent.elapsed().as_secs_f64() * 1000.0;
            let mut tally = tally.borrow_mut();
            match outcome {
                Some(Outcome::Served) => {
                    tally.served.push((began.elapsed().as_secs_f64(), millis));
                }
                Some(Outcome::Refused) => tally.refused.push(millis),
                None => {
                    tally.failed += 1;
                    connection = None;
                }
            }
            place += CLIENTS;
        }
    };
    join_all((0..CLIENTS).map(client)).await;
    tally.into_inner()
}

enum Outcome {
    Served,
    Refused,
}

/// Nothing if it is neither.
async fn ask(
    server: &Server,
    connection: &mut Option<Connection>,
    request: &[u8],
) -> Option<Outcome> {
    if connection.is_none() {
        *connection = Some(Connection::open(server.port).await.ok()?);
    }
    let answer = connection.as_mut()?.answer(request).await.ok()?;
    let says = |what: &[u8]| answer.head.windows(what.len()).any(|part| part == what);
    if answer.head.starts_with(b"HTTP/1.1 200") && answer.body.starts_with(br#"{"data":{"#) {
        return Some(Outcome::Served);
    }
    let refused = answer.head.starts_with(b"HTTP/1.1 503") && says(b"retry-after: ");
    refused.then_some(Outcome::Refused)
}

impl Tally {
    fn write(
        &self,
        name: &str,
        peak: f64,
        lasts: Duration,
        out: &mut String,
    ) -> Result<(), Failure> {
        let seconds = lasts.as_secs_f64();
        let served = self.served.len() as f64 / seconds;
        writeln!(
            out,
            "| {name} | {served:.0} | {:.2} | {:.0} | {} | {} | {} |",
            served / peak,
            self.refused.len() as f64 / seconds,
            self.failed,
            percentiles(self.served.iter().map(|(_, millis)| *millis).collect()),
            percentiles(self.refused.clone()),
        )?;
        Ok(())
    }

    /// The 95th percentile of one second's answers.
    fn p95(&self, second: u32) -> f64 {
        let answers = self.served.iter();
        let of_second = answers.filter(|(at, _)| *at as u32 == second);
        percentile(of_second.map(|(_, millis)| *millis).collect(), 0.95)
    }

    fn recovery(&self, before: &Self) -> String {
        let usual = percentile(
            before.served.iter().map(|(_, millis)| *millis).collect(),
            0.95,
        );
        let seconds = 0..CALM_LASTS.as_secs() as u32;
        let back = seconds
            .into_iter()
            .find(|second| self.p95(*second) <= usual * 2.0);
        back.map_or("more than this time".to_owned(), |second| {
            format!("{} s at most", second + 1)
        })
    }
}

fn percentile(mut values: Vec<f64>, share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = (values.len().saturating_sub(1) as f64 * share) as usize;
    values.get(at).copied().unwrap_or(f64::NAN)
}

fn percentiles(values: Vec<f64>) -> String {
    if values.is_empty() {
        return "–".to_owned();
    }
    let [p50, p95, p99] = [0.5, 0.95, 0.99].map(|share| percentile(values.clone(), share));
    format!("{p50:.1} / {p95:.1} / {p99:.1}")
}
