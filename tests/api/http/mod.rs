//! The way from request to response: the contract's table, row by row.

mod answers;
mod get;
mod requests;
mod surroundings;

use reqwest::RequestBuilder;

use testkit::Reply;

const BAD: &str = "BAD_REQUEST";
const COMPLEX: &str = "QUERY_TOO_COMPLEX";
const INVALID: &str = "GRAPHQL_VALIDATION_FAILED";
const MODERN: &str = "application/graphql-response+json; charset=utf-8";
const JSON: &str = "application/json; charset=utf-8";

async fn send(request: RequestBuilder) -> Reply {
    Reply::of(request.send().await.unwrap()).await
}
