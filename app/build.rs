//! Puts the built browser client, `web/dist`, into the binary if somebody has built it. Building it is not done here, so that
//! `cargo build` never needs Node: `make run` does both.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Where the build of the client says which addresses its page has, one a line. Not for browsers.
const ADDRESSES: &str = "addresses.txt";

fn main() -> io::Result<()> {
    // Asked for now and not when this was compiled, so that a moved checkout or a shared target folder takes its own files.
    let manifest = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let dist = manifest.unwrap_or_default().join("../web/dist");
    // The folder is always there, with an empty file in it: watching what does not exist would build the crate anew each time.
    println!("cargo::rerun-if-changed={}", dist.display());
    let mut entries = String::new();
    let mut pages = String::new();
    if dist.join("index.html").is_file() {
        let dist = dist.canonicalize()?;
        for name in names(&dist)? {
            add(&mut entries, &dist, &name);
        }
        // What another version built may lack it.
        pages = fs::read_to_string(dist.join(ADDRESSES)).map_err(|error| {
            let file = dist.join(ADDRESSES).display().to_string();
            io::Error::new(
                error.kind(),
                format!("{file}: {error}; build the client again: scripts/web-client"),
            )
        })?;
    }
    let out = env::var_os("OUT_DIR")
        .map(PathBuf::from)
        .unwrap_or_default();
    fs::write(out.join("web_client_files.rs"), format!("[\n{entries}]\n"))?;
    let pages: Vec<&str> = pages.lines().collect();
    fs::write(out.join("web_client_pages.rs"), format!("{pages:?}"))
}

/// The files as they are asked for: without their compressed forms, which stand beside them.
fn names(dist: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for folder in ["", "assets/"] {
        for entry in fs::read_dir(dist.join(folder))? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let compressed = [".br", ".gz"].iter().any(|end| name.ends_with(end));
            let is_ours = name.starts_with('.') || name == ADDRESSES;
            if entry.file_type()?.is_file() && !is_ours && !compressed {
                names.push(format!("{folder}{name}"));
            }
        }
    }
    names.sort();
    Ok(names)
}

fn add(entries: &mut String, dist: &Path, name: &str) {
    let path = dist.join(name).display().to_string();
    let compressed = |end: &str| {
        let path = format!("{path}{end}");
        if Path::new(&path).is_file() {
            format!("Some(include_bytes!({path:?}))")
        } else {
            "None".to_owned()
        }
    };
    let (brotli, gzip) = (compressed(".br"), compressed(".gz"));
    // Writing to a string cannot fail.
    let _ = writeln!(
        entries,
        "    File {{ name: {name:?}, plain: Some(include_bytes!({path:?})), brotli: {brotli}, gzip: {gzip} }},",
    );
}
