//! Public JavaScript packages for tests, installed on demand into a folder under `target`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Copies `scripts` with their `package.json` and lock file from `sources`, a folder beside the crates, into `target`, and
/// installs what the lock file says, once per lock file.
pub(crate) fn install(sources: &str, scripts: &[&str]) -> PathBuf {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(sources);
    let name = sources.file_name().expect("a folder with a name");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).expect("target is writable");
    let lock = "package-lock.json";
    let wanted = fs::read(sources.join(lock)).expect("a lock file");
    let installed = folder.join("installed.json");
    let is_current = fs::read(&installed).is_ok_and(|installed| installed == wanted);
    for name in ["package.json", lock].iter().chain(scripts) {
        fs::copy(sources.join(name), folder.join(name)).expect("the script and its package");
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
