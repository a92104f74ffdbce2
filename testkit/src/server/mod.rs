//! A PostgreSQL server of one test's own, to be broken or reached with TLS. Unlike the one that tests share, it keeps what it has acknowledged
//! when it crashes.

mod encryption;

use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, getpgid, kill_process, kill_process_group};
use tokio_postgres::{Client, NoTls};

pub use self::encryption::EncryptedServer;
use crate::databases;

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../scripts");

/// One server. It is stopped and removed when this is dropped, or when the test ends in whatever way.
#[derive(Debug)]
pub struct PostgresServer {
    /// The URL of its database `postgres`, for its superuser.
    pub url: String,
    directory: PathBuf,
    keeper: Child,
}

impl PostgresServer {
    /// Makes an empty one and starts it with these options and those it needs.
    pub fn start(options: &str) -> Self {
        Self::try_to_start(options, None).expect("with-postgres says why it does not start")
    }

    /// `None` if the server ended at once.
    fn try_to_start(options: &str, port: Option<u16>) -> Option<Self> {
        let durable = "-c fsync=on -c synchronous_commit=on -c full_page_writes=on";
        // The script keeps the server for as long as its command runs: until the pipe to it is closed.
        let mut keeper = Command::new(format!("{SCRIPTS}/with-postgres"))
            .args(["sh", "-c", "echo \"$TEST_DATABASE_URL\"; cat"])
            .env("WITH_POSTGRES_OPTIONS", format!("{durable} {options}"))
            .envs(port.map(|port| ("WITH_POSTGRES_PORT", port.to_string())))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        let mut said = BufReader::new(keeper.stdout.take().unwrap());
        said.read_line(&mut url).unwrap();
        let url = url.trim_end().to_owned();
        let Some((_, rest)) = url.split_once("host=") else {
            keeper.wait().unwrap();
            return None;
        };
        let directory = PathBuf::from(rest.split('&').next().unwrap());
        Some(Self {
            url,
            directory,
            keeper,
        })
    }

    /// What it has logged since it was started.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.directory.join("log")).unwrap()
    }

    fn data(&self) -> PathBuf {
        self.directory.join("data")
    }

    /// The process that starts those of the connections.
    fn postmaster(&self) -> Pid {
        let file = std::fs::read_to_string(self.data().join("postmaster.pid")).unwrap();
        process(file.lines().next().unwrap().parse().unwrap())
    }

    /// The processes of all connections but the one that asks.
    async fn connections(&self) -> Vec<Pid> {
        let sql = "SELECT pid FROM pg_stat_activity \
                   WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
        let client = databases::client(&self.url).await;
        let rows = client.query(sql, &[]).await.unwrap();
        rows.iter().map(|row| process(row.get(0))).collect()
    }

    /// Lets it neither answer nor hang up, until [`thaw`](Self::thaw) is given what this returns.
    pub async fn freeze(&self) -> Vec<Pid> {
        let mut processes = self.connections().await;
        processes.push(self.postmaster());
        for &process in &processes {
            kill_process(process, Signal::STOP).unwrap();
        }
        processes
    }

    /// Lets it go on where it was.
    pub fn thaw(&self, frozen: &[Pid]) {
        for &process in frozen {
            kill_process(process, Signal::CONT).unwrap();
        }
        // `runuser`, which lends root another account, stops with the server and has to be told, too.
        let group = getpgid(Some(self.postmaster())).unwrap();
        kill_process_group(group, Signal::CONT).unwrap();
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

    /// Lets one of its processes die. Then the server cuts all connections, since nobody knows what the one left in the memory
    /// they share, recovers what was committed from its log, and goes on: waits until it does.
    pub async fn crash(&self) {
        let client = self.client().await;
        let row = client.query_one("SELECT pg_backend_pid()", &[]).await;
        kill_process(process(row.unwrap().get(0)), Signal::KILL).unwrap();
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

    /// Breaks off whatever runs, as a crash does, and starts it again; returns when it is back.
    pub fn restart(&self) {
        let bin = Command::new(format!("{SCRIPTS}/postgres-bin"))
            .output()
            .unwrap();
        let bin = String::from_utf8(bin.stdout).unwrap();
        let owner = std::fs::metadata(self.data()).unwrap();
        let restarted = Command::new(Path::new(bin.trim_end()).join("pg_ctl"))
            .args(["restart", "-s", "-w", "-m", "immediate", "-D"])
            .arg(self.data())
            .arg("-l")
            .arg(self.directory.join("restarted"))
            .current_dir(&self.directory)
            // It refuses to be run by root.
            .uid(owner.uid())
            .gid(owner.gid())
            .status();
        assert!(restarted.unwrap().success());
    }
}

fn process(id: i32) -> Pid {
    Pid::from_raw(id).expect("no process is 0")
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // There is nobody left to tell if it cannot be waited for.
        let _ = self.keeper.wait();
    }
}
