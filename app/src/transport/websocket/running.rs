//! The operations of one socket: they run side by side, and their answers come out as they are ready.
//!
//! They run within the socket's own task, so they are gone when the socket is. What must not be cut off, a mutation, the
//! pipeline runs apart.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;

use futures_util::stream::{self, AbortHandle, BoxStream, SelectAll};
use futures_util::{FutureExt, Stream, StreamExt};

use crate::operation::admission::OperationKind;
use crate::operation::pipeline::{AuthorizedOperation, OperationRequest, Pipeline};
use crate::operation::request_error::RequestError;
use crate::operation::response::Response;

/// What an operation says.
pub(super) enum Answer {
    /// A result.
    Next(Response),
    /// It was not executed. Its last word.
    Error(Response),
    /// Its last word.
    Complete,
    /// It was let in; a subscription misses nothing from now on. The client is not told.
    Begun,
}

/// An answer and the operation it belongs to.
pub(super) type Named = (Arc<str>, Answer);

/// What runs on a socket.
#[derive(Default)]
pub(super) struct RunningOperations {
    running: SelectAll<Pin<Box<dyn Stream<Item = Named> + Send>>>,
    handles: HashMap<Arc<str>, AbortHandle>,
    /// The one that has not begun yet.
    beginning: Option<Arc<str>>,
}

impl RunningOperations {
    pub(super) fn count(&self) -> usize {
        self.handles.len()
    }

    pub(super) fn contains(&self, id: &str) -> bool {
        self.handles.contains_key(id)
    }

    /// Whether an operation has not begun yet. Until then no other may be started: operations begin in the order in which they
    /// arrive, and whoever has subscribed and then changes something is told about it.
    pub(super) fn is_beginning(&self) -> bool {
        self.beginning.is_some()
    }

    /// Starts an operation and goes on with it as far as it goes without waiting.
    pub(super) fn start(
        &mut self,
        id: String,
        answers: BoxStream<'static, Answer>,
    ) -> Option<Named> {
        let id: Arc<str> = id.into();
        let (answers, handle) = stream::abortable(answers);
        self.handles.insert(Arc::clone(&id), handle);
        self.beginning = Some(Arc::clone(&id));
        let mut named = Box::pin(answers.map(move |answer| (Arc::clone(&id), answer)));
        let mut first = named.next().now_or_never().flatten();
        if let Some(begun @ (_, Answer::Begun)) = &first {
            self.settle(begun);
            first = named.next().now_or_never().flatten();
        }
        self.running.push(named);
        first.inspect(|named| self.settle(named))
    }

    /// The next answer of any of them; `None` if there is none at the moment.
    pub(super) async fn next(&mut self) -> Option<Named> {
        let named = self.running.next().await;
        named.inspect(|named| self.settle(named))
    }

    /// Whether there is anything to wait for.
    pub(super) fn is_idle(&self) -> bool {
        self.running.is_empty()
    }

    /// Stops an operation. It says nothing any more.
    pub(super) fn cancel(&mut self, id: &str) {
        if let Some(handle) = self.handles.remove(id) {
            handle.abort();
        }
    }

    /// After its first word others may begin; after its last word its id is free again.
    fn settle(&mut self, (id, answer): &Named) {
        if self.beginning.as_ref() == Some(id) {
            self.beginning = None;
        }
        if matches!(answer, Answer::Error(_) | Answer::Complete) {
            self.handles.remove(id);
        }
    }
}

/// Everything one operation says.
pub(super) fn run(
    pipeline: Arc<Pipeline>,
    operation: OperationRequest,
) -> BoxStream<'static, Answer> {
    stream::once(begin(pipeline, operation)).flatten().boxed()
}

async fn begin(pipeline: Arc<Pipeline>, operation: OperationRequest) -> BoxStream<'static, Answer> {
    let request_id = operation.client.request_id.clone();
    // Execution minds its own panics. One here would end the socket and everything else that runs on it.
    let authorized = AssertUnwindSafe(pipeline.authorize(operation)).catch_unwind();
    let authorized = authorized.await.unwrap_or_else(|_panic| {
        tracing::error!(request_id, "an operation panicked before it was executed");
        Err(RequestError::internal())
    });
    let operation = match authorized {
        Ok(operation) => operation,
        Err(error) => return answers([Answer::Error(Response::refused(error, &request_id))]),
    };
    let begun = answers([Answer::Begun]);
    if operation.kind == OperationKind::Subscription {
        let events = pipeline.subscribe(operation).await.map(Answer::Next);
        return begun
            .chain(events)
            .chain(answers([Answer::Complete]))
            .boxed();
    }
    begun
        .chain(stream::once(execute(pipeline, operation)).flatten())
        .boxed()
}

async fn execute(
    pipeline: Arc<Pipeline>,
    operation: AuthorizedOperation,
) -> BoxStream<'static, Answer> {
    let response = pipeline.execute(operation).await;
    if response.status.is_success() {
        answers([Answer::Next(response), Answer::Complete])
    } else {
        // Over HTTP this is a status of its own and has no data: nothing was done.
        answers([Answer::Error(response)])
    }
}

fn answers<const N: usize>(answers: [Answer; N]) -> BoxStream<'static, Answer> {
    stream::iter(answers).boxed()
}
