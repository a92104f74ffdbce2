//! The recipes of `docs/clients.md` in TypeScript, made into programs: generated types, `tsc --strict`, and one program for
//! each of `tests/clients/stories`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::folder::{build_once, contents, files_in, in_tests, run};
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
    build_once(&folder, &sources(), || build(&folder));
    folder
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
    contents(&paths)
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
        let mut program = npm::node(&program);
        run(program.current_dir(folder).args(arguments), npm::MISSING);
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
