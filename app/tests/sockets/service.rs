//! A service that listens on loopback, on a database of its own.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use taskhive::config::{Config, Limits};
use taskhive::http::server::{self, ServerLimits};
use taskhive::wiring;
use taskhive_adapters::clock::SystemClock;
use taskhive_adapters::jwt::{JwtIssuer, SigningSecrets};
use taskhive_adapters::store::Store;
use taskhive_domain::ports::{Clock, TokenIssuer};
use taskhive_domain::session::{AccessClaims, CLOCK_LEEWAY};
use taskhive_domain::testing::PlainHasher;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// An origin that the configuration allows.
pub(crate) const ALLOWED_ORIGIN: &str = "https://app.example.org";

const SECRET: &str = "x7Q2mVb9Lr4TzK1pWc8Ys5Nd3Gh6Jf0A";

/// One running instance.
pub(crate) struct Service {
    pub(crate) address: SocketAddr,
    database: Arc<Database>,
    stop: oneshot::Sender<()>,
    served: JoinHandle<()>,
}

struct Database {
    store: Store,
    config: BTreeMap<String, String>,
    _folder: TempDir,
}

/// Somebody with an account.
pub(crate) struct User {
    pub(crate) token: String,
    pub(crate) refresh_token: String,
}

fn config(vars: &BTreeMap<String, String>, limits: impl FnOnce(&mut Limits)) -> Config {
    let mut config = Config::from_vars(vars).expect("a valid configuration");
    limits(&mut config.limits);
    config
}

fn secrets() -> SigningSecrets {
    SigningSecrets::parse(SECRET).expect("a secret")
}

impl Service {
    /// With the limits of the contract.
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// With other limits.
    pub(crate) async fn start_with(limits: impl FnOnce(&mut Limits)) -> Self {
        Self::start_as(&[], limits).await
    }

    /// With other settings and limits.
    pub(crate) async fn start_as(
        settings: &[(&str, &str)],
        limits: impl FnOnce(&mut Limits),
    ) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}", folder.path().join("test.db").display());
        let vars = [
            ("DATABASE_URL", url.as_str()),
            ("JWT_SECRET", SECRET),
            ("CORS_ORIGINS", ALLOWED_ORIGIN),
            ("LIMIT_REGISTER_PER_HOUR", "0"),
        ];
        let vars = vars.iter().chain(settings);
        let vars: BTreeMap<_, _> = vars
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect();
        let config = config(&vars, limits);
        let store = wiring::open_store(&config).await.expect("a database");
        store.migrate().await.expect("migrations");
        let database = Database {
            store,
            config: vars,
            _folder: folder,
        };
        Self::serve(&config, Arc::new(database)).await
    }

    /// Another instance on the same database.
    pub(crate) async fn beside(other: &Self) -> Self {
        let config = config(&other.database.config, |_| {});
        Self::serve(&config, Arc::clone(&other.database)).await
    }

    async fn serve(config: &Config, database: Arc<Database>) -> Self {
        let hasher = Arc::new(PlainHasher::default());
        let app = wiring::build_with(config, &database.store, &secrets(), hasher).expect("an app");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let limits = ServerLimits {
            connections: 1000,
            header_timeout: config.limits.headers,
            notice: Duration::ZERO,
            grace: config.limits.grace,
        };
        let (stop, stopped) = oneshot::channel::<()>();
        let stop_signal = async move { drop(stopped.await) };
        let served = tokio::spawn(server::serve(
            listener,
            app.router,
            limits,
            app.shutdown,
            stop_signal,
        ));
        Self {
            address,
            database,
            stop,
            served,
        }
    }

    /// Stops the service; returns when it has stopped.
    pub(crate) async fn stop(self) {
        drop(self.stop);
        self.served.await.expect("a service that stops in peace");
    }

    /// A new user.
    pub(crate) async fn sign_up(&self, name: &str) -> User {
        let query = "mutation ($email: String!) { register(input: { email: $email, password: \"correct horse\" }) { accessToken refreshToken } }";
        let body =
            json!({ "query": query, "variables": { "email": format!("{name}@example.org") } });
        let answer = self.post(None, body).await;
        let text = |name: &str| {
            answer["data"]["register"][name]
                .as_str()
                .unwrap_or_else(|| panic!("no {name} in {answer}"))
                .to_owned()
        };
        User {
            token: text("accessToken"),
            refresh_token: text("refreshToken"),
        }
    }

    /// Runs an operation that has to succeed.
    pub(crate) async fn run(&self, user: &User, query: &str, variables: Value) -> Value {
        let body = json!({ "query": query, "variables": variables });
        let mut answer = self.post(Some(&user.token), body).await;
        assert_eq!(answer.get("errors"), None, "{answer}");
        answer["data"].take()
    }

    /// Creates a task and returns its id.
    pub(crate) async fn create_task(&self, user: &User, title: &str, description: &str) -> String {
        let query =
            "mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id } } }";
        let input = json!({ "input": { "title": title, "description": description } });
        let data = self.run(user, query, input).await;
        data["createTask"]["task"]["id"]
            .as_str()
            .expect("an id")
            .to_owned()
    }

    async fn post(&self, token: Option<&str>, body: Value) -> Value {
        let request = reqwest::Client::new()
            .post(self.url("/graphql"))
            .json(&body);
        let request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        let response = request.send().await.expect("an answer");
        response.json().await.expect("JSON")
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A token of the same session that, leeway included, is good for so much longer.
    pub(crate) async fn token_good_for(&self, user: &User, left: Duration) -> String {
        let issuer = JwtIssuer::new(&secrets(), "taskhive", "taskhive").expect("an issuer");
        let now = SystemClock.now();
        let claims = issuer
            .verify_access(&user.token, now)
            .await
            .expect("a good token");
        let expires_at = now.plus(left).minus(CLOCK_LEEWAY);
        let claims = AccessClaims {
            expires_at,
            ..claims
        };
        let token = issuer.issue_access(&claims, now).expect("a token");
        token.reveal().to_owned()
    }
}
