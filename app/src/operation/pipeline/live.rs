//! What outlives the request that began it: subscriptions, and the connections they and sockets run on.

use std::panic::AssertUnwindSafe;

use futures_util::{Stream, StreamExt, stream};
use taskhive_domain::accounts::Authenticated;
use tokio::time::timeout;

use super::{AuthorizedOperation, Pipeline, ResponseStream};
use crate::accounts::client::Credential;
use crate::graphql::{ApiError, ErrorCode, Progress};
use crate::operation::access::guard_late;
use crate::operation::connections::{ConnectionKind, LiveConnection};
use crate::operation::observation::Observation;
use crate::operation::request_error::RequestError;
use crate::operation::response::Response;

impl Pipeline {
    /// Runs a subscription, for as long as it is listened to. Once this is there, it misses nothing more.
    pub(crate) async fn subscribe(&self, operation: AuthorizedOperation) -> ResponseStream {
        let AuthorizedOperation {
            observation,
            execution,
            ..
        } = operation;
        let (progress, request_id) = (Progress::default(), execution.request_id);
        let request = execution.request.data(progress.clone());
        let responses = AssertUnwindSafe(self.schema.execute_stream(request)).catch_unwind();
        let mut responses = responses.fuse();
        let first = tokio::select! {
            biased;
            first = responses.next() => first,
            () = progress.begun() => None,
        };
        let responses = stream::iter(first).chain(responses);
        observed(
            observation,
            responses.map(move |response| match response {
                Ok(response) => Response {
                    cursor: progress.take_cursor(),
                    ..Response::executed(response, &request_id)
                },
                Err(_panic) => {
                    tracing::error!(request_id, "a subscription panicked");
                    Response::failed(ApiError::internal(), &request_id)
                }
            }),
        )
    }

    /// The same on a connection that has to be opened first.
    pub(crate) async fn open_stream(
        &self,
        operation: AuthorizedOperation,
    ) -> Result<(LiveConnection, ResponseStream), RequestError> {
        let authenticated = operation
            .authenticated
            .ok_or_else(|| RequestError::unauthenticated(ApiError::token_missing()));
        match authenticated
            .and_then(|authenticated| self.open_as(authenticated, ConnectionKind::Stream))
        {
            Ok(live) => Ok((live, self.subscribe(operation).await)),
            Err(error) => {
                operation.observation.refused(&error);
                Err(error)
            }
        }
    }

    /// For transports that outlive their first request: who this is.
    pub(crate) async fn identify(
        &self,
        credential: &Credential,
    ) -> Result<Authenticated, RequestError> {
        let identified = timeout(self.timeout, self.guard.identify(credential));
        identified.await.unwrap_or_else(|_| Err(guard_late()))
    }

    /// A slot for a socket of this user.
    pub(crate) fn open(
        &self,
        authenticated: Authenticated,
    ) -> Result<LiveConnection, RequestError> {
        self.open_as(authenticated, ConnectionKind::Socket)
    }

    /// A slot for a connection of this user that outlives its first request.
    fn open_as(
        &self,
        authenticated: Authenticated,
        kind: ConnectionKind,
    ) -> Result<LiveConnection, RequestError> {
        self.connections.open(authenticated, kind).ok_or_else(|| {
            let message = "You have too many live connections open. Close one first.";
            RequestError::too_many(ApiError::new(ErrorCode::RateLimited, None, message))
        })
    }
}

/// The same stream. Its operation is over when it is.
fn observed(
    observation: Observation,
    responses: impl Stream<Item = Response> + Send + 'static,
) -> ResponseStream {
    let stream = (Box::pin(responses), observation);
    Box::pin(stream::unfold(
        stream,
        async |(mut responses, mut observation)| {
            let Some(response) = responses.next().await else {
                observation.completed();
                return None;
            };
            observation.emitted(&response);
            Some((response, (responses, observation)))
        },
    ))
}
