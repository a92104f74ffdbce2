//! `tests/clients/clients.js` against a service: the clients that everybody uses.

use std::process::Stdio;
use std::time::Duration;

use crate::npm;
use crate::service::Service;

#[tokio::test(flavor = "multi_thread")]
async fn graphql_ws_and_graphql_sse_work_as_their_users_expect() {
    let service = Service::start().await;
    let eve = service.sign_up("eve").await;
    let expired = service.token_good_for(&eve, Duration::ZERO).await;
    let url = service.url("/graphql");
    let ran = tokio::task::spawn_blocking(move || {
        let folder = npm::install("clients", &["clients.js"]);
        npm::with_node("node")
            .arg(folder.join("clients.js"))
            .args([url, expired])
            .stderr(Stdio::inherit())
            .output()
            .expect("scripts/with-node starts")
    });
    let output = ran.await.expect("a script that ends");
    let verdict = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{verdict}");
    assert!(verdict.ends_with("all good\n"), "{verdict}");
}
