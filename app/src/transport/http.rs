//! `POST /graphql` and `GET /graphql`: from bytes to an operation, and back.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::content_coding;
use super::cookies::Cookies;
use super::negotiation::{self, Accepted, GRAPHQL_RESPONSE};
use super::{response, sse};
use crate::graphql::Caller;
use crate::http::client_address::ClientAddress;
use crate::http::request_id::RequestId;
use crate::operation::access::Credential;
use crate::operation::admission::OperationKind;
use crate::operation::pipeline::{Call, Pipeline};
use crate::operation::request::GraphQlRequest;
use crate::operation::request_error::RequestError;
use crate::operation::transport::Transport;

/// How much a request may bring, and how long it may take to arrive.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IntakeLimits {
    pub(crate) body_bytes: usize,
    pub(crate) query_string_bytes: usize,
    pub(crate) body_timeout: Duration,
}

/// What the handlers of `/graphql` need.
pub(crate) struct GraphQlEndpoint {
    pub(crate) pipeline: Arc<Pipeline>,
    pub(crate) cookies: Cookies,
    pub(crate) limits: IntakeLimits,
}

/// Any method on `/graphql`.
pub(crate) async fn graphql(
    State(endpoint): State<Arc<GraphQlEndpoint>>,
    request: Request<Body>,
) -> Response<Body> {
    let request_id = RequestId::of(&request);
    match endpoint.answer(request, request_id.clone()).await {
        Ok(response) => response,
        Err(failure) => {
            failure.log(&request_id.0);
            response::failure(&failure, &request_id.0)
        }
    }
}

/// Neither GET nor POST.
pub(crate) fn other_method() -> RequestError {
    let message = "Send operations with POST, queries also with GET.";
    RequestError::method_not_allowed("GET, POST", message)
}

impl GraphQlEndpoint {
    async fn answer(
        &self,
        request: Request<Body>,
        request_id: RequestId,
    ) -> Result<Response<Body>, RequestError> {
        let (parts, body) = request.into_parts();
        let operation = match parts.method {
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
        let caller = self.caller(&parts);
        let call = Call {
            request: operation,
            transport,
            credential: Credential::from_headers(&parts.headers),
            caller: caller.clone(),
            request_id: request_id.0,
        };
        let approved = self.pipeline.approve(call).await?;
        if approved.kind == OperationKind::Subscription {
            return sse::of_subscription(&self.pipeline, approved);
        }
        let executed = self.pipeline.execute(approved).await;
        let cookie = self.cookies.header(&caller);
        Ok(match accepted.single {
            Some(representation) => response::executed(&executed, representation, cookie),
            // The status depends on the outcome only, and an event stream is always a 200.
            None if !executed.status().is_success() => {
                response::executed(&executed, GRAPHQL_RESPONSE, cookie)
            }
            None => sse::of_one(executed, cookie),
        })
    }

    fn caller(&self, parts: &Parts) -> Caller {
        let headers = &parts.headers;
        let user_agent = headers
            .get(header::USER_AGENT)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        Caller {
            address: ClientAddress::of(&parts.extensions).0,
            user_agent: user_agent.to_owned(),
            cookie: self.cookies.read(headers),
            ..Caller::default()
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
        let limited = Limited::new(body, self.limits.body_bytes).collect();
        match tokio::time::timeout(self.limits.body_timeout, limited).await {
            Ok(Ok(collected)) => Ok(collected.to_bytes()),
            Ok(Err(error)) if error.is::<LengthLimitError>() => {
                Err(content_coding::too_large(self.limits.body_bytes))
            }
            Ok(Err(_)) => Err(RequestError::bad_request(
                StatusCode::BAD_REQUEST,
                "The body broke off.",
            )),
            Err(_) => Err(RequestError::bad_request(
                StatusCode::REQUEST_TIMEOUT,
                "The body took too long to arrive.",
            )),
        }
    }
}
