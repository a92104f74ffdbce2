//! Programs in JavaScript that tests run: installed under `target` when they are first needed, once per lock file. Node.js
//! comes from `scripts/with-node`.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

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

/// Runs `build` in an installed folder, unless it was run for the same sources to its end before. Of several processes one
/// builds and the others wait: some programs run tests in a process each.
pub fn build_once(folder: &Path, sources: &[u8], build: impl FnOnce()) {
    let _busy = lock(folder);
    let stamp = folder.join("built");
    if fs::read(&stamp).is_ok_and(|built| built == sources) {
        return;
    }
    // What is built half counts for nothing.
    fs::write(&stamp, "").expect("target is writable");
    build();
    fs::write(&stamp, sources).expect("target is writable");
}

/// Alone in the folder until it is dropped.
fn lock(folder: &Path) -> File {
    let busy = File::create(folder.join("busy")).expect("target is writable");
    busy.lock().expect("a lock on a file under target");
    busy
}

/// Leaves a file alone that is so already: another test may be reading it.
fn copy(from: &Path, to: &Path) {
    let wanted = fs::read(from).expect("the files of the program");
    if fs::read(to).ok().as_ref() != Some(&wanted) {
        fs::write(to, wanted).expect("target is writable");
    }
}

/// Cargo tells the place to test binaries only (`CARGO_TARGET_TMPDIR`), which run in `target/PROFILE/deps`.
fn under_target(name: &str) -> PathBuf {
    let binary = std::env::current_exe().expect("a test that runs");
    let target = binary.ancestors().nth(3).expect("a test under target");
    target.join("tmp").join(name)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use super::*;

    #[test]
    fn what_many_need_is_built_once_for_the_same_sources() {
        let folder = tempfile::tempdir().expect("a folder");
        let builds = AtomicUsize::new(0);
        let build = |sources: &'static str| {
            build_once(folder.path(), sources.as_bytes(), || {
                builds.fetch_add(1, Ordering::Relaxed);
            });
        };
        for (sources, expected) in [("old", 1), ("new", 2)] {
            thread::scope(|scope| {
                for _ in 0..8 {
                    scope.spawn(|| build(sources));
                }
            });
            assert_eq!(builds.load(Ordering::Relaxed), expected);
        }
    }

    #[test]
    fn what_was_built_half_is_built_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let broken = || build_once(folder.path(), b"new", || panic!("it breaks off"));
        build_once(folder.path(), b"old", || ());
        assert!(std::panic::catch_unwind(broken).is_err());
        for sources in ["old", "new"] {
            let mut built = false;
            build_once(folder.path(), sources.as_bytes(), || built = true);
            assert!(built, "{sources}");
        }
    }
}
