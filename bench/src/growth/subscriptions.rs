//! More people who watch while nothing happens.

use taskhive_bench::Failure;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Growth, cost, idle_cpu, together};
use crate::accounts;
use crate::data::Size;
use crate::load::{Requests, Users};
use crate::operation::{Api, Operation};
use crate::runs::{self, Settings};
use crate::server::Server;

const SUBSCRIBE: &str =
    r#"{"query":"subscription { taskEvents { kind taskId cursor task { id title } } }"}"#;

/// 0 to 5,000 event streams, each of another user.
pub(super) async fn idle(settings: &Settings) -> Result<Growth, Failure> {
    let mut growth = Growth::new(
        "subscriptions",
        "More idle subscriptions",
        "event streams",
        &[
            "get, ms",
            "memory, MiB",
            "idle CPU of the server, ms a second",
            "of the database",
        ],
    );
    let size = Size {
        users: 6_000,
        tasks: 10,
        largest: 10,
    };
    let product = settings.product();
    let (url, client) = runs::filled(settings, "subscriptions", &product, size).await?;
    let postmaster = runs::postmaster(&client).await?;
    let folder = settings.folder.join("subscriptions");
    let server = Server::start("Taskhive", Api::GraphQl, &product, &url, &folder).await?;
    let users = Users::sign_in(size)?;
    let mut streams = Vec::new();
    for wanted in [0, 100, 1_000, 2_500, 5_000] {
        while streams.len() < wanted as usize {
            streams.push(subscribe(&server, &users.tokens[streams.len()]).await?);
        }
        let mix = [(100, Operation::Get)];
        let requests = Requests::Mix(&mix, &users);
        let servers = std::slice::from_ref(&server);
        let get = together(cost(servers, requests, postmaster, settings.measured).await?);
        let idle = idle_cpu(settings, &server, postmaster).await?;
        let memory = accounts::memory(server.pid())?.0;
        growth.add(wanted, vec![get, memory, idle.0, idle.1]);
    }
    Ok(growth)
}

/// An event stream whose head has arrived. What comes later stays in the buffers of the operating system.
async fn subscribe(server: &Server, token: &str) -> Result<TcpStream, Failure> {
    let mut stream = TcpStream::connect(("127.0.0.1", server.port)).await?;
    let request = format!(
        "POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: text/event-stream\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{SUBSCRIBE}",
        SUBSCRIBE.len()
    );
    stream.write_all(request.as_bytes()).await?;
    let mut head = [0; 12];
    stream.read_exact(&mut head).await?;
    if head != *b"HTTP/1.1 200" {
        return Err(crate::http::shown("no event stream", &head));
    }
    Ok(stream)
}
