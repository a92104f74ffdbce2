//! The one way to an execution, the same for every transport: admission, then access, then the schema.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::Request;
use axum::http::StatusCode;
use futures_util::{FutureExt, Stream, StreamExt};
use taskhive_domain::accounts::Authenticated;

use super::access::{Credential, Guard, Policy, Requirement};
use super::admission::{Admission, OperationKind, Refusal, RefusalKind, ValidOperation};
use super::connections::{ConnectionRegistry, LiveConnection};
use super::request::GraphQlRequest;
use super::request_error::RequestError;
use super::response_order::put_in_order;
use super::result::ExecutionResult;
use super::transport::Transport;
use crate::accounts::rate_limit::RateLimits;
use crate::graphql::{ApiError, ApiSchema, Caller, ErrorCode};

/// One operation, as a transport hands it over.
pub(crate) struct Call {
    pub(crate) request: GraphQlRequest,
    pub(crate) transport: Transport,
    pub(crate) credential: Credential,
    pub(crate) caller: Caller,
    pub(crate) request_id: String,
}

/// An operation that may run.
pub(crate) struct AuthorizedOperation {
    pub(crate) kind: OperationKind,
    /// The user it runs for, if it needs one.
    pub(crate) authenticated: Option<Authenticated>,
    request: Request,
    request_id: String,
    /// The root's keys in the order in which they were asked for.
    response_keys: Arc<[String]>,
}

/// What one operation answers over time.
pub(crate) type ResponseStream = Pin<Box<dyn Stream<Item = ExecutionResult> + Send>>;

/// The way to the schema.
pub(crate) struct Pipeline {
    schema: ApiSchema,
    admission: Admission,
    policy: Policy,
    guard: Guard,
    live: Arc<ConnectionRegistry>,
    limits: Arc<RateLimits>,
    timeout: Duration,
}

impl Pipeline {
    pub(crate) fn new(
        schema: ApiSchema,
        admission: Admission,
        policy: Policy,
        guard: Guard,
        live: Arc<ConnectionRegistry>,
        limits: Arc<RateLimits>,
        timeout: Duration,
    ) -> Self {
        Self {
            schema,
            admission,
            policy,
            guard,
            live,
            limits,
            timeout,
        }
    }

    /// Whether the operation may run, in the order of the contract's table: does the client leave others room, is it small
    /// and valid, does it fit the transport, may this caller do it. Nothing is executed.
    pub(crate) async fn approve(&self, call: Call) -> Result<AuthorizedOperation, RequestError> {
        let caller = Caller {
            request_id: call.request_id.clone(),
            ..call.caller
        };
        caller
            .within(self.limits.request(caller.address))
            .map_err(|error| RequestError::new(StatusCode::TOO_MANY_REQUESTS, error))?;
        let GraphQlRequest {
            query,
            operation_name,
            variables,
        } = call.request;
        let admitted = self
            .admission
            .admit(&query, operation_name.as_deref(), variables)?;
        let names = admitted.root_fields.iter().map(|field| field.name.as_ref());
        call.transport.carries(admitted.kind, names)?;
        let authenticated = self.authorize(&admitted, &call.credential).await?;
        let identity = authenticated.map(|authenticated| authenticated.identity);
        let caller = Caller { identity, ..caller };
        Ok(AuthorizedOperation {
            kind: admitted.kind,
            authenticated,
            request: admitted.request.data(caller),
            request_id: call.request_id,
            response_keys: admitted.response_keys,
        })
    }

    async fn authorize(
        &self,
        admitted: &ValidOperation,
        credential: &Credential,
    ) -> Result<Option<Authenticated>, RequestError> {
        let names = admitted.root_fields.iter().map(|field| field.name.as_ref());
        match self.policy.requirement(admitted.kind, names) {
            Requirement::Nothing => Ok(None),
            Requirement::User => self.guard.identify(credential).await.map(Some),
            Requirement::Forbidden => {
                let message =
                    "Introspection is switched off here. The schema is published with the service.";
                let error = ApiError::new(ErrorCode::Forbidden, None, message);
                Err(RequestError::new(StatusCode::FORBIDDEN, error))
            }
        }
    }

