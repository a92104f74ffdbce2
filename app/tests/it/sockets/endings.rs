//! Sockets end with their token, their session and the service.

use std::time::Duration;

use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use super::client::Client;
use super::limits::signed_in_at_last;
use super::service::Service;

const LOGOUT: &str = "mutation { logout { success } }";

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_ends_when_its_token_and_the_grace_time_are_over() {
    let service = Service::start().await;
    let ada = service.sign_up("ada").await;
    let token = service.token_good_for(&ada, Duration::from_secs(2)).await;
    let mut client = Client::open(&service).await;
    client.sign_in(&token).await;
    client.watch("1").await;
    assert_eq!(
        client.closed().await,
        (4403, "The access token has expired".to_owned())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_closes_the_sockets_of_that_session_on_every_instance() {
    let here = Service::start().await;
    let there = Service::beside(&here).await;
    let (ada, bob) = (here.sign_up("ada").await, here.sign_up("bob").await);
    let mut near = Client::signed_in(&here, &ada).await;
    let mut far = Client::signed_in(&there, &ada).await;
    let mut other = Client::signed_in(&here, &bob).await;
    other.watch("1").await;
    here.run(&ada, LOGOUT, json!({})).await;
    let ended = (4403, "The session has ended".to_owned());
    assert_eq!(near.closed().await, ended);
    assert_eq!(far.closed().await, ended);
    other.subscribe("2", "{ __typename }").await;
    assert_eq!(other.hear().await["id"], "2");
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_over_the_socket_is_answered_before_it_is_closed() {
    let service = Service::start().await;
    let ada = service.sign_up("ada").await;
    let mut client = Client::signed_in(&service, &ada).await;
    client.subscribe("1", LOGOUT).await;
    assert_eq!(
        client.hear().await["payload"],
        json!({ "data": { "logout": { "success": true } } })
    );
    assert_eq!(client.closed().await.0, 4403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stolen_refresh_token_closes_the_sockets_of_its_session() {
    let service = Service::start().await;
    let ada = service.sign_up("ada").await;
    let mut client = Client::signed_in(&service, &ada).await;
    client.watch("1").await;
    let refresh =
        "mutation ($t: String!) { refreshToken(input: { refreshToken: $t }) { refreshToken } }";
    let mut token = ada.refresh_token.clone();
    for _ in 0..2 {
        let data = service.run(&ada, refresh, json!({ "t": token })).await;
        token = data["refreshToken"]["refreshToken"]
            .as_str()
            .expect("a token")
            .to_owned();
    }
    // The grandparent comes back.
    let body = json!({ "query": refresh, "variables": { "t": ada.refresh_token } });
    let posted = reqwest::Client::new()
        .post(service.url("/graphql"))
        .json(&body);
    assert!(
        posted
            .send()
            .await
            .expect("an answer")
            .status()
            .is_success()
    );
    assert_eq!(client.closed().await.0, 4403);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_service_says_good_bye_to_every_socket_and_waits_for_them() {
    let service = Service::start().await;
    let ada = service.sign_up("ada").await;
    let mut stranger = Client::open(&service).await;
    let mut idle = Client::signed_in(&service, &ada).await;
    let mut watching = Client::signed_in(&service, &ada).await;
    watching.watch("1").await;
    let address = service.address;
    let stopped = tokio::spawn(service.stop());
    for client in [&mut stranger, &mut idle, &mut watching] {
        assert_eq!(client.closed().await.0, 1001);
    }
    stopped.await.expect("a service that stops");
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_client_is_given_up_and_one_that_answers_pings_is_not() {
    let service = Service::start_with(|limits| {
        limits.ping = Duration::from_millis(100);
        limits.silence = Duration::from_millis(500);
        limits.live_per_user = 1;
    })
    .await;
    let (ada, bob) = (service.sign_up("ada").await, service.sign_up("bob").await);
    // Pongs are sent only by those who read.
    let _silent = Client::signed_in(&service, &ada).await;
    let mut answering = Client::signed_in(&service, &bob).await;
    for _ in 0..10 {
        let frame = answering.frame().await;
        assert!(matches!(frame, Some(Ok(Message::Ping(_)))), "{frame:?}");
    }
    signed_in_at_last(&service, &ada.token).await;
}
