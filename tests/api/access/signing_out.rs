//! Signing out with nothing but the cookie: a browser whose access token has expired can still do it, and only from the
//! service's own pages.

use serde_json::{Value, json};

use super::credentials::{ENDED_SESSION, bad_credentials};
use testkit::*;

/// A sign-in of this user that a browser keeps: the cookie, and the session's access token.
async fn in_a_browser(app: &TestApp, user: &TestUser) -> (String, String) {
    let input = json!({"email": user.email, "password": user.password, "delivery": "COOKIE"});
    let reply = app.anonymous().mutate(LOGIN, input).await;
    let token = reply.data()["login"]["accessToken"].as_str().unwrap();
    let cookie = reply.header("set-cookie");
    let (cookie, _) = cookie.split_once("; ").unwrap();
    (cookie.to_owned(), token.to_owned())
}

async fn ask(
    app: &TestApp,
    document: &str,
    variables: Value,
    headers: &[(&str, Option<&str>)],
) -> Reply {
    let given = headers
        .iter()
        .filter_map(|(name, value)| Some((*name, (*value)?)));
    let request = given.fold(app.anonymous().post(), |request, (name, value)| {
        request.header(name, value)
    });
    let body = json!({"query": document, "variables": variables});
    app.anonymous().send(request, &body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cookie_signs_out_where_no_good_access_token_does() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    // An ended session's token signs out by itself.
    let credentials = bad_credentials(&ada).await.into_iter();
    for (name, header, reason) in credentials.filter(|(name, ..)| *name != ENDED_SESSION) {
        let (cookie, token) = in_a_browser(&app, &ada).await;
        let bearer = ("authorization", header.as_deref());
        let cookie = ("cookie", Some(cookie.as_str()));
        for foreign in [None, Some("cross-site"), Some("same-site"), Some("none")] {
            let headers = [bearer, cookie, ("sec-fetch-site", foreign)];
            let reply = ask(&app, LOGOUT, json!({}), &headers).await;
            reply.assert_refused(401, "UNAUTHENTICATED", name);
            assert_eq!((reply.reason(), reply.header("set-cookie")), (reason, ""));
        }
        let own = ("sec-fetch-site", Some("same-origin"));
        let other = "mutation { logout { success } revokeOtherSessions { revokedSessionIds } }";
        let reply = ask(&app, other, json!({}), &[bearer, cookie, own]).await;
        reply.assert_refused(401, "UNAUTHENTICATED", name);
        let still = app.anonymous().with_token(&token).run(ME, json!({})).await;
        assert!(still.data()["me"].is_object(), "{name}");

        // The second time there is nothing left to end, and the browser is rid of its cookie all the same.
        for _ in 0..2 {
            let reply = ask(&app, LOGOUT, json!({}), &[bearer, cookie, own]).await;
            assert_eq!(
                reply.data(),
                &json!({"logout": {"success": true}}),
                "{name}"
            );
            let cleared = reply.header("set-cookie");
            assert!(cleared.starts_with("taskhive_refresh=; "), "{cleared}");
        }
        let ended = app.anonymous().with_token(&token).run(ME, json!({})).await;
        ended.assert_refused(401, "UNAUTHENTICATED", name);
        let input = json!({"input": {}});
        let refused = ask(&app, REFRESH, input, &[cookie, own]).await;
        assert_eq!(refused.reason(), "TOKEN_INVALID");
    }
    // Nobody else's session was touched.
    ada.run(ME, json!({})).await.data();
}

/// The answer to the first time may have got lost.
#[tokio::test(flavor = "multi_thread")]
async fn signing_out_twice_is_no_mistake() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let elsewhere = ada.sign_in_again().await;
    for _ in 0..3 {
        let reply = ada.run(LOGOUT, json!({})).await;
        assert_eq!(reply.data(), &json!({"logout": {"success": true}}));
    }
    let other = "mutation { logout { success } revokeOtherSessions { revokedSessionIds } }";
    for document in [ME, other] {
        let refused = ada.run(document, json!({})).await;
        refused.assert_refused(401, "UNAUTHENTICATED", document);
    }
    elsewhere.run(ME, json!({})).await.data();
}

/// Whoever signed in anew in the meantime wants to leave that session.
#[tokio::test(flavor = "multi_thread")]
async fn the_cookie_goes_before_the_token_of_an_ended_session() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    ada.run(LOGOUT, json!({})).await.data();
    let (cookie, token) = in_a_browser(&app, &ada).await;
    let bearer = format!("Bearer {}", ada.access_token);
    let headers = [
        ("authorization", Some(bearer.as_str())),
        ("cookie", Some(cookie.as_str())),
        ("sec-fetch-site", Some("same-origin")),
    ];
    ask(&app, LOGOUT, json!({}), &headers).await.data();
    let ended = app.anonymous().with_token(&token).run(ME, json!({})).await;
    ended.assert_refused(401, "UNAUTHENTICATED", "the cookie's session");
}

/// A cookie of another session does not count beside a good access token.
#[tokio::test(flavor = "multi_thread")]
async fn a_good_access_token_goes_before_the_cookie() {
    let app = TestApp::new().await;
    let ada = app.user("ada").await;
    let (cookie, token) = in_a_browser(&app, &ada).await;
    let bearer = format!("Bearer {}", ada.access_token);
    let headers = [
        ("authorization", Some(bearer.as_str())),
        ("cookie", Some(cookie.as_str())),
        ("sec-fetch-site", Some("same-origin")),
    ];
    ask(&app, LOGOUT, json!({}), &headers).await.data();
    let ended = ada.run(ME, json!({})).await;
    ended.assert_refused(401, "UNAUTHENTICATED", "the token's session");
    let other = app.anonymous().with_token(&token).run(ME, json!({})).await;
    assert!(other.data()["me"].is_object());
}