    /// Runs a query or a mutation to its end. A mutation goes on when the client is gone: half a change helps nobody.
    pub(crate) async fn execute(&self, approved: AuthorizedOperation) -> ExecutionResult {
        let AuthorizedOperation {
            kind,
            request,
            request_id,
            response_keys,
            ..
        } = approved;
        let schema = self.schema.clone();
        let work = async move { schema.execute(request).await };
        let limited = tokio::time::timeout(self.timeout, AssertUnwindSafe(work).catch_unwind());
        let outcome = if kind == OperationKind::Mutation {
            match tokio::spawn(limited).await {
                Ok(outcome) => outcome,
                Err(_) => return ExecutionResult::failed(&ApiError::internal(), &request_id),
            }
        } else {
            limited.await
        };
        match outcome {
            Ok(Ok(mut response)) => {
                put_in_order(&mut response.data, &response_keys);
                ExecutionResult::new(response, &request_id)
            }
            Ok(Err(_panic)) => {
                tracing::error!(request_id, "a resolver panicked");
                ExecutionResult::failed(&ApiError::internal(), &request_id)
            }
            Err(_elapsed) => {
                tracing::warn!(
                    request_id,
                    "an operation took longer than the request timeout"
                );
                ExecutionResult::failed(&ApiError::timed_out(), &request_id)
            }
        }
    }

    /// Runs a subscription, for as long as it is listened to.
    pub(crate) fn subscribe(&self, approved: AuthorizedOperation) -> ResponseStream {
        let AuthorizedOperation {
            request,
            request_id,
            ..
        } = approved;
        let responses = AssertUnwindSafe(self.schema.execute_stream(request)).catch_unwind();
        Box::pin(responses.map(move |response| {
            response.map_or_else(
                |_panic| {
                    tracing::error!(request_id, "a subscription panicked");
                    ExecutionResult::failed(&ApiError::internal(), &request_id)
                },
                |response| ExecutionResult::new(response, &request_id),
            )
        }))
    }

    /// For transports that outlive their first request: who this is.
    pub(crate) async fn identify(
        &self,
        credential: &Credential,
    ) -> Result<Authenticated, RequestError> {
        self.guard.identify(credential).await
    }

    /// A place for a connection of this user that outlives its first request.
    pub(crate) fn open(
        &self,
        authenticated: Authenticated,
    ) -> Result<LiveConnection, RequestError> {
        self.live.open(authenticated).ok_or_else(|| {
            let message = "You have too many live connections open. Close one first.";
            let error = ApiError::new(ErrorCode::RateLimited, None, message);
            RequestError::new(StatusCode::TOO_MANY_REQUESTS, error)
        })
    }
}

impl From<Refusal> for RequestError {
    fn from(refusal: Refusal) -> Self {
        let (status, code) = match refusal.kind {
            RefusalKind::TooComplex => {
                (StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::QueryTooComplex)
            }
            RefusalKind::Syntax => (StatusCode::BAD_REQUEST, ErrorCode::ParseFailed),
            RefusalKind::Validation => (
                StatusCode::UNPROCESSABLE_ENTITY,
                ErrorCode::ValidationFailed,
            ),
        };
        let shown = |error: super::admission::RefusalError| {
            let locations = error
                .locations
                .into_iter()
                .map(|(line, column)| async_graphql::Pos { line, column });
            (
                ApiError::new(code, None, &error.message),
                locations.collect(),
            )
        };
        Self {
            status,
            errors: refusal.errors.into_iter().map(shown).collect(),
            allow: None,
        }
    }
}

#[cfg(test)]
mod tests;
