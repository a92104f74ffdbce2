//! Sockets end with their token, their session and the service.

use std::time::Duration;

use serde_json::json;
use testkit::{LOGOUT, REFRESH, Socket, TestApp};
use tokio_tungstenite::tungstenite::Message;

use super::limits::signed_in_at_last;

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_ends_when_its_token_and_the_grace_time_are_over() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let token = ada.token_good_for(Duration::from_secs(2)).await;
    let mut client = Socket::open(app.address).await;
    client.sign_in(&token).await;
    client.watch("1").await;
    assert_eq!(
        client.closed().await,
        (4403, "The access token has expired".to_owned())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_closes_the_sockets_of_that_session_on_every_instance() {
    let here = TestApp::new().await;
    let there = here.another_instance().await;
    let (ada, bob) = (here.user("ada").await, here.user("bob").await);
    let mut near = Socket::signed_in(here.address, &ada).await;
    let mut far = Socket::signed_in(there.address, &ada).await;
    let mut other = Socket::signed_in(here.address, &bob).await;
    other.watch("1").await;
    ada.run(LOGOUT, json!({})).await.data();
    let ended = (4403, "The session has ended".to_owned());
    assert_eq!(near.closed().await, ended);
    assert_eq!(far.closed().await, ended);
    other.subscribe("2", "{ __typename }").await;
    assert_eq!(other.hear().await["id"], "2");
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_over_the_socket_is_answered_before_it_is_closed() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let mut client = Socket::signed_in(app.address, &ada).await;
    client.subscribe("1", LOGOUT).await;
    assert_eq!(
        client.hear().await["payload"],
        json!({ "data": { "logout": { "success": true } } })
    );
    assert_eq!(client.closed().await.0, 4403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stolen_refresh_token_closes_the_sockets_of_its_session() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let mut client = Socket::signed_in(app.address, &ada).await;
    client.watch("1").await;
    let mut token = ada.refresh_token.clone();
    for _ in 0..2 {
        let refreshed = ada.mutate(REFRESH, json!({ "refreshToken": token })).await;
        token = refreshed.data()["refreshToken"]["refreshToken"]
            .as_str()
            .expect("a token")
            .to_owned();
    }
    // The grandparent comes back.
    let reused = json!({ "refreshToken": ada.refresh_token });
    let reply = app.anonymous().mutate(REFRESH, reused).await;
    assert!(reply.status.is_success());
    assert_eq!(client.closed().await.0, 4403);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_service_says_good_bye_to_every_socket_and_waits_for_them() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let mut stranger = Socket::open(app.address).await;
    let mut idle = Socket::signed_in(app.address, &ada).await;
    let mut watching = Socket::signed_in(app.address, &ada).await;
    watching.watch("1").await;
    let address = app.address;
    let stopped = tokio::spawn(app.stop());
    for client in [&mut stranger, &mut idle, &mut watching] {
        assert_eq!(client.closed().await.0, 1001);
    }
    stopped.await.expect("a service that stops");
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_client_is_given_up_and_one_that_answers_pings_is_not() {
    let app = TestApp::configured(&[], |config| {
        config.sockets.ping = Duration::from_millis(100);
        config.sockets.silence = Duration::from_millis(500);
        config.live_per_user = 1;
    })
    .await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    // Pongs are sent only by those who read.
    let _silent = Socket::signed_in(app.address, &ada).await;
    let mut answering = Socket::signed_in(app.address, &bob).await;
    for _ in 0..10 {
        let frame = answering.frame().await;
        assert!(matches!(frame, Some(Ok(Message::Ping(_)))), "{frame:?}");
    }
    signed_in_at_last(&app, &ada.access_token).await;
}
