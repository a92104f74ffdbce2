//! More tasks: of everybody, of one user, and further down one user's list.

use serde_json::Value;
use taskhive_bench::Failure;

use super::{Growth, cost, costs, together};
use crate::data::Size;
use crate::http::{Connection, write_request};
use crate::load::{Requests, Users};
use crate::operation::{Api, Operation};
use crate::runs::{self, Settings};
use crate::server::Server;

const OPERATIONS: [Operation; 4] = [
    Operation::Get,
    Operation::Nodes,
    Operation::Toggle,
    Operation::Create,
];
const COLUMNS: &[&str] = &["get, ms", "list 50, ms", "toggle, ms", "create, ms"];
/// Users of the databases in which one user's tasks grow.
const FEW: u32 = 20;
const LARGEST: u32 = 10_000;

/// 1,000 to 1,000,000 tasks of users with 100 each.
pub(super) async fn of_everybody(settings: &Settings) -> Result<Vec<Growth>, Failure> {
    let mut growth = Growth::new("tasks", "More users", "tasks, 100 for each user", COLUMNS);
    for users in [10, 100, 1_000, 10_000] {
        let tasks = 100;
        let size = Size {
            users,
            tasks,
            largest: tasks,
        };
        let case = Case::open(settings, &format!("tasks_{users}"), size).await?;
        growth.add(users * tasks, case.costs(settings).await?);
    }
    Ok(vec![growth])
}

/// 100 to 10,000 tasks of each of a few users; with the most, pages further and further down.
pub(super) async fn of_one(settings: &Settings) -> Result<Vec<Growth>, Failure> {
    let mut growth = Growth::new("tasks-of-one", "A longer list", "tasks of a user", COLUMNS);
    let mut depth = Growth::new(
        "depth",
        "Further down the list",
        "tasks before the page",
        &["list 50, ms"],
    );
    for tasks in [100, 1_000, LARGEST] {
        let size = Size {
            users: FEW,
            tasks,
            largest: tasks,
        };
        let case = Case::open(settings, &format!("one_{tasks}"), size).await?;
        if tasks == LARGEST {
            for before in [0, 100, 1_000, 9_900] {
                depth.add(before, vec![case.page(settings, before).await?]);
            }
        }
        growth.add(tasks, case.costs(settings).await?);
    }
    Ok(vec![growth, depth])
}

/// A filled database and the product on it.
struct Case {
    server: Server,
    users: Users,
    postmaster: u32,
}

impl Case {
    async fn open(settings: &Settings, name: &str, size: Size) -> Result<Self, Failure> {
        let product = settings.product();
        let (url, client) = runs::filled(settings, name, &product, size).await?;
        let folder = settings.folder.join(name);
        Ok(Self {
            server: Server::start("Taskhive", Api::GraphQl, &product, &url, &folder).await?,
            users: Users::sign_in(size)?,
            postmaster: runs::postmaster(&client).await?,
        })
    }

    async fn costs(&self, settings: &Settings) -> Result<Vec<f64>, Failure> {
        let servers = std::slice::from_ref(&self.server);
        let (users, measured) = (&self.users, settings.measured);
        costs(&OPERATIONS, servers, users, self.postmaster, measured).await
    }

    /// A page behind so many tasks of a user.
    async fn page(&self, settings: &Settings, before: u32) -> Result<f64, Failure> {
        let mut requests = Vec::new();
        for token in &self.users.tokens {
            let mut after = Value::Null;
            for _ in 0..before / 100 {
                let answer = self.ask(&page(100, &after, token)).await?;
                after = answer["data"]["tasks"]["pageInfo"]["endCursor"].clone();
            }
            requests.push(page(50, &after, token));
        }
        let servers = std::slice::from_ref(&self.server);
        let requests = Requests::These(&requests);
        Ok(together(
            cost(servers, requests, self.postmaster, settings.measured).await?,
        ))
    }

    async fn ask(&self, request: &[u8]) -> Result<Value, Failure> {
        let mut connection = Connection::open(self.server.port).await?;
        Ok(serde_json::from_slice(connection.exchange(request).await?)?)
    }
}

fn page(first: u32, after: &Value, token: &str) -> Vec<u8> {
    let document = "query Page($first: Int, $after: String) { tasks(first: $first, after: $after) \
                    { nodes { id title description completed createdAt updatedAt } pageInfo { endCursor } } }";
    let body =
        format!(r#"{{"query":"{document}","variables":{{"first":{first},"after":{after}}}}}"#);
    let mut request = Vec::new();
    write_request(&mut request, "POST", "/graphql", Some(token), &body);
    request
}
