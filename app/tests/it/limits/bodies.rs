//! Bodies: packed, too long, and answers that are packed.

use std::io::{Read, Write};

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde_json::json;
use testkit::{Reply, TestApp};

use super::{SOMEBODY, post};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn packed(coding: &str, body: Vec<u8>) -> Request<Body> {
    Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::CONTENT_ENCODING, coding)
        .body(body.into())
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_packed_body_is_unpacked() {
    let app = TestApp::limited(&[]).await;
    let body = gzip(br#"{"query":"{ __typename }"}"#);
    for coding in ["gzip", "GZIP", "x-gzip"] {
        let reply = app.answer(SOMEBODY, packed(coding, body.clone())).await;
        assert_eq!(
            reply.json,
            json!({"data": {"__typename": "Query"}}),
            "{coding}"
        );
    }
    let plain = packed("identity", br#"{"query":"{ __typename }"}"#.to_vec());
    assert_eq!(app.answer(SOMEBODY, plain).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limit_holds_for_what_comes_out() {
    let app = TestApp::limited(&[]).await;
    // 200 MiB of blanks in 200 KiB, and two that are only a little too long.
    let mebibyte = vec![b' '; 1 << 20];
    let bomb = gzip(&mebibyte).repeat(200);
    assert!(bomb.len() < 256 * 1024);
    for body in [bomb, gzip(&mebibyte), gzip(&vec![b' '; 256 * 1024 + 1])] {
        let reply = app.answer(SOMEBODY, packed("gzip", body)).await;
        assert_eq!(reply.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(reply.code(), "BAD_REQUEST");
    }
    let mut just_fits = br#"{"query":"{ __typename }"}"#.to_vec();
    just_fits.resize(256 * 1024, b' ');
    assert_eq!(
        app.answer(SOMEBODY, packed("gzip", gzip(&just_fits)))
            .await
            .status,
        StatusCode::OK
    );
    assert_eq!(
        app.answer(SOMEBODY, packed("identity", just_fits.clone()))
            .await
            .status,
        StatusCode::OK
    );
    just_fits.push(b' ');
    assert_eq!(
        app.answer(SOMEBODY, packed("identity", just_fits))
            .await
            .status,
        StatusCode::PAYLOAD_TOO_LARGE
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_unpacked_is_refused() {
    let app = TestApp::limited(&[]).await;
    let whole = gzip(br#"{"query":"{ __typename }"}"#);
    let half = whole[..whole.len() / 2].to_vec();
    for (coding, body, status) in [
        ("gzip", b"{}".to_vec(), StatusCode::BAD_REQUEST),
        ("gzip", half, StatusCode::BAD_REQUEST),
        ("br", whole.clone(), StatusCode::UNSUPPORTED_MEDIA_TYPE),
        ("gzip, gzip", whole, StatusCode::UNSUPPORTED_MEDIA_TYPE),
    ] {
        let reply = app.answer(SOMEBODY, packed(coding, body)).await;
        assert_eq!(
            (reply.status, reply.code()),
            (status, "BAD_REQUEST"),
            "{coding}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn long_answers_are_packed_for_those_who_accept_it() {
    let app = TestApp::limited(&[]).await;
    let long = "{ __schema { types { name description } } }";
    let ask = async |query: &str, accept_encoding: Option<&'static str>| {
        let mut request = post(query, &json!({}));
        if let Some(accepted) = accept_encoding {
            request
                .headers_mut()
                .insert("accept-encoding", accepted.parse().unwrap());
        }
        app.answer(SOMEBODY, request).await
    };
    let plain = ask(long, None).await;
    assert_eq!(plain.header("content-encoding"), "");
    let varies = |reply: &Reply| {
        reply
            .headers
            .get_all("vary")
            .iter()
            .any(|line| line.to_str().unwrap().contains("accept-encoding"))
    };
    assert!(
        varies(&plain),
        "a cache must not give everybody what one client accepts"
    );
    let packed = ask(long, Some("gzip, deflate")).await;
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert!(packed.body.len() * 2 < plain.body.len() && varies(&packed));
    let mut unpacked = Vec::new();
    GzDecoder::new(&*packed.body)
        .read_to_end(&mut unpacked)
        .unwrap();
    assert_eq!(unpacked, plain.body);
    let short = ask("{ __typename }", Some("gzip")).await;
    assert_eq!(short.header("content-encoding"), "");
    assert!(!varies(&short), "it is the same for everybody");
    assert_eq!(
        ask(long, Some("gzip;q=0")).await.header("content-encoding"),
        ""
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn event_streams_are_never_packed() {
    let app = TestApp::limited(&[]).await;
    let mut request = post("{ __schema { types { name description } } }", &json!({}));
    request
        .headers_mut()
        .insert("accept", "text/event-stream".parse().unwrap());
    request
        .headers_mut()
        .insert("accept-encoding", "gzip".parse().unwrap());
    let reply = app.answer(SOMEBODY, request).await;
    assert_eq!(
        (reply.status, reply.header("content-encoding")),
        (StatusCode::OK, "")
    );
    assert!(reply.body.starts_with(b"event: next"));
}

/// Pages of other origins read packed answers, and long refusals are packed like any other answer.
#[tokio::test(flavor = "multi_thread")]
async fn a_packed_answer_has_all_its_headers() {
    let friend = "https://app.example.org";
    let app = TestApp::limited(&[("CORS_ORIGINS", friend)]).await;
    let unknown: String = (0..20).fold(String::new(), |fields, n| format!("{fields} unknown{n}"));
    for (query, status) in [
        ("{ __schema { types { name description } } }", 200),
        (&*format!("{{{unknown} }}"), 422),
    ] {
        for coding in ["gzip", "*", "deflate, gzip;q=0.1"] {
            let mut request = post(query, &json!({}));
            let headers = request.headers_mut();
            headers.insert("accept-encoding", coding.parse().unwrap());
            headers.insert("origin", friend.parse().unwrap());
            let reply = app.answer(SOMEBODY, request).await;
            assert_eq!(reply.status.as_u16(), status, "{coding}");
            assert_eq!(reply.header("content-encoding"), "gzip", "{coding}");
            assert_eq!(reply.header("content-length"), "", "{coding}");
            assert_eq!(reply.header("cache-control"), "no-store");
            assert_eq!(reply.header("access-control-allow-origin"), friend);
            let varies: Vec<_> = reply.headers.get_all("vary").iter().collect();
            assert_eq!(varies, ["accept-encoding", "origin"]);
        }
    }
}

/// The status says what became of the operation, which was executed when it turns out how the answer may be packed.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_accepts_no_coding_is_answered_all_the_same() {
    let app = TestApp::limited(&[]).await;
    for query in [
        "{ __typename }",
        "{ __schema { types { name description } } }",
    ] {
        let mut request = post(query, &json!({}));
        let nothing = "br, identity;q=0".parse().unwrap();
        request.headers_mut().insert("accept-encoding", nothing);
        let reply = app.answer(SOMEBODY, request).await;
        assert!(reply.data().is_object());
        assert_eq!(reply.header("content-encoding"), "");
    }
}
