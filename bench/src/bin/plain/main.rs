//! The plain idiom P: the same API as the guides of its crates write it, on the product's own tables: derived objects, a pool
//! with its defaults, no cache. What the product does better, or worse, is measured against it.

mod schema;

use async_graphql_axum::{GraphQLRequest, GraphQLResponse};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::routing::post;
use diesel_async::AsyncPgConnection;
use diesel_async::pooled_connection::AsyncDieselConnectionManager;
use diesel_async::pooled_connection::deadpool::Pool;
use std::sync::Arc;
use taskhive_bench::{Failure, Verifier, end_with_the_parent, listener, setting};

use self::schema::{Schema, Viewer};

#[derive(Clone)]
struct App {
    verifier: Arc<Verifier>,
    schema: Schema,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    end_with_the_parent();
    let manager = AsyncDieselConnectionManager::<AsyncPgConnection>::new(setting("DATABASE_URL")?);
    // As many connections as the product has.
    let pool = Pool::builder(manager).max_size(16).build()?;
    let app = App {
        verifier: Arc::new(Verifier::new(&setting("JWT_SECRET")?)),
        schema: schema::build(pool),
    };
    let router = Router::new()
        .route("/graphql", post(graphql))
        .with_state(app);
    Ok(axum::serve(listener().await?, router).await?)
}

async fn graphql(
    State(app): State<App>,
    headers: HeaderMap,
    request: GraphQLRequest,
) -> GraphQLResponse {
    let mut request = request.into_inner();
    let user = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| app.verifier.user(value.to_str().ok()?));
    if let Some(user) = user {
        request = request.data(Viewer(user));
    }
    app.schema.execute(request).await.into()
}
