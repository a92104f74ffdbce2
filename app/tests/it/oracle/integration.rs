//! Why the library's request extractor and its sockets are not the service's own: each breaks a line of the contract. One that
//! keeps it after an upgrade fails here, and decision 5 can be thought over.

use axum::body::Body;
use axum::http::{Method, Request, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::oracle::scene::Scene;
use crate::oracle::service::Side;
use crate::oracle::socket::{Heard, Socket};

const PROTOCOL: &str = "graphql-transport-ws";

/// A status, and whether there is data beside it.
type Outcome = (u16, bool);

async fn outcome(scene: &Scene, side: Side, request: Request<Body>) -> Outcome {
    let response = scene.service.send(side, request).await;
    let status = response.status().as_u16();
    let body = response
        .into_body()
        .collect()
        .await
        .expect("a body")
        .to_bytes();
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    (status, body["data"].is_object())
}

/// What both sides make of one request: ours, then the library.
async fn outcomes(scene: &Scene, request: impl Fn() -> Request<Body>) -> (Outcome, Outcome) {
    (
        outcome(scene, Side::Ours, request()).await,
        outcome(scene, Side::Library, request()).await,
    )
}

fn request(
    method: Method,
    uri: &str,
    media_type: &str,
    token: &str,
    body: &Value,
) -> Request<Body> {
    let request = Request::builder().method(method).uri(uri);
    let request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    let request = request.header(header::CONTENT_TYPE, media_type);
    request
        .body(Body::from(body.to_string()))
        .expect("a request")
}

#[tokio::test(flavor = "multi_thread")]
async fn its_request_extractor_breaks_the_contract() {
    let scene = Scene::new().await;
    let post = |media_type: &str, body: &Value| {
        request(Method::POST, "/graphql", media_type, &scene.token, body)
    };
    let get = |query: &str| {
        let uri = format!("/graphql?{query}");
        request(
            Method::GET,
            &uri,
            "application/json",
            &scene.token,
            &json!(null),
        )
    };

    let mutation = "query=mutation%7BrevokeOtherSessions%7BrevokedSessionIds%7D%7D";
    let both = outcomes(&scene, || get(mutation)).await;
    assert_eq!(both, ((405, false), (200, true)), "mutations run over GET");

    let query = json!({ "query": "{ me { id } }" });
    let both = outcomes(&scene, || post("text/plain", &query)).await;
    assert_eq!(
        both,
        ((415, false), (200, true)),
        "forms of other sites get in"
    );

    let long = json!({ "query": "{ me { id } }", "extensions": { "x": "x".repeat(3_000_000) } });
    let both = outcomes(&scene, || post("application/json", &long)).await;
    assert_eq!(both, ((413, false), (200, true)), "bodies have no end");

    let invalid = json!({ "query": "{ nope }" });
    let both = outcomes(&scene, || post("application/json", &invalid)).await;
    assert_eq!(both, ((422, false), (200, false)), "every outcome is a 200");

    let named = "query=query%20A%7Ba%3A__typename%7Dquery%20B%7Bb%3A__typename%7D&operationName=B";
    let both = outcomes(&scene, || get(named)).await;
    assert_eq!(
        both,
        ((200, true), (200, false)),
        "GET drops the name of the operation"
    );
}

/// What a socket says to something it should not be told.
async fn heard(scene: &Scene, side: Side, sign_in: bool, said: &[String]) -> Heard {
    let address = scene.service.listen(side).await;
    let mut socket = if sign_in {
        Socket::signed_in(address, &scene.token).await
    } else {
        Socket::open(address, PROTOCOL).await.expect("a handshake")
    };
    for text in said {
        socket.say_text(text).await;
    }
    socket.hear().await
}

#[tokio::test(flavor = "multi_thread")]
async fn its_sockets_close_with_codes_that_clients_take_as_fatal() {
    let scene = Scene::new().await;
    let watch = json!({ "query": "subscription { taskEvents { kind } }" });
    let subscribe = json!({ "type": "subscribe", "id": "1", "payload": watch }).to_string();
    let bad_token =
        json!({ "type": "connection_init", "payload": { "Authorization": "Bearer x" } });
    let bad_token = bad_token.to_string();
    for (sign_in, said, ours, library) in [
        (false, vec![bad_token], 4403, 1002),
        (false, vec![subscribe.clone()], 4401, 1011),
        (true, vec!["junk".to_owned()], 4400, 1002),
    ] {
        let we = heard(&scene, Side::Ours, sign_in, &said).await;
        let it = heard(&scene, Side::Library, sign_in, &said).await;
        assert_eq!(
            (we, it),
            (Heard::Closed(ours), Heard::Closed(library)),
            "{said:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn its_sockets_let_an_operation_take_the_place_of_another() {
    let scene = Scene::new().await;
    let watch = json!({ "query": "subscription { taskEvents { kind } }" });
    let me = json!({ "query": "{ me { email } }" });
    let said = [watch, me]
        .map(|payload| json!({ "type": "subscribe", "id": "1", "payload": payload }).to_string());
    let we = heard(&scene, Side::Ours, true, &said).await;
    assert_eq!(we, Heard::Closed(4409));
    let it = heard(&scene, Side::Library, true, &said).await;
    let answer = json!({ "type": "next", "id": "1", "payload": { "data": { "me": { "email": "ada@example.org" } } } });
    assert_eq!(it, Heard::Message(answer));
}

#[tokio::test(flavor = "multi_thread")]
async fn its_sockets_answer_what_is_invalid_with_a_result() {
    let scene = Scene::new().await;
    let invalid = json!({ "query": "{ nope }" });
    let said = [json!({ "type": "subscribe", "id": "1", "payload": invalid }).to_string()];
    for (side, kind) in [(Side::Ours, "error"), (Side::Library, "next")] {
        match heard(&scene, side, true, &said).await {
            Heard::Message(message) => assert_eq!(message["type"], kind, "{message}"),
            closed @ Heard::Closed(_) => panic!("{closed:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn its_sockets_speak_the_protocol_of_old() {
    let scene = Scene::new().await;
    let ours = scene.service.listen(Side::Ours).await;
    assert_eq!(Socket::open(ours, "graphql-ws").await.err(), Some(400));
    let library = scene.service.listen(Side::Library).await;
    assert_eq!(Socket::open(library, "graphql-ws").await.err(), None);
}
