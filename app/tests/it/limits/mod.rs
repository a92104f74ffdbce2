//! What keeps the service up when clients are too many, too slow, too large or too curious: limits of rate, headers, bodies,
//! connections. What operations answer is tested elsewhere.

mod audit;
mod bodies;
mod connections;
mod headers;
mod rates;

use axum::body::Body;
use axum::http::{Request, header};
use serde_json::{Value, json};

/// Somebody on the internet, from an address range for documentation.
const SOMEBODY: &str = "192.0.2.1:40000";

fn post(query: &str, variables: &Value) -> Request<Body> {
    let body = json!({"query": query, "variables": variables}).to_string();
    Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .body(body.into())
        .unwrap()
}

fn get(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}
