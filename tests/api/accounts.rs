//! Signing up, in and out; tokens and their rotation; cookies.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::{Value, json};

use testkit::*;

const CREDENTIALS_WRONG: (u16, &str, &str) = (200, "UNAUTHENTICATED", "CREDENTIALS_WRONG");
const TOKEN_INVALID: (u16, &str, &str) = (200, "UNAUTHENTICATED", "TOKEN_INVALID");

fn verdict(reply: &Reply) -> (u16, &str, &str) {
    (reply.status.as_u16(), reply.code(), reply.reason())
}

async fn refresh(client: &Client, token: &Value) -> Reply {
    client
        .mutate(REFRESH, json!({ "refreshToken": token }))
        .await
}

fn next(reply: &Reply) -> Value {
    reply.data()["refreshToken"]["refreshToken"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_has_one_account() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let taken = json!({"email": "ADA@EXAMPLE.ORG", "password": "another-password"});
    let reply = app.anonymous().mutate(REGISTER, taken).await;
    assert_eq!(verdict(&reply), (200, "CONFLICT", "EMAIL_TAKEN"));
    assert_eq!(
        ada.sign_in_again().await.id,
        ada.id,
        "the first password still counts"
    );
    let same = json!({"email": "grace@example.org", "password": "tidal-ochre-kestrel-42"});
    let replies =
        join_all((0..10).map(|_| async { app.anonymous().mutate(REGISTER, same.clone()).await }))
            .await;
    let won = replies
        .iter()
        .filter(|reply| reply.code().is_empty())
        .count();
    let lost = replies
        .iter()
        .filter(|reply| reply.reason() == "EMAIL_TAKEN")
        .count();
    assert_eq!((won, lost), (1, 9));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_sign_in_never_says_what_was_wrong() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let mut answers = BTreeSet::new();
    for (email, password) in [
        (ada.email.as_str(), "wrong-password"),
        (&ada.email, "TIDAL-OCHRE-KESTREL-42"),
        (&ada.email, "tidal-ochre-kestrel-42 "),
        (&ada.email, ""),
        (&ada.email, "\0"),
        ("nobody@example.org", "tidal-ochre-kestrel-42"),
        ("not an address", "tidal-ochre-kestrel-42"),
        ("", ""),
        ("' OR 1=1 --", "' OR 1=1 --"),
    ] {
        let reply = app
            .anonymous()
            .mutate(LOGIN, json!({"email": email, "password": password}))
            .await;
        assert_eq!(verdict(&reply), CREDENTIALS_WRONG, "{email}");
        answers.insert(reply.comparable());
    }
    assert_eq!(answers.len(), 1, "{answers:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_tabs_may_refresh_at_once() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let first = json!(ada.refresh_token);
    let anonymous = app.anonymous();
    let replies = join_all((0..20).map(|_| refresh(&anonymous, &first))).await;
    let children: BTreeSet<String> = replies
        .iter()
        .map(|reply| next(reply).to_string())
        .collect();
    assert_eq!(children.len(), 1, "all get one and the same token");
    let child = next(&replies[0]);
    assert_ne!(child, first);
    for reply in &replies {
        let token = reply.data()["refreshToken"]["accessToken"]
            .as_str()
            .unwrap();
        anonymous.with_token(token).run(ME, json!({})).await.data();
    }
    // The one before, within its time of grace, still gives the same.
    assert_eq!(next(&refresh(&anonymous, &first).await), child);
    next(&refresh(&anonymous, &child).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_comes_back_ends_its_session_and_no_other() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let elsewhere = ada.sign_in_again().await;
    let anonymous = app.anonymous();
    let first = json!(ada.refresh_token);
    let second = next(&refresh(&anonymous, &first).await);
    let third = next(&refresh(&anonymous, &second).await);
    // The grandparent of the newest: somebody has kept a copy.
    assert_eq!(verdict(&refresh(&anonymous, &first).await), TOKEN_INVALID);
    for token in [&first, &second, &third] {
        assert_eq!(verdict(&refresh(&anonymous, token).await), TOKEN_INVALID);
    }
    let refused = ada.run(ME, json!({})).await;
    refused.assert_refused(
        401,
        "UNAUTHENTICATED",
        "the access token of the ended session",
    );
    elsewhere.run(ME, json!({})).await.data();
    next(&refresh(&anonymous, &json!(elsewhere.refresh_token)).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_this_session_at_once() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let elsewhere = ada.sign_in_again().await;
    ada.run(LOGOUT, json!({})).await.data();
    let refused = ada.run(ME, json!({})).await;
    refused.assert_refused(401, "UNAUTHENTICATED", "after signing out");
    assert_eq!(
        refused.header("www-authenticate"),
        "Bearer realm=\"taskhive\", error=\"invalid_token\""
    );
    let reply = refresh(&app.anonymous(), &json!(ada.refresh_token)).await;
    assert_eq!(verdict(&reply), TOKEN_INVALID);
    elsewhere.run(ME, json!({})).await.data();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_refresh_token_is_refused() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let mut edited = ada.refresh_token.clone();
    let last = if edited.pop() == Some('A') { 'B' } else { 'A' };
    edited.insert(0, last);
    for token in [
        "",
        "x",
        "\0",
        &ada.access_token,
        &edited,
        &"x".repeat(10_000),
    ] {
        let reply = refresh(&app.anonymous(), &json!(token)).await;
        assert_eq!(verdict(&reply), TOKEN_INVALID, "{token}");
    }
    let nothing = refresh(&app.anonymous(), &Value::Null).await;
    assert_eq!(verdict(&nothing), (200, "UNAUTHENTICATED", "TOKEN_MISSING"));
    next(&refresh(&app.anonymous(), &json!(ada.refresh_token)).await);
}

/// The classic refresh loop: a client that sends its stale token with everything must be able to get a new one.
#[tokio::test(flavor = "multi_thread")]
async fn a_stale_authorization_header_does_not_keep_anybody_from_signing_in() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    ada.run(LOGOUT, json!({})).await.data();
    for client in [ada.client.clone(), app.anonymous().with_token("garbage")] {
        let input = json!({"email": ada.email, "password": ada.password});
        let reply = client.mutate(LOGIN, input).await;
        let token = reply.data()["login"]["refreshToken"].clone();
        next(&refresh(&client, &token).await);
        client.run("{ __typename }", json!({})).await.data();
    }
}

/// One cookie as the browser would keep it, and whether it was set or cleared.
fn cookie(reply: &Reply) -> Option<(String, bool)> {
    let line = reply.header("set-cookie");
    let (pair, attributes) = line.split_once("; ")?;
    for attribute in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(
            attributes.split("; ").any(|found| found == attribute),
            "{line}"
        );
    }
    Some((pair.to_owned(), !attributes.contains("Max-Age=0")))
}

#[tokio::test(flavor = "multi_thread")]
async fn browsers_get_their_refresh_token_as_a_cookie() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let anonymous = app.anonymous();
    let mut input = json!({"email": ada.email, "password": ada.password});
    assert_eq!(
        cookie(&anonymous.mutate(LOGIN, input.clone()).await),
        None,
        "nobody asked for one"
    );
    input["delivery"] = json!("COOKIE");
    let login = anonymous.mutate(LOGIN, input).await;
    assert_eq!(login.data()["login"]["refreshToken"], Value::Null);
    let (pair, set) = cookie(&login).unwrap();
    assert!(set && pair.starts_with("taskhive_refresh="), "{pair}");

    let own = app.url("");
    let body = json!({"query": REFRESH, "variables": {"input": {}}});
    let send = async |headers: &[(&str, &str)]| {
        let request = headers
            .iter()
            .fold(anonymous.post(), |request, (name, value)| {
                request.header(*name, *value)
            });
        anonymous.send(request.header("cookie", &pair), &body).await
    };
    for foreign in [
        vec![],
        vec![("sec-fetch-site", "cross-site")],
        vec![("sec-fetch-site", "same-site")],
        vec![("sec-fetch-site", "none")],
        vec![("sec-fetch-site", "cross-site"), ("origin", own.as_str())],
        vec![("origin", "http://evil.example")],
        vec![("origin", "null")],
    ] {
        let reply = send(&foreign).await;
        assert_eq!(
            verdict(&reply),
            (200, "UNAUTHENTICATED", "TOKEN_MISSING"),
            "{foreign:?}"
        );
        assert_eq!(cookie(&reply), None);
    }
    for same in [
        vec![("sec-fetch-site", "same-origin")],
        vec![("origin", own.as_str())],
    ] {
        let reply = send(&same).await;
        assert_eq!(
            reply.data()["refreshToken"]["refreshToken"],
            Value::Null,
            "{same:?}"
        );
        let (next, set) = cookie(&reply).unwrap();
        assert!(set && next != pair, "{same:?}");
    }
    // Only these two read it: it is no way to be signed in.
    let me = anonymous
        .post()
        .header("cookie", &pair)
        .header("sec-fetch-site", "same-origin");
    let me = anonymous.send(me, &json!({"query": ME})).await;
    me.assert_refused(401, "UNAUTHENTICATED", "a cookie is no credential");
    let token = login.data()["login"]["accessToken"].as_str().unwrap();
    let signed_out = anonymous.with_token(token).run(LOGOUT, json!({})).await;
    assert_eq!(
        cookie(&signed_out),
        Some(("taskhive_refresh=".to_owned(), false))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn with_https_the_cookie_is_bound_to_the_host() {
    let app = TestApp::with(&[("PUBLIC_URL", "https://tasks.example.org")]).await;
    let input = json!({"email": "ada@example.org", "password": "tidal-ochre-kestrel-42", "delivery": "COOKIE"});
    let reply = app.anonymous().mutate(REGISTER, input).await;
    reply.data();
    let line = reply.header("set-cookie");
    assert!(
        line.starts_with("__Host-taskhive_refresh=")
            && line.split("; ").any(|part| part == "Secure"),
        "{line}"
    );
    assert!(
        reply
            .header("strict-transport-security")
            .starts_with("max-age=")
    );
}
