//! The manual: its code runs, and it shows the code that runs.

use serde_json::{Value, json};
use testkit::LOGOUT;

use super::provider::{Provider, node};
use super::{PROGRAMS, SIGN_IN_URL, behind};

/// The modules of the manual, as a browser would run them.
#[tokio::test(flavor = "multi_thread")]
async fn somebody_signs_up_works_and_comes_back() {
    let provider = Provider::start();
    let (service, _folder) = behind(&provider.jwks_url(), &provider.url);
    let walk = node("walk.mjs", &service.url(""))
        .env("BETTER_AUTH_URL", &provider.url)
        .output()
        .unwrap();
    assert!(
        walk.status.success(),
        "{}",
        String::from_utf8_lossy(&walk.stderr)
    );
    let seen: Value = serde_json::from_slice(&walk.stdout).unwrap();
    assert_eq!(seen["before"], "sign in first");
    assert_eq!(seen["me"]["email"], "ada@example.org");
    assert_eq!(seen["tasks"], json!([{"title": "Read the manual"}]));
    assert_eq!(seen["after"], "sign in first");
    assert_eq!(seen["again"], seen["me"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_are_kept_elsewhere() {
    let provider = Provider::start();
    let (service, _folder) = behind(&provider.jwks_url(), &provider.url);
    let (token, _) = provider.token_of_new_user("ada@example.org").await;
    let server = "{ server { passwordLogin registrationOpen signInUrl } }";
    let reply = service.anonymous().run(server, json!({})).await;
    let expected =
        json!({"passwordLogin": false, "registrationOpen": false, "signInUrl": SIGN_IN_URL});
    assert_eq!(reply.data()["server"], expected);
    let ada = service.anonymous().with_token(&token);
    for mutation in [
        "register(input: {email: \"a@example.org\", password: \"correct horse\"}) { expiresIn }",
        "register(input: {email: \"\", password: \"\"}) { expiresIn }",
        "login(input: {email: \"ada@example.org\", password: \"!\"}) { expiresIn }",
        "refreshToken(input: {refreshToken: \"x\"}) { expiresIn }",
        "refreshToken(input: {}) { expiresIn }",
        "changePassword(input: {currentPassword: \"!\", newPassword: \"x\"}) { expiresIn }",
        "deleteAccount(input: {password: \"!\"}) { deletedUserId }",
    ] {
        let reply = ada
            .run(&format!("mutation {{ {mutation} }}"), json!({}))
            .await;
        assert_eq!(reply.status, 200, "{mutation}");
        assert_eq!(reply.code(), "FORBIDDEN", "{mutation}");
    }
    let reply = ada.run(LOGOUT, json!({})).await;
    assert_eq!(reply.data()["logout"]["success"], true);
    let query = "{ me { email } sessions { id } }";
    let reply = ada.run(query, json!({})).await;
    let expected = json!({"me": {"email": "ada@example.org"}, "sessions": []});
    assert_eq!(reply.data(), &expected);
}

#[test]
fn the_manual_shows_the_code_that_runs() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let manual = std::fs::read_to_string(format!("{root}/docs/better-auth.md")).unwrap();
    for program in &PROGRAMS[..4] {
        let path = format!("{root}/tests/better-auth/{program}");
        let code = std::fs::read_to_string(path).unwrap();
        let block = format!("```js\n{code}```");
        assert!(
            manual.contains(&block),
            "{program} is not in docs/better-auth.md as it is"
        );
    }
    for setting in taskhive::config::settings::SETTINGS {
        let is_ours = setting.name.starts_with("AUTH_");
        assert!(
            !is_ours || manual.contains(setting.name),
            "{}",
            setting.name
        );
    }
}
