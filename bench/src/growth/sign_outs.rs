//! More users who sign out: every instance remembers whose access tokens are over, until they would have expired anyway.

use std::time::Duration;

use taskhive_bench::Failure;
use tokio_postgres::Client;

use super::{Growth, cost, idle_cpu, together};
use crate::accounts;
use crate::data::Size;
use crate::load::{Requests, Users};
use crate::operation::{Api, Operation};
use crate::runs::{self, Settings};
use crate::server::Server;

/// An access token lives 15 minutes; one more for clocks that differ.
const REMEMBERED_MINUTES: u32 = 16;

/// 0 to 100,000 sign-outs a minute, for as long as they are remembered, and still going on.
pub(super) async fn remembered(settings: &Settings) -> Result<Growth, Failure> {
    let mut growth = Growth::new(
        "sign-outs",
        "More users who sign out",
        "sign-outs a minute",
        &["me, ms", "memory, MiB", "idle CPU, ms a second"],
    );
    let size = Size {
        users: 1_000,
        tasks: 10,
        largest: 10,
    };
    let product = settings.product();
    for a_minute in [0, 1_000, 10_000, 100_000] {
        let name = format!("sign_outs_{a_minute}");
        let (url, client) = runs::filled(settings, &name, &product, size).await?;
        end_sessions(
            &client,
            a_minute * REMEMBERED_MINUTES,
            REMEMBERED_MINUTES * 60,
        )
        .await?;
        let folder = settings.folder.join(&name);
        let server = Server::start("Taskhive", Api::GraphQl, &product, &url, &folder).await?;
        let users = Users::sign_in(size)?;
        let postmaster = runs::postmaster(&client).await?;
        let measure = async {
            let mix = [(100, Operation::Me)];
            let servers = std::slice::from_ref(&server);
            let requests = Requests::Mix(&mix, &users);
            let me = together(cost(servers, requests, postmaster, settings.measured).await?);
            let (own, database) = idle_cpu(settings, &server, postmaster).await?;
            Ok::<_, Failure>(vec![me, accounts::memory(server.pid())?.0, own + database])
        };
        let costs = tokio::select! {
            costs = measure => costs?,
            failed = keep_ending(&client, a_minute) => return Err(failed),
        };
        growth.add(a_minute, costs);
    }
    Ok(growth)
}

/// So many sessions that ended within the last seconds, evenly.
async fn end_sessions(client: &Client, sessions: u32, seconds: u32) -> Result<(), Failure> {
    let ended = "INSERT INTO ended_sessions (session_id, ended_at)
                 SELECT gen_random_uuid(), now() - $2::float8 * interval '1 second' * n / $1
                 FROM generate_series(1, $1::int4) n";
    let (count, span) = (i32::try_from(sessions)?, f64::from(seconds));
    client.execute(ended, &[&count, &span]).await?;
    Ok(())
}

/// As many a minute as before; ends with what went wrong.
async fn keep_ending(client: &Client, a_minute: u32) -> Failure {
    loop {
        if let Err(error) = end_sessions(client, a_minute / 60, 1).await {
            return error;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}
