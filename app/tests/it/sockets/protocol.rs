//! graphql-transport-ws message by message.

use serde_json::{Value, json};
use testkit::{Socket, TestApp};
use tokio_tungstenite::tungstenite::Message;

fn codes(message: &Value) -> Vec<&str> {
    let errors = message["payload"].as_array().expect("a list of errors");
    errors
        .iter()
        .filter_map(|error| error["extensions"]["code"].as_str())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn queries_and_mutations_run_and_complete() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let mut client = Socket::signed_in(app.address, &ada).await;
    client
        .subscribe(
            "a",
            "mutation { createTask(input: { title: \"x\" }) { task { title } } }",
        )
        .await;
    assert_eq!(
        client.hear().await,
        json!({ "type": "next", "id": "a", "payload": { "data": { "createTask": { "task": { "title": "x" } } } } })
    );
    assert_eq!(
        client.hear().await,
        json!({ "type": "complete", "id": "a" })
    );
    client
        .subscribe("a", "{ me { email } tasks { totalCount } }")
        .await;
    let answer = client.hear().await;
    assert_eq!(
        answer["payload"]["data"],
        json!({ "me": { "email": "ada@example.org" }, "tasks": { "totalCount": 1 } })
    );
    assert_eq!(client.hear().await["type"], "complete");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_executed_is_an_error_and_nothing_else() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let mut client = Socket::signed_in(app.address, &ada).await;
    let nested = format!("{{ me {} }}", "{ me ".repeat(80));
    for (query, code) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        (nested.as_str(), "QUERY_TOO_COMPLEX"),
        (
            "mutation { login(input: { email: \"ada@example.org\", password: \"correct horse\" }) { accessToken } }",
            "FORBIDDEN",
        ),
        (
            "mutation { x: register(input: { email: \"eve@example.org\", password: \"correct horse\" }) { accessToken } }",
            "FORBIDDEN",
        ),
        (
            "mutation { ...F } fragment F on Mutation { refreshToken(input: {}) { accessToken } }",
            "FORBIDDEN",
        ),
    ] {
        client.subscribe("1", query).await;
        let message = client.hear().await;
        assert_eq!(
            (&message["type"], &message["id"]),
            (&json!("error"), &json!("1")),
            "{query}"
        );
        assert_eq!(codes(&message).first(), Some(&code), "{query}");
        let request_id = message["payload"][0]["extensions"]["requestId"].as_str();
        assert!(request_id.is_some_and(|id| id.contains('.')), "{message}");
    }
    // The id is free each time, and the socket is as good as new.
    client.subscribe("1", "{ __typename }").await;
    assert_eq!(
        client.hear().await["payload"],
        json!({ "data": { "__typename": "Query" } })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_breaks_the_protocol_closes_the_socket() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let subscription = r#"{"type":"subscribe","id":"1","payload":{"query":"subscription { taskEvents { taskId } }"}}"#;
    for (frames, code) in [
        (vec![Message::text("nonsense")], 4400),
        (vec![Message::text(r#"{"type":"start","id":"1"}"#)], 4400),
        (
            vec![Message::text(
                r#"{"type":"subscribe","id":"1","payload":{"query":7}}"#,
            )],
            4400,
        ),
        (
            vec![Message::text(format!(
                r#"{{"type":"{}"}}"#,
                "x".repeat(1000)
            ))],
            4400,
        ),
        (
            vec![Message::binary(subscription.as_bytes().to_vec())],
            4400,
        ),
        (vec![Message::text(r#"{"type":"connection_init"}"#)], 4429),
        (
            vec![Message::text(subscription), Message::text(subscription)],
            4409,
        ),
    ] {
        let mut client = Socket::signed_in(app.address, &ada).await;
        let shown = format!("{frames:?}");
        for frame in frames {
            client.send(frame).await;
        }
        assert_eq!(client.closed().await.0, code, "{shown}");
    }
    let mut stranger = Socket::open(app.address).await;
    stranger.send(Message::text(subscription)).await;
    assert_eq!(stranger.closed().await, (4401, "Unauthorized".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn pings_are_answered_before_and_after_the_greeting() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let mut client = Socket::open(app.address).await;
    client
        .say(&json!({ "type": "ping", "payload": { "n": 1 } }))
        .await;
    assert_eq!(
        client.hear().await,
        json!({ "type": "pong", "payload": { "n": 1 } })
    );
    client.say(&json!({ "type": "pong" })).await;
    client.sign_in(&ada.access_token).await;
    client.say(&json!({ "type": "ping" })).await;
    assert_eq!(client.hear().await, json!({ "type": "pong" }));
    client.send(Message::Ping("x".into())).await;
    let frame = client.frame().await.expect("a frame").expect("a frame");
    assert_eq!(frame, Message::Pong("x".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn events_come_in_order_and_to_their_owner_only() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    let (mut adas, mut bobs) = (
        Socket::signed_in(app.address, &ada).await,
        Socket::signed_in(app.address, &bob).await,
    );
    adas.watch("a").await;
    bobs.watch("b").await;
    let id = ada.create_id("mine").await;
    let bobs_id = bob.create_id("his").await;
    let changes = [
        "query { __typename }",
        "mutation ($id: ID!) { toggleTask(input: { id: $id }) { task { id } } }",
        "mutation ($id: ID!) { deleteTask(input: { id: $id }) { deletedTaskId } }",
    ];
    // Each is heard before the next is made: what follows too quickly may be told as one.
    for (kind, query) in ["CREATED", "UPDATED", "DELETED"].into_iter().zip(changes) {
        ada.run(query, json!({ "id": id })).await.data();
        let event = adas.hear().await["payload"]["data"]["taskEvents"].take();
        assert_eq!(
            (&event["kind"], &event["taskId"]),
            (&json!(kind), &json!(id))
        );
    }
    let event = bobs.hear().await["payload"]["data"]["taskEvents"].take();
    assert_eq!(event["taskId"], json!(bobs_id));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_completed_subscription_says_nothing_more_and_its_id_is_free() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let mut client = Socket::signed_in(app.address, &ada).await;
    client.watch("1").await;
    client.watch("2").await;
    client.say(&json!({ "type": "complete", "id": "1" })).await;
    client
        .say(&json!({ "type": "complete", "id": "unheard of" }))
        .await;
    // Waits until the service has read that.
    client.watch("3").await;
    ada.create_id("x").await;
    let mut told = [
        client.hear().await["id"].take(),
        client.hear().await["id"].take(),
    ];
    told.sort_by_key(ToString::to_string);
    assert_eq!(told, [json!("2"), json!("3")]);
    client.subscribe("1", "{ __typename }").await;
    assert_eq!(client.hear().await["id"], "1");
}
