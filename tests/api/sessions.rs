//! What a signed-in person does to their account: sessions, password, leaving.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::{Value, json};

use testkit::*;

const SESSIONS: &str = "{ sessions { id current userAgent createdAt lastUsedAt expiresAt } }";
const REVOKE: &str =
    "mutation($input: RevokeSessionInput!) { revokeSession(input: $input) { revokedSessionId } }";
const REVOKE_OTHERS: &str = "mutation { revokeOtherSessions { revokedSessionIds } }";
const CHANGE_PASSWORD: &str =
    "mutation($input: ChangePasswordInput!) { changePassword(input: $input) {
    accessToken refreshToken expiresIn user { id email } } }";
const DELETE_ACCOUNT: &str =
    "mutation($input: DeleteAccountInput!) { deleteAccount(input: $input) { deletedUserId } }";
const NEW_PASSWORD: &str = "a-quite-different-one-7";

async fn sessions(user: &TestUser) -> Vec<Value> {
    let reply = user.run(SESSIONS, json!({})).await;
    reply.data()["sessions"].as_array().unwrap().clone()
}

fn ids(sessions: &[Value]) -> Vec<&str> {
    sessions
        .iter()
        .map(|session| session["id"].as_str().unwrap())
        .collect()
}

async fn assert_signed_out(user: &TestUser) {
    user.run(ME, json!({}))
        .await
        .assert_refused(401, "UNAUTHENTICATED", "signed out");
    let input = json!({ "refreshToken": user.refresh_token });
    let reply = user.mutate(REFRESH, input).await;
    assert_eq!(reply.reason(), "TOKEN_INVALID");
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_listed_and_ended_one_by_one() {
    let app = TestApp::new().await;
    let (laptop, eve) = (app.user("ada").await, app.user("eve").await);
    let phone = laptop.sign_in_again().await;
    let listed = sessions(&phone).await;
    assert_eq!(listed.len(), 2);
    assert_eq!(
        (&listed[0]["current"], &listed[1]["current"]),
        (&json!(true), &json!(false))
    );
    let laptops = ids(&listed)[1].to_owned();
    assert_eq!(ids(&sessions(&laptop).await).len(), 2);

    let foreign = eve.mutate(REVOKE, json!({ "id": laptops })).await;
    let unknown = eve
        .mutate(
            REVOKE,
            json!({ "id": "session_0197c0df1c3d7a42b6e5f4d3c2b1a098" }),
        )
        .await;
    assert_eq!(foreign.code(), "NOT_FOUND");
    assert_eq!(foreign.comparable(), unknown.comparable());
    let node = format!("{{ node(id: \"{laptops}\") {{ id ... on Session {{ current }} }} }}");
    assert_eq!(eve.run(&node, json!({})).await.data()["node"], Value::Null);
    assert_eq!(
        phone.run(&node, json!({})).await.data()["node"]["current"],
        json!(false)
    );

    let ended = phone.mutate(REVOKE, json!({ "id": laptops })).await;
    assert_eq!(
        ended.data()["revokeSession"]["revokedSessionId"],
        json!(laptops)
    );
    assert_signed_out(&laptop).await;
    assert_eq!(
        phone.mutate(REVOKE, json!({ "id": laptops })).await.code(),
        "NOT_FOUND"
    );
    let malformed = phone.mutate(REVOKE, json!({ "id": "x" })).await;
    assert_eq!(malformed.issues(), ["input.id MALFORMED"]);
    assert_eq!(sessions(&phone).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn everywhere_else_can_be_signed_out_at_once() {
    let app = TestApp::new().await;
    let here = app.user("ada").await;
    let others = [here.sign_in_again().await, here.sign_in_again().await];
    let reply = here.run(REVOKE_OTHERS, json!({})).await;
    let ended = reply.data()["revokeOtherSessions"]["revokedSessionIds"]
        .as_array()
        .unwrap();
    assert_eq!(ended.len(), 2);
    for other in &others {
        assert_signed_out(other).await;
    }
    here.run(ME, json!({})).await.data();
    assert_eq!(sessions(&here).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_password_counts_at_once_and_everywhere() {
    let app = TestApp::new().await;
    let here = app.user("ada").await;
    let elsewhere = here.sign_in_again().await;
    let change = |current: &str, new: &str| json!({"currentPassword": current, "newPassword": new});
    let wrong = here
        .mutate(CHANGE_PASSWORD, change("wrong-password", NEW_PASSWORD))
        .await;
    assert_eq!(
        (wrong.code(), wrong.reason()),
        ("UNAUTHENTICATED", "CREDENTIALS_WRONG")
    );
    let common = here
        .mutate(CHANGE_PASSWORD, change(here.password, "password1"))
        .await;
    assert_eq!(common.issues(), ["input.newPassword TOO_COMMON"]);
    elsewhere.run(ME, json!({})).await.data();

    let changed = here
        .mutate(CHANGE_PASSWORD, change(here.password, NEW_PASSWORD))
        .await;
    let renewed = TestUser::new(
        &app.anonymous(),
        here.email.clone(),
        NEW_PASSWORD,
        &changed.data()["changePassword"],
    );
    renewed.run(ME, json!({})).await.data();
    assert_signed_out(&elsewhere).await;
    let old = json!({"email": here.email, "password": here.password});
    assert_eq!(
        app.anonymous().mutate(LOGIN, old).await.reason(),
        "CREDENTIALS_WRONG"
    );
    renewed
        .sign_in_again()
        .await
        .run(ME, json!({}))
        .await
        .data();
    let refreshed = renewed
        .mutate(REFRESH, json!({ "refreshToken": renewed.refresh_token }))
        .await;
    refreshed.data();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_password_can_be_repeated_when_its_answer_got_lost() {
    let app = TestApp::new().await;
    let here = app.user("ada").await;
    let change = json!({"currentPassword": here.password, "newPassword": NEW_PASSWORD});
    let mut answers = Vec::new();
    for _ in 0..3 {
        let changed = here.mutate(CHANGE_PASSWORD, change.clone()).await;
        answers.push(changed.data()["changePassword"].clone());
    }
    let tokens: Vec<&Value> = answers.iter().map(|each| &each["refreshToken"]).collect();
    assert!(tokens[0].is_string() && tokens.iter().all(|token| *token == tokens[0]));
    let renewed = TestUser::new(
        &app.anonymous(),
        here.email.clone(),
        NEW_PASSWORD,
        &answers[2],
    );
    let input = json!({ "refreshToken": renewed.refresh_token });
    renewed.mutate(REFRESH, input).await.data();
    assert_eq!(sessions(&renewed).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_account_is_gone_with_everything_in_it() {
    let app = TestApp::new().await;
    let (ada, eve) = (app.user("ada").await, app.user("eve").await);
    let elsewhere = ada.sign_in_again().await;
    ada.create("To be forgotten").await;
    eve.create("To be kept").await;
    let wrong = ada
        .mutate(DELETE_ACCOUNT, json!({"password": "wrong-password"}))
        .await;
    assert_eq!(wrong.reason(), "CREDENTIALS_WRONG");
    ada.run(ME, json!({})).await.data();

    let gone = ada
        .mutate(DELETE_ACCOUNT, json!({"password": ada.password}))
        .await;
    assert_eq!(gone.data()["deleteAccount"]["deletedUserId"], json!(ada.id));
    for session in [&ada, &elsewhere] {
        assert_signed_out(session).await;
    }
    let login = json!({"email": ada.email, "password": ada.password});
    assert_eq!(
        app.anonymous().mutate(LOGIN, login).await.reason(),
        "CREDENTIALS_WRONG"
    );
    let back = app.user("ada").await;
    assert_ne!(back.id, ada.id);
    assert_eq!(back.page(json!({})).await["totalCount"], json!(0));
    assert_eq!(eve.page(json!({})).await["totalCount"], json!(1));
}

/// Twenty refreshes of one token, half of them at another instance, and once more after the answers are lost.
#[tokio::test(flavor = "multi_thread")]
async fn two_instances_refresh_like_one() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let clients = [app.anonymous(), app.another_instance().await.anonymous()];
    let input = json!({ "refreshToken": ada.refresh_token });
    let replies = join_all((0..20).map(|n| clients[n % 2].mutate(REFRESH, input.clone()))).await;
    let next = |reply: &Reply| {
        reply.data()["refreshToken"]["refreshToken"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let children: BTreeSet<String> = replies.iter().map(next).collect();
    assert_eq!(children.len(), 1);
    let again = clients[1].mutate(REFRESH, input).await;
    assert_eq!(BTreeSet::from([next(&again)]), children);
    let child = json!({ "refreshToken": children.first() });
    let access =
        clients[0].mutate(REFRESH, child).await.data()["refreshToken"]["accessToken"].clone();
    for client in &clients {
        client
            .with_token(access.as_str().unwrap())
            .run(ME, json!({}))
            .await
            .data();
    }
}

/// Within two seconds, that is: asked again and again, the other instance must refuse before long, and never accept again.
#[tokio::test(flavor = "multi_thread")]
async fn signing_out_counts_at_the_other_instance() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let there = app.another_instance().await.anonymous();
    let there = there.with_token(&ada.access_token);
    there.run(ME, json!({})).await.data();
    ada.run(LOGOUT, json!({})).await.data();
    let patience = std::time::Instant::now();
    let mut reply = there.run(ME, json!({})).await;
    while reply.status == 200 && patience.elapsed() < std::time::Duration::from_secs(20) {
        reply = there.run(ME, json!({})).await;
    }
    reply.assert_refused(401, "UNAUTHENTICATED", "at the other instance");
    there
        .run(ME, json!({}))
        .await
        .assert_refused(401, "UNAUTHENTICATED", "once more");
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_can_ask_how_the_service_is_set_up() {
    let query = "{ server { registrationOpen passwordLogin signInUrl maxPageSize maxTitleLength maxDescriptionLength minPasswordLength version } }";
    let app = TestApp::new().await;
    let reply = app.anonymous().run(query, json!({})).await;
    assert_eq!(
        reply.data()["server"],
        json!({"registrationOpen": true, "passwordLogin": true, "signInUrl": null, "maxPageSize": 100, "maxTitleLength": 200,
            "maxDescriptionLength": 2000, "minPasswordLength": 8, "version": env!("CARGO_PKG_VERSION")})
    );
    let closed = TestApp::with(&[("REGISTRATION", "closed")]).await;
    let reply = closed.anonymous().run(query, json!({})).await;
    assert_eq!(reply.data()["server"]["registrationOpen"], json!(false));
    let input = json!({"email": "ada@example.org", "password": NEW_PASSWORD});
    assert_eq!(
        closed.anonymous().mutate(REGISTER, input).await.code(),
        "FORBIDDEN"
    );
}
