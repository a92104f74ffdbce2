//! Those who keep copies in processes of their own, each with a recipe of `docs/clients.md`.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use testkit::{TestUser, npm, python, recipes};
use tokio::task::{block_in_place, spawn_blocking};

/// How such a program is started.
type Build = fn() -> Command;

/// All of them, and what each is called.
const PROGRAMS: [(&str, Build); 3] = [
    ("TypeScript", || javascript("dist/copy.js")),
    ("RxDB", || javascript("dist/rxdb.js")),
    ("Python", || python::python("keep_copy.py")),
];

fn javascript(program: &str) -> Command {
    let mut command = npm::node(program);
    command.current_dir(recipes::built());
    command
}

/// How many there are.
pub(super) const COUNT: usize = PROGRAMS.len();

/// Such a process. It is killed when it is dropped.
pub(super) struct Program {
    pub(super) name: &'static str,
    process: Child,
    said: BufReader<ChildStdout>,
}

impl Program {
    /// One of each kind. Returns once they have read everything there is.
    pub(super) async fn start_all(address: SocketAddr, user: &TestUser) -> Vec<Self> {
        let mut programs = Vec::new();
        for (name, build) in PROGRAMS {
            let command = spawn_blocking(build).await.unwrap();
            programs.push(Self::start(name, command, address, user));
        }
        programs
    }

    fn start(
        name: &'static str,
        mut command: Command,
        address: SocketAddr,
        user: &TestUser,
    ) -> Self {
        let url = format!("http://{address}/graphql");
        let mut process = command
            .args([url.as_str(), &user.email, user.password])
            // It ends with this process at the latest, when the pipe is closed.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(process.stdout.take().unwrap());
        let mut program = Self {
            name,
            process,
            said,
        };
        assert_eq!(program.line(), "complete", "{name}");
        program
    }

    pub(super) fn stand_still(&self, still: bool) {
        let signal = if still { Signal::STOP } else { Signal::CONT };
        kill_process(Pid::from_child(&self.process), signal).unwrap();
    }

    /// A line for each task, once it has the last one.
    pub(super) fn copy(&mut self) -> Vec<String> {
        let tasks: Vec<Value> = serde_json::from_str(&self.line()).unwrap();
        tasks.iter().map(Value::to_string).collect()
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        block_in_place(|| self.said.read_line(&mut line)).unwrap();
        line.trim_end().to_owned()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It has ended already if all went well.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
