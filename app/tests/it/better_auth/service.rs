//! The binary in a process of its own, with an empty SQLite file.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStderr, Command, Stdio};

use reqwest::header::HeaderMap;
use reqwest::{Client, Response};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::AUDIENCE;

pub(crate) struct Service {
    pub(crate) url: String,
    client: Client,
    log: BufReader<ChildStderr>,
    /// What was read from the log so far.
    seen: Vec<String>,
    process: Child,
    _folder: TempDir,
}

impl Service {
    /// Behind a provider with these keys and this name.
    pub(crate) fn behind(jwks_url: &str, issuer: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut process = Command::new(env!("CARGO_BIN_EXE_taskhive"))
            .current_dir(folder.path())
            .env_clear()
            .envs([("HOST", "127.0.0.1"), ("PORT", "0")])
            .envs([("AUTH_JWKS_URL", jwks_url), ("AUTH_ISSUER", issuer)])
            .env("AUTH_AUDIENCE", AUDIENCE)
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = BufReader::new(process.stderr.take().unwrap());
        let mut service = Self {
            url: String::new(),
            client: Client::new(),
            log,
            seen: Vec::new(),
            process,
            _folder: folder,
        };
        let line = service.line_with("listening on ");
        let url = line.split("listening on ").nth(1).unwrap();
        url.split(';')
            .next()
            .unwrap()
            .trim()
            .clone_into(&mut service.url);
        service
    }

    /// The line of the log that says so; waits for it if it is not there yet.
    pub(crate) fn line_with(&mut self, text: &str) -> String {
        if let Some(line) = self.seen.iter().find(|line| line.contains(text)) {
            return line.clone();
        }
        loop {
            let mut line = String::new();
            let read = self.log.read_line(&mut line).unwrap();
            assert!(read > 0, "the log ended without {text:?}: {:?}", self.seen);
            self.seen.push(line.clone());
            if line.contains(text) {
                return line;
            }
        }
    }

    pub(crate) async fn send(&self, headers: HeaderMap, query: &str) -> Response {
        let request = self.client.post(format!("{}/graphql", self.url));
        let body = json!({"query": query}).to_string();
        let request = request.header("Content-Type", "application/json");
        request.headers(headers).body(body).send().await.unwrap()
    }

    /// The status and the body.
    pub(crate) async fn run(&self, token: &str, query: &str) -> (u16, Value) {
        let mut headers = HeaderMap::new();
        if !token.is_empty() {
            headers.insert("Authorization", format!("Bearer {token}").parse().unwrap());
        }
        let response = self.send(headers, query).await;
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// The status, and the code of the first error, for somebody's own account.
    pub(crate) async fn admits(&self, token: &str) -> (u16, String) {
        let (status, body) = self.run(token, "{ me { id } }").await;
        (status, code(&body).to_owned())
    }
}

/// The code of the first error; nothing if there is none.
pub(crate) fn code(body: &Value) -> &str {
    let code = &body["errors"][0]["extensions"]["code"];
    code.as_str().unwrap_or_default()
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
