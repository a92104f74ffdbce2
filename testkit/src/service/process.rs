//! The program in a process of its own, run in a directory with nothing set but what a test sets.

use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, ExitStatus, Output, Stdio};

pub use rustix::process::Signal;
use rustix::process::{Pid, Resource, Rlimit, kill_process, prlimit};

use crate::{Client, TestUser};

/// How long the program may take to end by itself before a test calls that hanging, in steps of 20 ms.
const PATIENCE: u32 = 1500;

/// The binary of the service. Cargo tells its path to the tests of its own package only: `env!("CARGO_BIN_EXE_taskhive")`.
#[derive(Debug, Clone, Copy)]
pub struct Program(&'static str);

impl Program {
    /// The one under this path.
    pub const fn at(path: &'static str) -> Self {
        Self(path)
    }

    /// The program in `directory` with these settings and no others.
    pub fn command(self, directory: &Path, settings: &[(&str, &str)]) -> Command {
        let mut command = Command::new(self.0);
        command
            .current_dir(directory)
            .env_clear()
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// What the program leaves behind when it ends by itself.
    pub fn outcome(
        self,
        directory: &Path,
        settings: &[(&str, &str)],
        arguments: &[&str],
    ) -> Output {
        let mut command = self.command(directory, settings);
        command.args(arguments).output().unwrap()
    }

    /// Starts it and waits until it says that it listens. The operating system chooses the port.
    pub fn start(self, directory: &Path, settings: &[(&str, &str)]) -> Process {
        let mut command = self.command(directory, settings);
        Process::listening(command.env("PORT", "0"))
    }

    /// Starts it on a free port, and does not wait.
    pub fn launch(self, directory: &Path, settings: &[(&str, &str)]) -> Process {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let mut command = self.command(directory, settings);
        command.env("PORT", address.port().to_string());
        Process::launched(address, &mut command)
    }

    /// Starts it as the last thing of a script for the shell, which finds the program in `$0`, such as `ulimit -n 99; exec "$0"`;
    /// waits until it says that it listens.
    pub fn start_by(self, script: &str, directory: &Path, settings: &[(&str, &str)]) -> Process {
        let mut command = Self("/bin/sh").command(directory, settings);
        command.args(["-c", script, self.0]);
        Process::listening(command.env("PORT", "0"))
    }
}

/// A program that serves. It is killed when it is dropped.
#[derive(Debug)]
pub struct Process {
    /// Where it listens.
    pub address: SocketAddr,
    child: Child,
    log: Log,
}

#[derive(Debug)]
struct Log {
    rest: BufReader<ChildStderr>,
    seen: String,
}

impl Log {
    fn line_with(&mut self, text: &str) -> String {
        if let Some(line) = self.seen.lines().find(|line| line.contains(text)) {
            return line.to_owned();
        }
        loop {
            let start = self.seen.len();
            let read = self.rest.read_line(&mut self.seen).unwrap();
            assert!(read > 0, "it ended without {text:?}: {}", self.seen);
            if self.seen[start..].contains(text) {
                return self.seen[start..].to_owned();
            }
        }
    }
}

impl Process {
    fn launched(address: SocketAddr, command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        let log = Log {
            rest: BufReader::new(child.stderr.take().unwrap()),
            seen: String::new(),
        };
        Self {
            address,
            child,
            log,
        }
    }

    fn listening(command: &mut Command) -> Self {
        let unknown = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
        let mut process = Self::launched(unknown, command);
        let line = process.line_with("listening on http://");
        let (_, address) = line.split_once("listening on http://").unwrap();
        process.address = address.split(';').next().unwrap().trim().parse().unwrap();
        process
    }

    /// What the operating system says of it, in a file of this name: Linux only.
    pub fn proc_file(&self, name: &str) -> String {
        std::fs::read_to_string(format!("/proc/{}/{name}", self.child.id())).unwrap()
    }

    /// Where a path of the service is.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Somebody who sends no credential, on a connection of their own.
    pub fn anonymous(&self) -> Client {
        Client::new(self.address)
    }

    /// A new account under `name`, signed in.
    pub async fn user(&self, name: &str) -> TestUser {
        self.anonymous().sign_up(name).await
    }

    /// The line of the log that says so; waits for it if it is not there yet.
    pub fn line_with(&mut self, text: &str) -> String {
        self.log.line_with(text)
    }

    /// Ends it as a power cut would.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Lets it write files up to this size and no further; `None` takes that back.
    pub fn limit_file_sizes(&self, bytes: Option<u64>) {
        let limit = Rlimit {
            current: bytes,
            maximum: None,
        };
        prlimit(Some(Pid::from_child(&self.child)), Resource::Fsize, limit).unwrap();
    }

    /// Waits until it ends by itself, and returns how, with everything it logged.
    pub fn wait(mut self) -> (ExitStatus, String) {
        for _ in 0..PATIENCE {
            if let Some(status) = self.child.try_wait().unwrap() {
                self.log.rest.read_to_string(&mut self.log.seen).unwrap();
                return (status, std::mem::take(&mut self.log.seen));
            }
            std::thread::park_timeout(std::time::Duration::from_millis(20));
        }
        panic!("the service does not end");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It has ended already in most tests.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
