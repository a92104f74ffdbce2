//! The program, run in an empty directory with nothing set but what a test sets.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};

pub(crate) use rustix::process::Signal;
use rustix::process::{Pid, kill_process};

/// How long the program may take to end by itself before a test calls that hanging, in steps of 20 ms.
const PATIENCE: u32 = 1500;

/// The program in `directory` with these settings and no others.
pub(crate) fn taskhive(directory: &Path, settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_taskhive"));
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
pub(crate) fn outcome(directory: &Path, settings: &[(&str, &str)], arguments: &[&str]) -> Output {
    taskhive(directory, settings)
        .args(arguments)
        .output()
        .unwrap()
}

/// A program that serves. It is killed when it is dropped.
pub(crate) struct Service {
    child: Child,
    pub(crate) address: SocketAddr,
    log: BufReader<std::process::ChildStderr>,
    before: String,
}

impl Service {
    /// Starts it and waits until it says that it listens. The operating system chooses the port.
    pub(crate) fn start(directory: &Path, settings: &[(&str, &str)]) -> Self {
        let mut command = taskhive(directory, settings);
        let mut child = command.env("PORT", "0").spawn().unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let mut before = String::new();
        let address = loop {
            let start = before.len();
            if log.read_line(&mut before).unwrap() == 0 {
                let _ = child.wait();
                panic!("the service ended instead of listening: {before}");
            }
            if let Some((_, rest)) = before[start..].split_once("listening on http://") {
                let end = rest.find(';').unwrap_or(rest.len());
                break rest[..end].trim().parse().unwrap();
            }
        };
        Self {
            child,
            address,
            log,
            before,
        }
    }

    /// Ends it as a power cut would.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits until it ends by itself, and returns how, with everything it logged.
    pub(crate) fn wait(mut self) -> (ExitStatus, String) {
        for _ in 0..PATIENCE {
            if let Some(status) = self.child.try_wait().unwrap() {
                self.log.read_to_string(&mut self.before).unwrap();
                return (status, std::mem::take(&mut self.before));
            }
            std::thread::park_timeout(std::time::Duration::from_millis(20));
        }
        panic!("the service does not end");
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It has ended already in most tests.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
