//! The limit L: the same work as a hand-written REST service. Statements are prepared once, a few shared connections are
//! pipelined, rows go from the wire into the JSON. It has no GraphQL, no layers, no limits, no live updates and hardly any
//! error handling: it is what the product is measured against, not something to run.

mod json;
mod store;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use serde::Deserialize;
use taskhive_bench::{Failure, Verifier, end_with_the_parent, listener, parse_id, setting};
use uuid::Uuid;

use self::store::Store;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

struct App {
    verifier: Verifier,
    store: Store,
}

impl App {
    fn user(&self, headers: &HeaderMap) -> Result<Uuid, StatusCode> {
        headers
            .get(header::AUTHORIZATION)
            .and_then(|value| self.verifier.user(value.to_str().ok()?))
            .ok_or(StatusCode::UNAUTHORIZED)
    }
}

type Shared = State<Arc<App>>;
type Answer = Result<Response, StatusCode>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    end_with_the_parent();
    let app = App {
        verifier: Verifier::new(&setting("JWT_SECRET")?),
        store: Store::connect(&setting("DATABASE_URL")?).await?,
    };
    let router = Router::new()
        .route("/floor", get(floor))
        .route("/me", get(me))
        .route("/tasks", get(list).post(create))
        .route("/tasks/edges", get(edges))
        .route("/tasks/{id}", get(task))
        .route("/tasks/{id}/toggle", post(toggle))
        .with_state(Arc::new(app));
    let listener = listener().await?.tap_io(|stream| {
        // A connection without it is slower, and still works.
        let _ = stream.set_nodelay(true);
    });
    Ok(axum::serve(listener, router).await?)
}

async fn floor() -> Answer {
    json(Some(br#"{"__typename":"Query"}"#.to_vec()))
}

async fn me(State(app): Shared, headers: HeaderMap) -> Answer {
    let user = app.user(&headers)?;
    json(app.store.me(user).await.map_err(broken)?)
}

async fn task(State(app): Shared, headers: HeaderMap, Path(id): Path<String>) -> Answer {
    let (user, id) = (app.user(&headers)?, task_id(&id)?);
    json(app.store.task(user, id).await.map_err(broken)?)
}

async fn list(State(app): Shared, headers: HeaderMap) -> Answer {
    let user = app.user(&headers)?;
    json(Some(app.store.list(user, false).await.map_err(broken)?))
}

async fn edges(State(app): Shared, headers: HeaderMap) -> Answer {
    let user = app.user(&headers)?;
    json(Some(app.store.list(user, true).await.map_err(broken)?))
}

#[derive(Deserialize)]
struct NewTask<'a> {
    #[serde(borrow)]
    title: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    description: std::borrow::Cow<'a, str>,
}

async fn create(State(app): Shared, headers: HeaderMap, body: Bytes) -> Answer {
    let user = app.user(&headers)?;
    let task: NewTask<'_> = serde_json::from_slice(&body).map_err(|_| StatusCode::BAD_REQUEST)?;
    let created = app.store.create(user, &task.title, &task.description);
    json(created.await.map_err(broken)?)
}

async fn toggle(State(app): Shared, headers: HeaderMap, Path(id): Path<String>) -> Answer {
    let (user, id) = (app.user(&headers)?, task_id(&id)?);
    json(app.store.toggle(user, id).await.map_err(broken)?)
}

fn task_id(text: &str) -> Result<Uuid, StatusCode> {
    parse_id(text, "task_").ok_or(StatusCode::NOT_FOUND)
}

fn json(body: Option<Vec<u8>>) -> Answer {
    let body = body.ok_or(StatusCode::NOT_FOUND)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn broken(failure: Failure) -> StatusCode {
    eprintln!("{failure}");
    StatusCode::INTERNAL_SERVER_ERROR
}
