//! Runs the judge, `tests/judge/judge.js`, in a folder under `target`.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::Case;

const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/judge");

/// What graphql-js says to each case.
pub(crate) fn verdicts(cases: &[Case]) -> Vec<Result<(), String>> {
    let folder = install();
    let requests = folder.join("requests.jsonl");
    let mut file = File::create(&requests).expect("target is writable");
    for case in cases {
        writeln!(file, "{}", case.to_json()).expect("target is writable");
    }
    let schema = folder.join("schema.graphql");
    fs::write(&schema, crate::SDL).expect("target is writable");
    let output = Command::new("node")
        .arg(folder.join("judge.js"))
        .arg(&schema)
        .stdin(File::open(&requests).expect("just written"))
        .stderr(Stdio::inherit())
        .output()
        .expect("node could not be started: install Node.js 20 or newer (https://nodejs.org)");
    assert!(
        output.status.success(),
        "the judge failed: {}",
        output.status
    );
    let verdicts: Vec<_> = BufReader::new(output.stdout.as_slice())
        .lines()
        .map(|line| {
            let verdict: Value = serde_json::from_str(&line.expect("UTF-8")).expect("JSON");
            match verdict["error"].as_str() {
                None => Ok(()),
                Some(error) => Err(error.to_owned()),
            }
        })
        .collect();
    assert_eq!(verdicts.len(), cases.len(), "one verdict per case");
    verdicts
}

/// Installs graphql-js once per lock file.
fn install() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("judge");
    fs::create_dir_all(&folder).expect("target is writable");
    let lock = "package-lock.json";
    let wanted = fs::read(Path::new(SOURCES).join(lock)).expect("the judge's lock file");
    let installed = folder.join("installed.json");
    let is_current = fs::read(&installed).is_ok_and(|installed| installed == wanted);
    for name in ["package.json", lock, "judge.js"] {
        fs::copy(Path::new(SOURCES).join(name), folder.join(name)).expect("the judge's files");
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
