//! Folders under `target` in which tests put programs together: one test does it, those that come meanwhile wait, and nobody
//! does it again for the same sources.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A file or folder beside the tests that drive the service from outside.
pub(crate) fn in_tests(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests")
        .join(path)
}

pub(crate) fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let files = entries.filter(|entry| entry.file_type().unwrap().is_file());
    files.map(|file| file.path()).collect()
}

/// What stands in these files and what they are called, one after the other.
pub(crate) fn contents(paths: &[PathBuf]) -> Vec<u8> {
    let mut contents = Vec::new();
    for path in paths {
        contents.extend(path.file_name().unwrap_or_default().as_encoded_bytes());
        contents.extend(fs::read(path).unwrap());
    }
    contents
}

/// Runs `build` in an installed folder, unless it was run for the same sources to its end before. Of several processes one
/// builds and the others wait: some programs run tests in a process each.
pub(crate) fn build_once(folder: &Path, sources: &[u8], build: impl FnOnce()) {
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
pub(crate) fn lock(folder: &Path) -> File {
    let busy = File::create(folder.join("busy")).expect("target is writable");
    busy.lock().expect("a lock on a file under target");
    busy
}

/// Leaves a file alone that is so already: another test may be reading it.
pub(crate) fn copy(from: &Path, to: &Path) {
    let wanted = fs::read(from).expect("the files of the program");
    if fs::read(to).ok().as_ref() != Some(&wanted) {
        fs::write(to, wanted).expect("target is writable");
    }
}

/// Cargo tells the place to test binaries only (`CARGO_TARGET_TMPDIR`), which run in `target/PROFILE/deps`.
pub(crate) fn under_target(name: &str) -> PathBuf {
    let binary = std::env::current_exe().expect("a test that runs");
    let target = binary.ancestors().nth(3).expect("a test under target");
    target.join("tmp").join(name)
}

/// Runs a program that must succeed; `missing` is what to do when it does not start.
pub(crate) fn run(command: &mut Command, missing: &str) {
    let output = command.stdin(Stdio::null()).output().expect(missing);
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (said(&output.stdout), said(&output.stderr));
    assert!(output.status.success(), "{command:?}\n{out}\n{err}");
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
