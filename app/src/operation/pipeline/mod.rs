//! The one way to an execution, the same for every transport: admission, then access, then the schema.

mod live;

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::Request;
use futures_util::{FutureExt, Stream};
use taskhive_domain::Identity;
use taskhive_domain::accounts::Authenticated;
use tokio::time::{Instant, timeout_at};

use super::access::{Guard, Policy, Requirement, guard_late};
use super::admission::{Admission, OperationKind, ValidOperation};
use super::capacity::{Capacity, Room};
use super::connections::ConnectionRegistry;
use super::observation::{Observation, Observer};
use super::outage;
use super::request::GraphQlRequest;
use super::request_error::RequestError;
use super::response::Response;
use super::response_order::put_in_order;
use super::transport::Transport;
use crate::accounts::client::Client;
use crate::accounts::rate_limit::RateLimits;
use crate::graphql::{ApiError, ApiSchema};

/// One operation, as a transport hands it over.
pub(crate) struct OperationRequest {
    pub(crate) request: GraphQlRequest,
    pub(crate) transport: Transport,
    pub(crate) client: Client,
}

/// An operation that may run.
pub(crate) struct AuthorizedOperation {
    pub(crate) kind: OperationKind,
    /// The user it runs for, if it needs one.
    authenticated: Option<Authenticated>,
    observation: Observation,
    execution: Execution,
}

/// What an execution takes.
struct Execution {
    request: Request,
    request_id: String,
    room: Room,
    /// The root's keys in the order in which they were asked for.
    response_keys: Arc<[String]>,
    /// When it is given up.
    deadline: Instant,
}

/// What one operation answers over time.
pub(crate) type ResponseStream = Pin<Box<dyn Stream<Item = Response> + Send>>;

/// The way to the schema.
pub(crate) struct Pipeline {
    pub(crate) schema: ApiSchema,
    pub(crate) admission: Admission,
    pub(crate) policy: Policy,
    pub(crate) guard: Guard,
    pub(crate) connections: Arc<ConnectionRegistry>,
    pub(crate) limits: Arc<RateLimits>,
    pub(crate) capacity: Capacity,
    pub(crate) observer: Arc<Observer>,
    /// From the arrival of an operation to the end of its execution, at the longest: whatever holds it up on its way, the guard
    /// included.
    pub(crate) timeout: Duration,
}

impl Pipeline {
    /// Whether the operation may run, in the order of the contract's table: does the client leave others room, is there any, is
    /// it small and valid, does it fit the transport, may this client do it. Nothing is executed.
    pub(crate) async fn authorize(
        &self,
        operation: OperationRequest,
    ) -> Result<AuthorizedOperation, RequestError> {
        let (client, transport) = (&operation.client, operation.transport);
        let mut observation = Observation::begin(&self.observer, client, transport);
        match self.prepare(operation, &mut observation).await {
            Ok((kind, authenticated, execution)) => Ok(AuthorizedOperation {
                kind,
                authenticated,
                observation,
                execution,
            }),
            Err(error) => {
                observation.refused(&error);
                Err(error)
            }
        }
    }

    async fn prepare(
        &self,
        operation: OperationRequest,
        observation: &mut Observation,
    ) -> Result<(OperationKind, Option<Authenticated>, Execution), RequestError> {
        let OperationRequest {
            request,
            transport,
            mut client,
        } = operation;
        let deadline = Instant::now() + self.timeout;
        client.enforce(self.limits.request(client.address))?;
        let room = self.capacity.enter()?;
        let valid = self.admission.admit(
            &request.query,
            request.operation_name.as_deref(),
            request.variables,
        )?;
        observation.admitted(&valid);
        transport.carries(valid.kind, &valid.root_fields)?;
        let authenticated = timeout_at(deadline, self.authenticate(&valid, &client));
        let authenticated = authenticated.await.unwrap_or_else(|_| Err(guard_late()))?;
        client.identity = authenticated.map(|authenticated| authenticated.identity);
        observation.authorized(client.identity.map(Identity::user));
        let execution = Execution {
            request_id: client.request_id.clone(),
            room,
            request: valid.request.data(client),
            response_keys: valid.response_keys,
            deadline,
        };
        Ok((valid.kind, authenticated, execution))
    }

    async fn authenticate(
        &self,
        operation: &ValidOperation,
        client: &Client,
    ) -> Result<Option<Authenticated>, RequestError> {
        match self.policy.requirement(&operation.root_fields) {
            Requirement::Nothing => Ok(None),
            Requirement::SigningOut => self.guard.identify_to_sign_out(client).await,
            Requirement::User => self.guard.identify(&client.credential).await.map(Some),
            Requirement::Forbidden => Err(RequestError::forbidden(
                "Introspection is switched off here. The schema is published with the service.",
            )),
        }
    }

    /// Runs a query or a mutation to its end. A mutation goes on when the client is gone: half a change helps nobody.
    pub(crate) async fn execute(&self, operation: AuthorizedOperation) -> Response {
        let AuthorizedOperation {
            kind,
            authenticated,
            observation,
            execution,
        } = operation;
        let response = self.run(kind, execution).await;
        // What everybody may run needs no database.
        if authenticated.is_some() && response.is_whole() {
            outage::served();
        }
        observation.answered(&response);
        response
    }

    async fn run(&self, kind: OperationKind, execution: Execution) -> Response {
        let Execution {
            request,
            request_id,
            room,
            response_keys,
            deadline,
        } = execution;
        let schema = self.schema.clone();
        let work = async move {
            let response = schema.execute(request).await;
            drop(room);
            response
        };
        let limited = timeout_at(deadline, AssertUnwindSafe(work).catch_unwind());
        let outcome = if kind == OperationKind::Mutation {
            match tokio::spawn(limited).await {
                Ok(outcome) => outcome,
                Err(_) => return Response::failed(ApiError::internal(), &request_id),
            }
        } else {
            limited.await
        };
        match outcome {
            Ok(Ok(mut response)) => {
                put_in_order(&mut response.data, &response_keys);
                Response::executed(response, &request_id)
            }
            Ok(Err(_panic)) => {
                tracing::error!(request_id, "a resolver panicked");
                Response::failed(ApiError::internal(), &request_id)
            }
            Err(_elapsed) => {
                outage::refused(&request_id, "", "it took longer than an operation may");
                Response::failed(ApiError::timed_out(), &request_id)
            }
        }
    }
}

#[cfg(test)]
mod tests;
