//! `POST /graphql` and `GET /graphql`: from bytes to an operation, and back.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Request, Response, StatusCode, header};
use futures_util::FutureExt;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::every_request::Received;
use super::negotiation::{self, Accepted, GRAPHQL_RESPONSE};
use super::sse::{self, LAST_EVENT_ID};
use super::{client, content_coding, response};
use crate::accounts::client::Client;
use crate::http::refresh_cookie::RefreshCookie;
use crate::operation::admission::OperationKind;
use crate::operation::pipeline::{OperationRequest, Pipeline};
use crate::operation::request::GraphQlRequest;
use crate::operation::request_error::RequestError;
use crate::operation::transport::Transport;

/// How much a request may bring, and how long it may take to arrive.
#[derive(Debug, Clone, Copy)]
pub struct IntakeLimits {
    /// Longest body, in bytes, also of what comes out of a compressed one.
    pub body_bytes: usize,
    /// Longest query string, in bytes.
    pub query_string_bytes: usize,
    /// Within this the body must have arrived.
    pub body_timeout: Duration,
}

/// What the handlers of `/graphql` need.
pub(crate) struct GraphQlEndpoint {
    pub(crate) pipeline: Arc<Pipeline>,
    pub(crate) refresh_cookie: RefreshCookie,
    pub(crate) limits: IntakeLimits,
}

/// Neither GET nor POST.
pub(crate) fn other_method() -> RequestError {
    let message = "Send operations with POST, queries also with GET.";
    RequestError::method_not_allowed("GET, POST", message)
}

impl GraphQlEndpoint {
    /// Any method on `/graphql`.
    pub(super) async fn respond(
        &self,
        request: Request<Body>,
        received: &Received,
    ) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let answer = self.answer(&parts, body, received).await;
        let response =
            answer.unwrap_or_else(|error| response::request_error(error, &received.id.0));
        content_coding::compress(response, &parts.headers).await
    }

    async fn answer(
        &self,
        parts: &Parts,
        body: Body,
        received: &Received,
    ) -> Result<Response<Body>, RequestError> {
        let request = match parts.method {
            Method::POST => self.read_body(&parts.headers, body).await?,
            Method::GET => self.read_query_string(parts.uri.query().unwrap_or_default())?,
            _ => {
                return Err(other_method());
            }
        };
        let accepted = Accepted::from_headers(&parts.headers);
        let event_stream = accepted.event_stream;
        if accepted.single.is_none() && !event_stream {
            let message = "Accept `application/graphql-response+json`, `application/json` or `text/event-stream`.";
            return Err(RequestError::bad_request(
                StatusCode::NOT_ACCEPTABLE,
                message,
            ));
        }
        let transport = if parts.method == Method::GET {
            Transport::Get { event_stream }
        } else {
            Transport::Post { event_stream }
        };
        let operation = OperationRequest {
            request,
            transport,
            client: self.client(&parts.headers, received),
        };
        let operation = self.pipeline.authorize(operation).await?;
        if operation.kind == OperationKind::Subscription {
            return sse::of_subscription(&self.pipeline, operation).await;
        }
        let response = self.pipeline.execute(operation).await;
        Ok(match accepted.single {
            Some(representation) => response::write(response, representation),
            // The status depends on the outcome only, and an event stream is always a 200.
            None if !response.status.is_success() => response::write(response, GRAPHQL_RESPONSE),
            None => sse::of_one(response),
        })
    }

    fn client(&self, headers: &HeaderMap, received: &Received) -> Client {
        let last_event_id = headers.get(&LAST_EVENT_ID);
        let last_event_id = last_event_id.filter(|id| !id.is_empty());
        Client {
            refresh_cookie: self.refresh_cookie.read(headers),
            last_event_id: last_event_id.map(|id| String::from_utf8_lossy(id.as_bytes()).into()),
            ..client::of_request(headers, received.client, &received.id.0)
        }
    }

    fn read_query_string(&self, text: &str) -> Result<GraphQlRequest, RequestError> {
        if text.len() > self.limits.query_string_bytes {
            let message = format!(
                "The query string is over {} bytes. Use POST.",
                self.limits.query_string_bytes
            );
            return Err(RequestError::bad_request(StatusCode::URI_TOO_LONG, message));
        }
        GraphQlRequest::from_query_string(text)
    }

    async fn read_body(
        &self,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<GraphQlRequest, RequestError> {
        if !negotiation::is_json(headers) {
            let message = "Send the operation as `Content-Type: application/json`.";
            return Err(RequestError::bad_request(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                message,
            ));
        }
        let announced = headers
            .get(header::CONTENT_LENGTH)
            .and_then(|length| length.to_str().ok());
        let too_long = |length: u64| {
            usize::try_from(length).map_or(true, |length| length > self.limits.body_bytes)
        };
        if announced
            .and_then(|length| length.parse().ok())
            .is_some_and(too_long)
        {
            return Err(content_coding::too_large(self.limits.body_bytes));
        }
        let coding = content_coding::of_request(headers)?;
        let body = coding.decode(self.collect(body).await?, self.limits.body_bytes)?;
        GraphQlRequest::from_json(&body)
    }

    async fn collect(&self, body: Body) -> Result<Bytes, RequestError> {
        let mut body = pin!(Limited::new(body, self.limits.body_bytes).collect());
        // Most bodies have come with their head. Only for the others is it worth looking at the clock.
        let collected = match body.as_mut().now_or_never() {
            Some(collected) => collected,
            None => tokio::time::timeout(self.limits.body_timeout, body)
                .await
                .map_err(|_elapsed| {
                    let message = "The body took too long to arrive.";
                    RequestError::bad_request(StatusCode::REQUEST_TIMEOUT, message)
                })?,
        };
        match collected {
            Ok(collected) => Ok(collected.to_bytes()),
            Err(error) if error.is::<LengthLimitError>() => {
                Err(content_coding::too_large(self.limits.body_bytes))
            }
            Err(_) => {
                let message = "The body broke off.";
                Err(RequestError::bad_request(StatusCode::BAD_REQUEST, message))
            }
        }
    }
}
