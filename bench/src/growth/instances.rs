//! More instances on one database.

use taskhive_bench::Failure;

use super::{Growth, cost};
use crate::data::Size;
use crate::load::{Requests, Users};
use crate::operation::{Api, Operation};
use crate::runs::{self, Settings};
use crate::server::Server;

const NAMES: [&str; 4] = ["1", "2", "3", "4"];
/// As people use it.
const MIX: [(u32, Operation); 3] = [
    (80, Operation::Nodes),
    (10, Operation::Create),
    (10, Operation::Toggle),
];

/// 1 to 4 instances that share the load. They share the machine's cores too, so it is the CPU of a request that is looked at.
pub(super) async fn side_by_side(settings: &Settings) -> Result<Growth, Failure> {
    let mut growth = Growth::new(
        "instances",
        "More instances on one database",
        "instances",
        &["servers, ms", "database, ms"],
    );
    let size = Size {
        users: 1_000,
        tasks: 100,
        largest: 100,
    };
    let product = settings.product();
    let (url, client) = runs::filled(settings, "instances", &product, size).await?;
    let postmaster = runs::postmaster(&client).await?;
    let folder = settings.folder.join("instances");
    let users = Users::sign_in(size)?;
    let mut servers = Vec::new();
    for name in NAMES {
        servers.push(Server::start(name, Api::GraphQl, &product, &url, &folder).await?);
        let requests = Requests::Mix(&MIX, &users);
        let sample = cost(&servers, requests, postmaster, settings.measured).await?;
        growth.add(servers.len() as u32, vec![sample.server, sample.database]);
    }
    Ok(growth)
}
