//! Those who send requests: anybody, and somebody with an account.

use std::net::SocketAddr;

use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::{CREATE, LOGIN, Reply, TASKS};

/// Sends requests, with a token or without.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    url: String,
    token: Option<String>,
}

impl Client {
    pub(crate) fn new(address: SocketAddr) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let url = format!("http://{address}/graphql");
        Self {
            http,
            url,
            token: None,
        }
    }

    /// The same with this access token.
    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    /// A POST request without a body, to be completed.
    pub(crate) fn post(&self) -> RequestBuilder {
        self.authorized(self.http.post(&self.url))
    }

    /// A GET request with these parameters.
    pub(crate) fn get(&self, parameters: &[(&str, &str)]) -> RequestBuilder {
        let encoded: Vec<String> = parameters
            .iter()
            .map(|(name, value)| format!("{name}={}", percent_encoded(value)))
            .collect();
        let url = format!("{}?{}", self.url, encoded.join("&"));
        self.authorized(self.http.get(url))
    }

    /// A request to another path of the service.
    pub(crate) fn at(&self, method: &str, path: &str) -> RequestBuilder {
        let method = method.parse().unwrap();
        let url = self.url.replace("/graphql", path);
        self.http.request(method, url)
    }

    fn authorized(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Runs an operation.
    pub(crate) async fn run(&self, query: &str, variables: Value) -> Reply {
        self.send(
            self.post(),
            &json!({"query": query, "variables": variables}),
        )
        .await
    }

    /// Runs a mutation that takes one `input`.
    pub(crate) async fn mutate(&self, query: &str, input: Value) -> Reply {
        self.run(query, json!({ "input": input })).await
    }

    /// Sends a request with this JSON for a body.
    pub(crate) async fn send(&self, request: RequestBuilder, body: &Value) -> Reply {
        Reply::of(request.json(body).send().await.unwrap()).await
    }
}

/// Enough for a value in a query string: everything but letters and digits is escaped.
fn percent_encoded(text: &str) -> String {
    let one = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(one).collect()
}

/// Somebody with an account, signed in.
#[derive(Clone)]
pub(crate) struct TestUser {
    pub(crate) client: Client,
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) password: &'static str,
    pub(crate) access_token: String,
    pub(crate) refresh_token: String,
}

impl TestUser {
    /// From what `register` or `login` answered.
    pub(crate) fn new(
        anonymous: &Client,
        email: String,
        password: &'static str,
        payload: &Value,
    ) -> Self {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let access_token = text(&payload["accessToken"]);
        Self {
            client: anonymous.with_token(&access_token),
            id: text(&payload["user"]["id"]),
            email,
            password,
            access_token,
            refresh_token: text(&payload["refreshToken"]),
        }
    }

    /// The same person, signed in once more.
    pub(crate) async fn sign_in_again(&self) -> Self {
        let input = json!({"email": self.email, "password": self.password});
        let anonymous = Client {
            token: None,
            ..self.client.clone()
        };
        let reply = anonymous.mutate(LOGIN, input).await;
        Self::new(
            &anonymous,
            self.email.clone(),
            self.password,
            &reply.data()["login"],
        )
    }

    /// Runs an operation.
    pub(crate) async fn run(&self, query: &str, variables: Value) -> Reply {
        self.client.run(query, variables).await
    }

    /// Runs a mutation that takes one `input`.
    pub(crate) async fn mutate(&self, query: &str, input: Value) -> Reply {
        self.client.mutate(query, input).await
    }

    /// A new task, as the service shows it.
    pub(crate) async fn create(&self, title: &str) -> Value {
        let reply = self.mutate(CREATE, json!({ "title": title })).await;
        reply.data()["createTask"]["task"].clone()
    }

    /// The ID of a new task.
    pub(crate) async fn create_id(&self, title: &str) -> String {
        self.create(title).await["id"].as_str().unwrap().to_owned()
    }

    /// A page of this person's tasks.
    pub(crate) async fn page(&self, arguments: Value) -> Value {
        self.run(TASKS, arguments).await.data()["tasks"].clone()
    }

    /// The titles on a page.
    pub(crate) async fn titles(&self, arguments: Value) -> Vec<String> {
        let page = self.page(arguments).await;
        let title = |edge: &Value| edge["node"]["title"].as_str().unwrap().to_owned();
        page["edges"]
            .as_array()
            .unwrap()
            .iter()
            .map(title)
            .collect()
    }
}
