//! `docs/clients.md` shows what the tests run: every block of code there is the file that is named above it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Which files a reader needs to have seen. Everything in these folders, and these files.
const FOLDERS: [&str; 2] = ["recipes", "rust"];
const FILES: [&str; 6] = [
    "codegen.ts",
    "relay.config.json",
    "python/operations.graphql",
    "python/pyproject.toml",
    "python/replica.py",
    "python/session.py",
];

/// The blocks of the page, by the file that each is said to be.
fn blocks(page: &str) -> BTreeMap<&str, &str> {
    let parts = page.split("](../tests/clients/").skip(1);
    parts
        .map(|part| {
            let (file, rest) = part.split_once(')').unwrap();
            let (_fence, rest) = rest.split_once("```").unwrap();
            let (_language, rest) = rest.split_once('\n').unwrap();
            (file, rest.split_once("```\n").unwrap().0)
        })
        .collect()
}

#[test]
fn the_page_shows_what_is_run() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("../docs/clients.md")).unwrap();
    let shown = blocks(&page);
    for (file, text) in &shown {
        let run = fs::read_to_string(root.join("clients").join(file)).unwrap();
        assert!(
            *text == run,
            "docs/clients.md shows another {file}: run `make generated`"
        );
    }
    let mut expected: Vec<String> = FILES.map(str::to_owned).into();
    for folder in FOLDERS {
        for file in fs::read_dir(root.join("clients").join(folder)).unwrap() {
            let name = file.unwrap().file_name();
            expected.push(format!("{folder}/{}", name.to_str().unwrap()));
        }
    }
    expected.sort_unstable();
    assert_eq!(shown.into_keys().collect::<Vec<_>>(), expected);
}
