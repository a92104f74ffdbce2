//! ariadne-codegen: a typed client for Python, generated and run in a virtual environment under `target`.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::person::Person;
use super::{run, told};

/// What to do when it does not start.
const MISSING: &str = "python3 could not be started: install Python 3.10 or newer with venv (Debian: apt-get install python3-venv)";

/// Copies the recipe and its story to `target`, installs what it requires, generates the client.
fn build() -> PathBuf {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("clients-python");
    fs::create_dir_all(&folder).unwrap();
    // Free when it is dropped.
    let busy = File::create(folder.join("busy")).unwrap();
    busy.lock().unwrap();
    let recipe = [
        "operations.graphql",
        "pyproject.toml",
        "session.py",
        "story.py",
    ];
    for file in recipe {
        fs::copy(sources.join("clients/python").join(file), folder.join(file)).unwrap();
    }
    fs::copy(
        sources.join("../schema.graphql"),
        folder.join("schema.graphql"),
    )
    .unwrap();
    install(&sources.join("clients/python/requirements.txt"), &folder);
    run(
        Command::new(folder.join("venv/bin/ariadne-codegen")).current_dir(&folder),
        MISSING,
    );
    folder
}

/// Only when something else is wanted than what is there.
fn install(requirements: &Path, folder: &Path) {
    let wanted = fs::read(requirements).unwrap();
    let installed = folder.join("installed.txt");
    if fs::read(&installed).is_ok_and(|installed| installed == wanted) {
        return;
    }
    let venv = folder.join("venv");
    run(
        Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&venv),
        MISSING,
    );
    run(
        Command::new(venv.join("bin/pip"))
            .args(["install", "--quiet", "--requirement"])
            .arg(requirements),
        MISSING,
    );
    fs::write(&installed, wanted).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn ariadne_codegen() {
    let person = Person::new().await;
    told(move || {
        let folder = build();
        let mut story = Command::new(folder.join("venv/bin/python"));
        story
            .current_dir(&folder)
            .arg("story.py")
            .args(person.arguments());
        run(&mut story, MISSING)
    })
    .await;
}
