//! The public GraphQL clients, each generated from the committed `schema.graphql`, set up as `docs/clients.md` says, and
//! run against the service. Needs `node`, `npm` and `python3`, and the first time the package registries.

use std::process::{Command, Stdio};

mod documentation;
mod javascript;
mod person;
mod python;
mod rust;

/// Waits for a client that goes through its story and says so in the end.
async fn told(story: impl FnOnce() -> String + Send + 'static) {
    match tokio::task::spawn_blocking(story).await {
        Ok(told) => assert!(told.ends_with("all good\n"), "{told}"),
        Err(failed) => std::panic::resume_unwind(failed.into_panic()),
    }
}

/// Runs a program that must succeed, and returns what it says.
fn run(command: &mut Command, missing: &str) -> String {
    let output = command.stdin(Stdio::null()).output().expect(missing);
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (said(&output.stdout), said(&output.stderr));
    // Not the arguments: there are tokens among them.
    let program = command.get_program().display();
    assert!(output.status.success(), "{program}\n{out}\n{err}");
    out
}
