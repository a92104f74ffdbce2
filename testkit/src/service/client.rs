//! Those who send requests: anybody, and somebody with an account.

use std::net::SocketAddr;
use std::time::Duration;

use reqwest::RequestBuilder;
use serde_json::{Value, json};

use taskhive_adapters::clock::SystemClock;
use taskhive_adapters::jwt::JwtIssuer;
use taskhive_domain::Timestamp;
use taskhive_domain::ports::{Clock, TokenIssuer};
use taskhive_domain::session::{ACCESS_TOKEN_LIFETIME, AccessClaims, CLOCK_LEEWAY};

use crate::{CREATE, LOGIN, PASSWORD, REGISTER, Reply, TASKS, signing_secrets};

/// Sends requests, with a token or without.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    token: Option<String>,
}

impl Client {
    /// Of the service that listens there, on a connection of its own.
    pub fn new(address: SocketAddr) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let url = format!("http://{address}/graphql");
        Self {
            http,
            url,
            token: None,
        }
    }

    /// The same with this access token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    /// A POST request without a body, to be completed.
    pub fn post(&self) -> RequestBuilder {
        self.authorized(self.http.post(&self.url))
    }

    /// A GET request with these parameters.
    pub fn get(&self, parameters: &[(&str, &str)]) -> RequestBuilder {
        let encoded: Vec<String> = parameters
            .iter()
            .map(|(name, value)| format!("{name}={}", percent_encoded(value)))
            .collect();
        let url = format!("{}?{}", self.url, encoded.join("&"));
        self.authorized(self.http.get(url))
    }

    /// A request to another path of the service.
    pub fn at(&self, method: &str, path: &str) -> RequestBuilder {
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
    pub async fn run(&self, query: &str, variables: Value) -> Reply {
        self.send(
            self.post(),
            &json!({"query": query, "variables": variables}),
        )
        .await
    }

    /// Runs a mutation that takes one `input`.
    pub async fn mutate(&self, query: &str, input: Value) -> Reply {
        self.run(query, json!({ "input": input })).await
    }

    /// A new account under `name`, signed in.
    pub async fn sign_up(&self, name: &str) -> TestUser {
        let email = format!("{name}@example.org");
        let input = json!({"email": email, "password": PASSWORD});
        let reply = self.mutate(REGISTER, input).await;
        TestUser::new(self, email, PASSWORD, &reply.data()["register"])
    }

    /// Sends a request with this JSON for a body.
    pub async fn send(&self, request: RequestBuilder, body: &Value) -> Reply {
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
pub struct TestUser {
    /// Sends requests with the access token.
    pub client: Client,
    /// As the service shows it.
    pub id: String,
    /// As it was given.
    pub email: String,
    /// As it was given.
    pub password: &'static str,
    /// Of the session that began with it.
    pub access_token: String,
    /// Of the session that began with it.
    pub refresh_token: String,
}

impl TestUser {
    /// From what `register` or `login` answered.
    pub fn new(anonymous: &Client, email: String, password: &'static str, payload: &Value) -> Self {
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
    pub async fn sign_in_again(&self) -> Self {
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

    /// A token of the same session that, leeway included, is good for so much longer.
    pub async fn token_good_for(&self, left: Duration) -> String {
        self.token_until(SystemClock.now().plus(left).minus(CLOCK_LEEWAY))
            .await
    }

    /// A token of the same session that was good until an hour ago.
    pub async fn expired_token(&self) -> String {
        let an_hour_ago = SystemClock.now().minus(Duration::from_hours(1));
        self.token_until(an_hour_ago).await
    }

    /// What the service would have made of the session a token's lifetime earlier.
    async fn token_until(&self, expires_at: Timestamp) -> String {
        let issuer = JwtIssuer::new(&signing_secrets(), "taskhive", "taskhive").unwrap();
        let verified = issuer.verify_access(&self.access_token, SystemClock.now());
        let claims = AccessClaims {
            expires_at,
            ..verified.await.expect("a good token")
        };
        let issued_at = expires_at.minus(ACCESS_TOKEN_LIFETIME);
        let token = issuer.issue_access(&claims, issued_at).unwrap();
        token.reveal().to_owned()
    }

    /// Runs an operation.
    pub async fn run(&self, query: &str, variables: Value) -> Reply {
        self.client.run(query, variables).await
    }

    /// Runs a mutation that takes one `input`.
    pub async fn mutate(&self, query: &str, input: Value) -> Reply {
        self.client.mutate(query, input).await
    }

    /// A new task, as the service shows it.
    pub async fn create(&self, title: &str) -> Value {
        let reply = self.mutate(CREATE, json!({ "title": title })).await;
        reply.data()["createTask"]["task"].clone()
    }

    /// The ID of a new task.
    pub async fn create_id(&self, title: &str) -> String {
        self.create(title).await["id"].as_str().unwrap().to_owned()
    }

    /// A page of this person's tasks.
    pub async fn page(&self, arguments: Value) -> Value {
        self.run(TASKS, arguments).await.data()["tasks"].clone()
    }

    /// The titles on a page.
    pub async fn titles(&self, arguments: Value) -> Vec<String> {
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
