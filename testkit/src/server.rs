//! A PostgreSQL server that a test has to itself, for what would hit other tests on a shared one.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio_postgres::{Client, NoTls};

/// The server. It is gone when it is dropped.
#[derive(Debug)]
pub struct PostgresServer {
    /// Its empty database.
    pub url: String,
    /// Ends when nobody writes to it any more, and the server with it.
    script: Child,
}

impl PostgresServer {
    /// Starts one with `scripts/with-postgres`, and waits for it.
    pub fn start() -> Self {
        let mut command = Command::new(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../scripts/with-postgres"
        ));
        let mut script = command
            // As with those who mean it: a commit that was acknowledged is in the log, which a crash of the server survives. (Not one
            // of the machine: nothing is flushed.)
            .env("WITH_POSTGRES_OPTIONS", "-c synchronous_commit=on")
            .args(["sh", "-c", "echo \"$TEST_DATABASE_URL\"; exec cat"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        let mut said = BufReader::new(script.stdout.take().unwrap());
        said.read_line(&mut url).unwrap();
        let url = url.trim().to_owned();
        assert!(url.starts_with("postgres://"), "no server was started");
        Self { url, script }
    }

    /// Somebody who is connected, as soon as that can be.
    pub async fn client(&self) -> Client {
        loop {
            if let Ok((client, connection)) = tokio_postgres::connect(&self.url, NoTls).await {
                tokio::spawn(connection);
                return client;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Lets one of its processes die. Then the server cuts all connections, forgets what was in memory, recovers what is on disk
    /// from its log, and goes on: waits until it does.
    pub async fn crash(&self) {
        let client = self.client().await;
        let row = client.query_one("SELECT pg_backend_pid()", &[]).await;
        let process = Pid::from_raw(row.unwrap().get(0)).unwrap();
        kill_process(process, Signal::KILL).unwrap();
        // Ends with the connection, so that what answers next is the recovered server.
        while client.simple_query("SELECT 1").await.is_ok() {}
        self.client().await;
    }

    /// Closes the connections on which instances hear each other, and says how many those were.
    pub async fn drop_listeners(&self) -> usize {
        let sql =
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN %'";
        self.client().await.query(sql, &[]).await.unwrap().len()
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        drop(self.script.stdin.take());
        // Nothing can be done about a script that fails now.
        let _ = self.script.wait();
    }
}
