//! Programs in JavaScript that tests run: installed under `target` when they are first needed, once per lock file. Node.js
//! comes from `scripts/with-node`.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::folder::{copy, lock, under_target};

/// What a call of [`node`] fails with, where even the script is missing.
pub const MISSING: &str = "scripts/with-node starts";

/// A program, to be run by Node.js. Where that cannot be had, it says so on stderr and fails.
pub fn node(program: impl AsRef<OsStr>) -> Command {
    let mut command = with_node("node");
    command.arg(program);
    command
}

fn with_node(program: &str) -> Command {
    let mut command = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../scripts/with-node"));
    command.arg(program);
    command
}

/// Copies `tests/NAME` to a folder under `target`, installs what its lock file names, and says where that is.
pub fn install(name: &str, programs: &[&str]) -> PathBuf {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests")
        .join(name);
    let folder = under_target(name);
    fs::create_dir_all(&folder).expect("target is writable");
    // Programs of several tests live in the same folder; one of them installs, the others wait. Free when it is dropped.
    let _busy = lock(&folder);
    let lock = "package-lock.json";
    let wanted = fs::read(sources.join(lock)).expect("the lock file of the program");
    let installed = folder.join("installed.json");
    let is_current = fs::read(&installed).is_ok_and(|installed| installed == wanted);
    for file in ["package.json", lock].iter().chain(programs) {
        copy(&sources.join(file), &folder.join(file));
    }
    if !is_current {
        let status = with_node("npm")
            .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
            .arg("--loglevel=error")
            .current_dir(&folder)
            .stdout(Stdio::null())
            .status()
            .expect(MISSING);
        assert!(status.success(), "npm ci failed in {}", folder.display());
        fs::write(&installed, wanted).expect("target is writable");
    }
    folder
}
