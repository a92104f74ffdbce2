//! Better Auth in a process of its own.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

use reqwest::Client;
use serde_json::{Value, json};

use crate::{AUDIENCE, PROGRAMS, npm};

/// Installed once for all tests of this binary.
pub(crate) static FOLDER: LazyLock<PathBuf> =
    LazyLock::new(|| npm::install("better-auth", &PROGRAMS));

/// `node` with one of the programs, and what they want to know.
pub(crate) fn node(program: &str, taskhive_url: &str) -> Command {
    let mut command = npm::with_node("node");
    command
        .arg(FOLDER.join(program))
        .env("BETTER_AUTH_SECRET", "kX3vQ9sLw0ZtB7nRy5HcJd2MgEa8UfPi")
        .env("TASKHIVE_URL", taskhive_url);
    command
}

/// A running provider. It ends with the pipe to it, and so with the test.
pub(crate) struct Provider {
    pub(crate) url: String,
    client: Client,
    process: Child,
}

impl Provider {
    pub(crate) fn start() -> Self {
        let mut process = node("server.mjs", AUDIENCE)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("scripts/with-node starts");
        let mut url = String::new();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        output.read_line(&mut url).unwrap();
        assert!(url.starts_with("http"), "Better Auth did not start");
        Self {
            url: url.trim().to_owned(),
            client: Client::new(),
            process,
        }
    }

    pub(crate) fn jwks_url(&self) -> String {
        format!("{}/api/auth/jwks", self.url)
    }

    /// Asks for something that only a test wants.
    pub(crate) async fn control(&self, what: &str, body: Value) -> Value {
        let request = self.client.post(format!("{}/control/{what}", self.url));
        let response = request.body(body.to_string()).send().await.unwrap();
        let text = response.text().await.unwrap();
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("{what}: {text}"))
    }

    /// Signs somebody up, and fetches the token of the new session as a browser does.
    pub(crate) async fn token_of_new_user(&self, email: &str) -> (String, String) {
        let user = json!({"name": "Ada", "email": email, "password": "correct horse battery"});
        let request = self
            .client
            .post(format!("{}/api/auth/sign-up/email", self.url));
        let request = request
            .header("Origin", &self.url)
            .header("Content-Type", "application/json");
        let response = request.body(user.to_string()).send().await.unwrap();
        assert_eq!(response.status(), 200);
        let cookies = response.headers().get_all("set-cookie").iter();
        let cookies = cookies.map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap());
        let cookie = cookies.collect::<Vec<_>>().join("; ");
        (self.token(&cookie).await, cookie)
    }

    /// A token for a session.
    pub(crate) async fn token(&self, cookie: &str) -> String {
        let request = self.client.get(format!("{}/api/auth/token", self.url));
        let response = request.header("Cookie", cookie).send().await.unwrap();
        let body: Value = response.json().await.unwrap();
        body["token"].as_str().unwrap().to_owned()
    }

    /// A token of the plugin with other claims or options than usual.
    pub(crate) async fn signed(&self, payload: Value, options: Value) -> String {
        let body = json!({"payload": payload, "options": options});
        let answer = self.control("sign", body).await;
        answer["token"].as_str().unwrap().to_owned()
    }

    /// How often the keys were fetched.
    pub(crate) async fn jwks_requests(&self) -> u64 {
        let answer = self.control("jwksRequests", json!({})).await;
        answer.as_u64().unwrap()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
