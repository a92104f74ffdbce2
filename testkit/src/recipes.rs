//! The recipes of `docs/clients.md` in TypeScript, made into programs: generated types, `tsc --strict`, and one program for
//! each of `tests/clients/stories`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::npm;

/// What is needed besides the two folders of TypeScript.
const FILES: [&str; 5] = [
    "build.js",
    "codegen.ts",
    "relay.config.json",
    "tsconfig.json",
    "types.ts",
];

/// The two folders of TypeScript.
const PARTS: [&str; 2] = ["recipes", "stories"];

/// The folder whose `dist` has the programs. They are built once, whichever test comes first.
pub fn built() -> PathBuf {
    let folder = npm::install("clients", &FILES);
    npm::build_once(&folder, &sources(), || build(&folder));
    folder
}

fn in_tests(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests")
        .join(path)
}

/// All that the build is made of, one after the other.
fn sources() -> Vec<u8> {
    let mut paths = vec![
        in_tests("../schema.graphql"),
        in_tests("clients/package-lock.json"),
    ];
    paths.extend(FILES.map(|file| in_tests("clients").join(file)));
    for part in PARTS {
        let mut files = files_in(&in_tests("clients").join(part));
        files.sort();
        paths.extend(files);
    }
    let mut sources = Vec::new();
    for path in paths {
        sources.extend(path.file_name().unwrap_or_default().as_encoded_bytes());
        sources.extend(fs::read(path).unwrap());
    }
    sources
}

fn build(folder: &Path) {
    fs::copy(in_tests("../schema.graphql"), folder.join("schema.graphql")).unwrap();
    for part in PARTS {
        copy_folder(&in_tests("clients").join(part), &folder.join(part));
    }
    for (program, arguments) in [
        ("@graphql-codegen/cli/esm/bin.js", [].as_slice()),
        ("relay-compiler/cli.js", &["--noWatchman"]),
        ("typescript/bin/tsc", &["--project", "."]),
        ("../build.js", &[]),
    ] {
        let program = format!("node_modules/{program}");
        run(npm::node(&program).current_dir(folder).args(arguments));
    }
}

/// Afterwards `to` holds what `from` holds, and nothing else.
fn copy_folder(from: &Path, to: &Path) {
    if to.exists() {
        fs::remove_dir_all(to).unwrap();
    }
    fs::create_dir_all(to).unwrap();
    for file in files_in(from) {
        fs::copy(&file, to.join(file.file_name().unwrap_or_default())).unwrap();
    }
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let files = entries.filter(|entry| entry.file_type().unwrap().is_file());
    files.map(|file| file.path()).collect()
}

/// Runs a program that must succeed.
fn run(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output().expect(npm::MISSING);
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (said(&output.stdout), said(&output.stderr));
    assert!(output.status.success(), "{command:?}\n{out}\n{err}");
}
