//! Runs the judge, `tests/judge/judge.js`, in a folder under `target`.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use serde_json::Value;

use crate::{Case, npm};

/// What graphql-js says to each case.
pub(crate) fn verdicts(cases: &[Case]) -> Vec<Result<(), String>> {
    let folder = npm::install("judge", &["judge.js"]);
    let requests = folder.join("requests.jsonl");
    let mut file = File::create(&requests).expect("target is writable");
    for case in cases {
        writeln!(file, "{}", case.to_json()).expect("target is writable");
    }
    let schema = folder.join("schema.graphql");
    fs::write(&schema, crate::SDL).expect("target is writable");
    let output = npm::with_node("node")
        .arg(folder.join("judge.js"))
        .arg(&schema)
        .stdin(File::open(&requests).expect("just written"))
        .stderr(Stdio::inherit())
        .output()
        .expect("scripts/with-node starts");
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
