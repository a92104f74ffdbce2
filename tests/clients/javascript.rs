//! Libraries for JavaScript: each library's story in a process of its own.

use testkit::{npm, recipes};

use super::person::Person;
use super::{run, told};

async fn story(name: &'static str) {
    let person = Person::new().await;
    told(move || {
        let mut program = npm::node(format!("dist/{name}.js"));
        program.current_dir(recipes::built());
        run(program.args(person.arguments()), npm::MISSING)
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

#[tokio::test(flavor = "multi_thread")]
async fn a_program_instead_of_a_webhook() {
    story("instead-of-a-webhook").await;
}
