//! The service on a fresh SQLite database, asked without a network in between.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use taskhive::config::{Config, Vars};
use taskhive::wiring;
use taskhive_adapters::jwt::SigningSecrets;
use taskhive_domain::testing::PlainHasher;
use tempfile::TempDir;
use tower::ServiceExt;

pub(crate) const PASSWORD: &str = "tidal-ochre-kestrel-42";
/// Somebody on the internet, from an address range for documentation.
pub(crate) const SOMEBODY: &str = "192.0.2.1:40000";

pub(crate) struct App {
    pub(crate) router: Router,
    _directory: TempDir,
}

pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl App {
    pub(crate) async fn with(settings: &[(&str, &str)]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", directory.path().join("test.db").display());
        let given = settings
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let vars: Vars = given.chain([("DATABASE_URL".to_owned(), url)]).collect();
        let config = Config::from_vars(&vars).unwrap();
        let store = wiring::open_store(&config).await.unwrap();
        store.migrate().await.unwrap();
        let secrets = SigningSecrets::parse("x7Q2mVb9Lr4TzK1pWc8Ys5Nd3Gh6Jf0A").unwrap();
        let hasher = Arc::new(PlainHasher::default());
        let app = wiring::build_with(&config, &store, &secrets, hasher).unwrap();
        Self {
            router: app.router,
            _directory: directory,
        }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        self.send_from(SOMEBODY, request).await
    }

    pub(crate) async fn send_from(&self, peer: &str, mut request: Request<Body>) -> Reply {
        let peer: SocketAddr = peer.parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(peer));
        let (parts, body) = self
            .router
            .clone()
            .oneshot(request)
            .await
            .unwrap()
            .into_parts();
        Reply {
            status: parts.status,
            headers: parts.headers,
            body: body.collect().await.unwrap().to_bytes().to_vec(),
        }
    }

    pub(crate) async fn run(&self, peer: &str, query: &str, variables: Value) -> Reply {
        self.send_from(peer, post(query, &variables)).await
    }
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The code of the first error.
    pub(crate) fn code(&self) -> Value {
        self.json()["errors"][0]["extensions"]["code"].clone()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

pub(crate) fn post(query: &str, variables: &Value) -> Request<Body> {
    let body = json!({"query": query, "variables": variables}).to_string();
    Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .body(body.into())
        .unwrap()
}

pub(crate) fn get(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}
