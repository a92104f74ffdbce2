//! PgBouncer, as releases of Debian have it, in front of the server that tests share.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::chown;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../scripts/pgbouncer");
/// What the script lets it be when it is started by root: `nobody`.
const NOBODY: u32 = 65534;
const PORT: u16 = 6432;

/// A pooler. It ends when it is dropped.
#[derive(Debug)]
pub struct PgBouncer {
    directory: TempDir,
    process: Child,
}

impl PgBouncer {
    /// That of this release of Debian, with these lines in its configuration, for all databases on the server of this URL.
    pub fn start(release: &str, url: &str, configuration: &str) -> Self {
        let directory = TempDir::new().unwrap();
        let at = directory.path();
        let (server, file) = (option(url, "host"), at.join("pgbouncer.ini"));
        let text = format!(
            "[databases]\n* = host={server} user=postgres\n\
             [pgbouncer]\nauth_type = any\nlisten_port = {PORT}\nunix_socket_dir = {}\n\
             log_connections = 0\nlog_disconnections = 0\nlog_stats = 0\n{configuration}\n",
            at.display()
        );
        std::fs::write(&file, text).unwrap();
        if rustix::process::geteuid().is_root() {
            for path in [at, &file] {
                chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
            }
        }
        let mut process = Command::new(SCRIPT)
            .arg(release)
            .arg(&file)
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(process.stderr.take().unwrap());
        let mut log = String::new();
        while !log.contains("process up") {
            let read = said.read_line(&mut log).unwrap();
            assert!(read > 0, "PgBouncer did not start: {log}");
        }
        // So that it never waits for somebody to read.
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        Self { directory, process }
    }

    /// The URL of the same database through this.
    pub fn url(&self, url: &str) -> String {
        let server = format!("host={}", option(url, "host"));
        let here = format!("host={}&port={PORT}", self.directory.path().display());
        url.replacen(&server, &here, 1)
    }
}

fn option<'a>(url: &'a str, name: &str) -> &'a str {
    let mut options = url.split(['?', '&']);
    let named = options.find_map(|option| option.strip_prefix(name)?.strip_prefix('='));
    named.expect("a URL of the tests")
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        // It may have ended, which the test has noticed.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
