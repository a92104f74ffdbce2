//! What becomes of writes while the service, its database or what lies between them fails. Each experiment is repeated
//! `FAULT_ROUNDS` times, once unless that is set; `make faults` repeats them often, and `docs/reliability.md` has what it found.

mod clients;
mod database;
mod ledger;
mod network;
mod process;
mod sqlite;

use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use testkit::databases::{Client, PostgresDatabase};
use testkit::{PASSWORD, Process, REGISTER, SECRET, TestUser};
use uuid::Uuid;

use self::ledger::{Figures, Ledger};
use crate::TASKHIVE;

const WRITERS: usize = 8;
/// So many tasks are stored before something fails, and once more after it is mended.
const ENOUGH: usize = 20;

#[expect(
    clippy::disallowed_methods,
    reason = "tests are configured by their environment"
)]
fn rounds() -> usize {
    std::env::var("FAULT_ROUNDS").map_or(1, |rounds| rounds.parse().unwrap())
}

/// A service with nothing set but what all experiments need.
fn start(directory: &Path, settings: &[(&str, &str)]) -> Process {
    let always = [("LIMIT_REGISTER_PER_HOUR", "0"), ("LOG_REQUESTS", "off")];
    TASKHIVE.start(directory, &[&always, settings].concat())
}

/// The settings that lead to a PostgreSQL database.
fn on(url: &str) -> [(&str, &str); 2] {
    [("DATABASE_URL", url), ("JWT_SECRET", SECRET)]
}

/// A database with somebody who can break it, for the role that the service has in production.
async fn database() -> (PostgresDatabase, Client) {
    let database = PostgresDatabase::migrated().await;
    let operator = database.client().await;
    (database, operator)
}

/// Signs somebody up. What failed before may still be felt, so they try again when they are told to, under another address: they
/// cannot know whether the first one is taken by now.
async fn somebody_new(service: &Process) -> TestUser {
    let anonymous = service.anonymous();
    loop {
        let email = format!("{}@example.org", Uuid::new_v4().simple());
        let input = json!({"email": email, "password": PASSWORD});
        let reply = anonymous.mutate(REGISTER, input).await;
        if reply.status != 503 {
            return TestUser::new(&anonymous, email, PASSWORD, &reply.data()["register"]);
        }
    }
}

/// Lets something fail under load, again and again, while the service itself goes on.
async fn survives(experiment: &str, service: &Process, fails: impl AsyncFn(&Ledger)) {
    let mut figures = Figures::default();
    for _ in 0..rounds() {
        let user = somebody_new(service).await;
        let ledger = Arc::new(Ledger::new(vec![user.client]));
        let writers = ledger.write(WRITERS);
        ledger.until_stored(ENOUGH).await;
        fails(&ledger).await;
        ledger.until_stored(ENOUGH).await;
        ledger.close(writers, &mut figures).await;
    }
    figures.report(experiment);
}
