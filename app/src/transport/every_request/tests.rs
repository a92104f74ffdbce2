//! What is answered and logged whatever a handler does.

use http_body_util::BodyExt;
use serde_json::Value;
use tracing_subscriber::filter::Targets;

use super::*;
use crate::telemetry::testing::Listening;

const ORIGIN: &str = "https://app.example.org";

/// A request that is answered so.
async fn answer<F: Future<Output = Response<Body>>>(answer: impl Fn() -> F) -> Response<Body> {
    let every_request = EveryRequest::new(HttpOptions {
        cors_origins: vec![ORIGIN.to_owned()],
        https: false,
        proxies: TrustedProxies::default(),
    });
    let request = Request::get("/somewhere?with=secrets")
        .header("origin", ORIGIN)
        .header("x-request-id", "the-request")
        .body(Body::empty())
        .unwrap();
    let peer = Peer::at(([192, 0, 2, 1], 40_000).into());
    let received = every_request.receive(request.headers(), &peer);
    every_request.around(request, &received, |_| answer()).await
}

#[expect(clippy::panic, reason = "what a defect would do")]
async fn defect() -> Response<Body> {
    panic!("boom")
}

#[tokio::test]
async fn a_panic_is_our_fault_and_ends_nothing() {
    for _ in 0..2 {
        let response = answer(defect).await;
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers().clone();
        assert!(headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
        assert!(headers.contains_key(header::CONTENT_SECURITY_POLICY));
        assert_eq!(headers[&request_id::HEADER], "the-request");
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let body: Value = serde_json::from_slice(&body).unwrap();
        let error = &body["errors"][0];
        assert_eq!(error["message"], "Something went wrong.");
        assert_eq!(error["extensions"]["code"], "INTERNAL");
        assert_eq!(error["extensions"]["requestId"], "the-request");
    }
}

/// What is logged, up to this level, of a request during which something below has a complaint.
async fn logged(level: LevelFilter) -> Vec<Value> {
    let listening = Listening::for_json(Targets::new().with_default(level));
    let response = answer(|| async {
        tracing::error!("a complaint");
        Response::new(Body::empty())
    });
    assert_eq!(response.await.status(), StatusCode::OK);
    let lines = listening.end().into_iter();
    lines
        .map(|line| serde_json::from_str(&line).unwrap())
        .collect()
}

/// Whoever writes a line need not know which request it is about.
#[tokio::test]
async fn every_line_of_a_request_carries_its_id_whatever_else_is_logged() {
    for level in [LevelFilter::ERROR, LevelFilter::INFO, LevelFilter::DEBUG] {
        let lines = logged(level).await;
        assert_eq!(lines[0]["message"], "a complaint");
        assert_eq!(lines[0]["request_id"], "the-request", "{level}");
        let [answered] = &lines[1..] else {
            assert!(lines.len() == 1 && level < LevelFilter::DEBUG, "{lines:?}");
            continue;
        };
        assert_eq!(answered["message"], "answered");
        assert_eq!(answered["request_id"], "the-request");
        assert_eq!(answered["method"], "GET");
        assert_eq!(answered["path"], "/somewhere");
        assert_eq!(answered["status"], 200);
        assert!(answered["elapsed_ms"].is_u64());
    }
}
