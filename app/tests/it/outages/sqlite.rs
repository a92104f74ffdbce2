//! What SQLite writes to fails: the disk is full, or somebody else holds the file.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::tempdir;

use super::{WRITERS, start, survives};

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_costs_no_write() {
    let directory = tempdir().unwrap();
    let service = start(directory.path(), &[]);
    survives("sqlite, disk full", &service, async |ledger| {
        // No file may grow any more. The log of SQLite is the one that grows, until the service stops writing.
        let log = std::fs::metadata(directory.path().join("taskhive.db-wal"));
        service.limit_file_sizes(Some(log.unwrap().len()));
        ledger.until_refused(WRITERS).await;
        service.limit_file_sizes(None);
    })
    .await;
}

/// Another program that writes to the file, until its pipe is closed.
fn lock(directory: &Path) -> Child {
    let script = "import sqlite3, sys; db = sqlite3.connect('taskhive.db', isolation_level=None, timeout=60); \
                  db.execute('BEGIN IMMEDIATE'); print('locked', flush=True); sys.stdin.read()";
    let mut python = Command::new("python3")
        .args(["-c", script])
        .current_dir(directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    let mut output = BufReader::new(python.stdout.take().unwrap());
    output.read_line(&mut said).unwrap();
    assert_eq!(said, "locked\n");
    python
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_somebody_else_locks_costs_no_write() {
    let directory = tempdir().unwrap();
    let service = start(directory.path(), &[]);
    survives("sqlite, file locked", &service, async |ledger| {
        let mut other = lock(directory.path());
        ledger.until_refused(WRITERS).await;
        drop(other.stdin.take());
        assert!(other.wait().unwrap().success());
    })
    .await;
}
