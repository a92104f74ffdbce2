//! The recipe of `docs/clients.md` in Python, made into programs under `target`: what it requires, in a virtual environment; the
//! client that is generated from the schema; and the programs beside it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::folder::{build_once, contents, copy, files_in, in_tests, run, under_target};

/// What a call of [`python`] fails with, where there is none.
pub const MISSING: &str = "python3 could not be started: install Python 3.10 or newer with venv (Debian: apt-get install python3-venv)";

/// The recipe's own program, with these arguments. The recipe is built once, whichever test comes first.
pub fn python(program: &str) -> Command {
    let folder = built();
    let mut command = Command::new(folder.join("venv/bin/python"));
    command.current_dir(folder).arg(program);
    command
}

fn built() -> PathBuf {
    let folder = under_target("clients-python");
    fs::create_dir_all(&folder).expect("target is writable");
    let mut sources = files_in(&in_tests("clients/python"));
    sources.push(in_tests("../schema.graphql"));
    sources.sort();
    build_once(&folder, &contents(&sources), || build(&folder, &sources));
    folder
}

fn build(folder: &Path, sources: &[PathBuf]) {
    for source in sources {
        copy(source, &folder.join(source.file_name().unwrap()));
    }
    install(folder);
    let mut generate = Command::new(folder.join("venv/bin/ariadne-codegen"));
    run(generate.current_dir(folder), MISSING);
}

/// Only when something else is wanted than what is there.
fn install(folder: &Path) {
    let requirements = folder.join("requirements.txt");
    let wanted = fs::read(&requirements).unwrap();
    let installed = folder.join("installed.txt");
    if fs::read(&installed).is_ok_and(|installed| installed == wanted) {
        return;
    }
    let venv = folder.join("venv");
    let mut make = Command::new("python3");
    run(make.args(["-m", "venv", "--clear"]).arg(&venv), MISSING);
    let mut pip = Command::new(venv.join("bin/pip"));
    pip.args(["install", "--quiet", "--requirement"]);
    run(pip.arg(requirements), MISSING);
    fs::write(installed, wanted).expect("target is writable");
}
