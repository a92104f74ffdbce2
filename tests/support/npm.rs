//! Programs in JavaScript that tests run: installed under `target` when they are first needed, once per lock file.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Copies `tests/NAME` to a folder under `target`, installs what its lock file names, and says where that is.
pub(crate) fn install(name: &str, programs: &[&str]) -> PathBuf {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests")
        .join(name);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).expect("target is writable");
    let lock = "package-lock.json";
    let wanted = fs::read(sources.join(lock)).expect("the lock file of the program");
    let installed = folder.join("installed.json");
    let is_current = fs::read(&installed).is_ok_and(|installed| installed == wanted);
    for file in ["package.json", lock].iter().chain(programs) {
        fs::copy(sources.join(file), folder.join(file)).expect("the files of the program");
    }
    if !is_current {
        let status = Command::new("npm")
            .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
            .current_dir(&folder)
            .stdout(Stdio::null())
            .status()
            .expect("npm could not be started: install Node.js 20 or newer (https://nodejs.org)");
        assert!(status.success(), "npm ci failed in {}", folder.display());
        fs::write(&installed, wanted).expect("target is writable");
    }
    folder
}
