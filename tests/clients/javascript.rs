//! Libraries for JavaScript: generated types, `tsc --strict`, and each library's story in a process of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use crate::person::Person;
use crate::support::npm;
use crate::{run, told};

/// Why it should start: Node.js or not, the script is there.
const MISSING: &str = "scripts/with-node starts";

/// What is needed besides the two folders of TypeScript.
const FILES: [&str; 5] = [
    "build.js",
    "codegen.ts",
    "relay.config.json",
    "tsconfig.json",
    "types.ts",
];

/// Where everything is built: once, whichever test comes first.
static BUILT: LazyLock<PathBuf> = LazyLock::new(build);

fn build() -> PathBuf {
    let folder = npm::install("clients", &FILES);
    let sources = Path::new(env!("CARGO_MANIFEST_DIR"));
    let schema = sources.join("../schema.graphql");
    fs::copy(schema, folder.join("schema.graphql")).unwrap();
    for part in ["recipes", "stories"] {
        copy_folder(&sources.join("clients").join(part), &folder.join(part));
    }
    for (program, arguments) in [
        ("@graphql-codegen/cli/esm/bin.js", [].as_slice()),
        ("relay-compiler/cli.js", &["--noWatchman"]),
        ("typescript/bin/tsc", &["--project", "."]),
        ("../build.js", &[]),
    ] {
        let program = format!("node_modules/{program}");
        run(node(&folder, &program).args(arguments), MISSING);
    }
    folder
}

/// Afterwards `to` holds what `from` holds, and nothing else.
fn copy_folder(from: &Path, to: &Path) {
    if to.exists() {
        fs::remove_dir_all(to).unwrap();
    }
    fs::create_dir_all(to).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        if file.file_type().unwrap().is_file() {
            fs::copy(file.path(), to.join(file.file_name())).unwrap();
        }
    }
}

fn node(folder: &Path, program: &str) -> Command {
    let mut command = npm::with_node("node");
    command.arg(program).current_dir(folder);
    command
}

async fn story(name: &'static str) {
    let person = Person::new().await;
    told(move || {
        let program = format!("dist/{name}.js");
        run(node(&BUILT, &program).args(person.arguments()), MISSING)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn apollo_client() {
    story("apollo").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn urql() {
    story("urql").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn relay() {
    story("relay").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn graphql_ws() {
    story("graphql-ws").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn graphql_request_and_graphql_sse() {
    story("graphql-sse").await;
}
