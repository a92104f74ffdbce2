//! Keeps a copy with the recipe of `docs/clients.md`: graphql-ws, in a process of its own.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use testkit::{TestUser, npm, recipes};
use tokio::task::{block_in_place, spawn_blocking};

/// Such a process. It is killed when it is dropped.
pub(super) struct TypeScript {
    process: Child,
    said: BufReader<ChildStdout>,
}

impl TypeScript {
    /// Returns once it has read everything there is.
    pub(super) async fn start(address: SocketAddr, user: &TestUser) -> Self {
        let folder = spawn_blocking(recipes::built).await.unwrap();
        let url = format!("http://{address}/graphql");
        let mut process = npm::node("dist/copy.js")
            .current_dir(folder)
            .args([url.as_str(), &user.email, user.password])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect(npm::MISSING);
        let said = BufReader::new(process.stdout.take().unwrap());
        let mut replica = Self { process, said };
        assert_eq!(replica.line(), "complete");
        replica
    }

    pub(super) fn stand_still(&self, still: bool) {
        let signal = if still { Signal::STOP } else { Signal::CONT };
        kill_process(Pid::from_child(&self.process), signal).unwrap();
    }

    /// A line for each task, once it has the last one.
    #[expect(clippy::unused_async, reason = "as other copies are asked for")]
    pub(super) async fn copy(&mut self) -> Vec<String> {
        let tasks: Vec<Value> = serde_json::from_str(&self.line()).unwrap();
        tasks.iter().map(Value::to_string).collect()
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        block_in_place(|| self.said.read_line(&mut line)).unwrap();
        line.trim_end().to_owned()
    }
}

impl Drop for TypeScript {
    fn drop(&mut self) {
        // It has ended already if all went well.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
