//! `tests/clients/clients.js` against a service: the clients that everybody uses.

use std::process::Stdio;
use std::time::Duration;

use testkit::{TestApp, npm};

#[tokio::test(flavor = "multi_thread")]
async fn graphql_ws_and_graphql_sse_work_as_their_users_expect() {
    let app = TestApp::new().await;
    let eve = app.user("eve").await;
    let expired = eve.token_good_for(Duration::ZERO).await;
    let url = app.url("/graphql");
    let ran = tokio::task::spawn_blocking(move || {
        let folder = npm::install("clients", &["clients.js"]);
        npm::node(folder.join("clients.js"))
            .args([url, expired])
            .stderr(Stdio::inherit())
            .output()
            .expect(npm::MISSING)
    });
    let output = ran.await.expect("a script that ends");
    let verdict = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{verdict}");
    assert!(verdict.ends_with("all good\n"), "{verdict}");
}
