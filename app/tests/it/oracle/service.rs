//! One database under both: our own way, and the library's plain integration.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use taskhive::config::{Config, Vars};
use taskhive::http::peer::Peer;
use taskhive::transport::router::HttpService;
use taskhive::wiring;
use taskhive_adapters::backend::Backend;
use taskhive_domain::ports::{Clock, PasswordHasher};
use taskhive_domain::testing::{InsecureHasher, ManualClock};
use tempfile::TempDir;
use testkit::{PASSWORD, signing_secrets};
use tokio::net::TcpListener;
use tower::ServiceExt;

use crate::oracle::answer::Answer;
use crate::oracle::library;
use crate::requests::Case;

/// Which of the two ways to the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// Admission, guard, pipeline.
    Ours,
    /// The plain integration.
    Library,
}

/// A fresh database, and both ways to it.
pub(crate) struct Service {
    ours: Router,
    library: Router,
    _folder: TempDir,
}

impl Service {
    pub(crate) async fn new(clock: &Arc<ManualClock>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let config = config(&folder);
        let backend = wiring::open_backend(&config).await.expect("a database");
        backend.migrate().await.expect("migrations");
        let (ours, library) = both(&config, &backend, Arc::clone(clock) as Arc<dyn Clock>);
        Self {
            ours,
            library,
            _folder: folder,
        }
    }

    fn router(&self, side: Side) -> Router {
        match side {
            Side::Ours => self.ours.clone(),
            Side::Library => self.library.clone(),
        }
    }

    /// Runs an operation, sent with POST.
    pub(crate) async fn ask(&self, side: Side, token: Option<&str>, case: &Case) -> Answer {
        let request = Request::post("/graphql").header(header::CONTENT_TYPE, "application/json");
        let request = match token {
            Some(token) => request.header(header::AUTHORIZATION, format!("Bearer {token}")),
            None => request,
        };
        let body = Body::from(case.to_json().to_string());
        let response = self
            .send(side, request.body(body).expect("a request"))
            .await;
        let body = response.into_body().collect().await.expect("a body");
        let body = serde_json::from_slice(&body.to_bytes()).expect("JSON");
        Answer::from_body(body)
    }

    /// Sends any request at all.
    pub(crate) async fn send(&self, side: Side, request: Request<Body>) -> Response<Body> {
        let answered = self.router(side).oneshot(request).await;
        answered.unwrap_or_else(|never| match never {})
    }

    /// Signs up through our own way; the access token.
    pub(crate) async fn sign_up(&self, name: &str) -> String {
        let query = "mutation ($input: RegisterInput!) { register(input: $input) { accessToken } }";
        let input = json!({ "email": format!("{name}@example.org"), "password": PASSWORD });
        let data = self.run(None, query, json!({ "input": input })).await;
        let token = data["register"]["accessToken"].as_str();
        token.expect("an access token").to_owned()
    }

    /// Runs an operation through our own way that has to succeed.
    pub(crate) async fn run(&self, token: Option<&str>, query: &str, variables: Value) -> Value {
        let case = Case::new(query, variables);
        self.ask(Side::Ours, token, &case).await.only_data()
    }

    /// Serves one side on a port of its own, for as long as the test runs.
    pub(crate) async fn listen(&self, side: Side) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let router = self.router(side);
        tokio::spawn(async move { axum::serve(listener, router).await });
        address
    }
}

/// Without limits of rate, and with those of size as they are.
fn config(folder: &TempDir) -> Config {
    let url = format!("sqlite://{}", folder.path().join("oracle.db").display());
    let vars = [
        ("DATABASE_URL", url.as_str()),
        ("LIMIT_REQUESTS_PER_MINUTE", "0"),
        ("LIMIT_LOGIN_PER_MINUTE", "0"),
        ("LIMIT_REGISTER_PER_HOUR", "0"),
        ("LIMIT_REFRESH_PER_MINUTE", "0"),
        ("LIMIT_ACCOUNT_FAILURES", "0"),
        ("LIMIT_ACCOUNT_FAILURES_PER_HOUR", "0"),
    ];
    let vars: Vars = vars
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    Config::from_vars(&vars).expect("a configuration")
}

fn both(config: &Config, backend: &Backend, clock: Arc<dyn Clock>) -> (Router, Router) {
    let secrets = signing_secrets();
    let hasher: Arc<dyn PasswordHasher> = Arc::new(InsecureHasher::default());
    let schema = wiring::unguarded_schema(config, backend, &secrets, Arc::clone(&hasher), &clock);
    let app = wiring::build_at(config, backend, &secrets, hasher, clock).expect("a service");
    let ours = as_router(app.service);
    (ours, library::router(schema.expect("a schema")))
}

fn as_router(service: HttpService) -> Router {
    let answer = async move |request: Request<Body>| {
        let peer = Peer::at(SocketAddr::from(([192, 0, 2, 1], 40_000)));
        service.respond(request, &peer).await
    };
    Router::new().fallback(answer)
}
