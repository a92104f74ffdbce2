//! A server under measurement: started, awaited, ended.

use std::fs::File;
use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use taskhive_bench::Failure;

use crate::http::Connection;
use crate::operation::{Api, Operation, Subject};

/// Random, once; it protects a database that lives for minutes.
pub(crate) const SECRET: &str = "V4m1kQ8xZr2TnLw7GfYc5HjPbS0dUeKa9oXiNqRt";

/// How long a server may take to answer for the first time.
const START: Duration = Duration::from_secs(30);

/// A running server. It ends when this is dropped.
pub(crate) struct Server {
    /// As in the report.
    pub(crate) name: &'static str,
    pub(crate) api: Api,
    pub(crate) port: u16,
    /// MiB that it has in memory before it has done anything.
    pub(crate) idle: f64,
    log: PathBuf,
    process: Child,
}

impl Server {
    /// Starts a program in a folder of its own, with these settings and no others, and waits until it answers.
    pub(crate) async fn start(
        name: &'static str,
        api: Api,
        program: &Path,
        database: &str,
        folder: &Path,
    ) -> Result<Self, Failure> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let folder = folder.join(name);
        let process = command(program, database, &folder)?
            .env("PORT", port.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(File::create(folder.join("log"))?)
            .spawn()?;
        let mut server = Self {
            name,
            api,
            port,
            idle: 0.0,
            log: folder.join("log"),
            process,
        };
        let ready = server.ready().await;
        ready
            .map_err(|error| format!("{name} does not answer: {error}\n{}", server.last_words()))?;
        tokio::time::sleep(Duration::from_secs(1)).await;
        server.idle = crate::accounts::memory(server.pid())?.0;
        Ok(server)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }

    /// The end of its log.
    pub(crate) fn last_words(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    async fn ready(&mut self) -> Result<(), Failure> {
        let began = Instant::now();
        let mut request = Vec::new();
        let subject = Subject { user: 0, task: 0 };
        Operation::Floor.write(self.api, subject, "", &mut request);
        loop {
            let answer = async {
                let mut connection = Connection::open(self.port).await?;
                let answer = connection.exchange(&request).await?;
                Operation::Floor.check(self.api, subject, answer)
            };
            match answer.await {
                Ok(()) => return Ok(()),
                Err(error) if began.elapsed() > START => return Err(error),
                Err(_) => {}
            }
            if let Some(status) = self.process.try_wait()? {
                return Err(format!("it ended with {status}").into());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to do.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn command(program: &Path, database: &str, folder: &Path) -> Result<Command, Failure> {
    std::fs::create_dir_all(folder)?;
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("DATABASE_URL", database)
        .env("JWT_SECRET", SECRET)
        .current_dir(folder);
    // Limits of rate: all requests come from one address.
    for limit in [
        "LIMIT_REQUESTS_PER_MINUTE",
        "LIMIT_LOGIN_PER_MINUTE",
        "LIMIT_REGISTER_PER_HOUR",
        "LIMIT_CONNECTIONS_PER_NETWORK",
    ] {
        command.env(limit, "0");
    }
    Ok(command)
}

/// Has the product make its tables and one user.
pub(crate) fn prepare(
    product: &Path,
    database: &str,
    folder: &Path,
    email: &str,
    password: &str,
) -> Result<(), Failure> {
    let folder: PathBuf = folder.join("prepare");
    let run = |arguments: &[&str], input: &str| -> Result<(), Failure> {
        let mut process = command(product, database, &folder)?
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        if let Some(mut stdin) = process.stdin.take() {
            stdin.write_all(input.as_bytes())?;
        }
        let output = process.wait_with_output()?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(format!("{arguments:?} ended with {}: {said}", output.status).into())
    };
    run(&["migrate"], "")?;
    run(&["user", "create", email], &format!("{password}\n"))
}
