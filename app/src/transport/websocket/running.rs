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
use serde_json::{Value, json};

use crate::operation::admission::OperationKind;
use crate::operation::pipeline::{Call, Pipeline};
use crate::operation::request_error::RequestError;
use crate::operation::result::ExecutionResult;

/// What an operation says.
pub(super) enum Answer {
    /// A result.
    Next(ExecutionResult),
    /// It was not executed. Its last word.
    Error(Value),
    /// Its last word.
    Complete,
    /// It has lost events, which ends the whole socket.
    Lagged,
}

/// An answer and the operation it belongs to.
pub(super) type Named = (Arc<str>, Answer);

/// What runs on a socket.
#[derive(Default)]
pub(super) struct RunningOperations {
    running: SelectAll<Pin<Box<dyn Stream<Item = Named> + Send>>>,
    handles: HashMap<Arc<str>, AbortHandle>,
}

impl RunningOperations {
    pub(super) fn count(&self) -> usize {
        self.handles.len()
    }

    pub(super) fn contains(&self, id: &str) -> bool {
        self.handles.contains_key(id)
    }

    /// Starts an operation and goes on with it as far as it goes without waiting, so that operations begin in the order in
    /// which they arrive: whoever has subscribed and then changes something is told about it.
    pub(super) fn start(
        &mut self,
        id: String,
        answers: BoxStream<'static, Answer>,
    ) -> Option<Named> {
        let id: Arc<str> = id.into();
        let (answers, handle) = stream::abortable(answers);
        self.handles.insert(Arc::clone(&id), handle);
        let mut named = Box::pin(answers.map(move |answer| (Arc::clone(&id), answer)));
        let first = named.next().now_or_never().flatten();
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

    /// After its last word an id is free again.
    fn settle(&mut self, (id, answer): &Named) {
        if !matches!(answer, Answer::Next(_)) {
            self.handles.remove(id);
        }
    }
}

/// Everything one operation says.
pub(super) fn run(pipeline: Arc<Pipeline>, call: Call) -> BoxStream<'static, Answer> {
    stream::once(begin(pipeline, call)).flatten().boxed()
}

async fn begin(pipeline: Arc<Pipeline>, call: Call) -> BoxStream<'static, Answer> {
    let request_id = call.request_id.clone();
    // Execution minds its own panics. One here would end the socket and everything else that runs on it.
    let approved = match AssertUnwindSafe(pipeline.approve(call))
        .catch_unwind()
        .await
    {
        Ok(Ok(approved)) => approved,
        Ok(Err(failure)) => return answers([refusal(&failure, &request_id)]),
        Err(_panic) => {
            tracing::error!(request_id, "an operation panicked before it was executed");
            let failure = RequestError::internal();
            return answers([refusal(&failure, &request_id)]);
        }
    };
    if approved.kind == OperationKind::Subscription {
        let next = |executed: ExecutionResult| {
            if executed.is_lagged() {
                Answer::Lagged
            } else {
                Answer::Next(executed)
            }
        };
        return pipeline
            .subscribe(approved)
            .map(next)
            .chain(stream::once(std::future::ready(Answer::Complete)))
            .boxed();
    }
    let executed = pipeline.execute(approved).await;
    if executed.status().is_success() {
        answers([Answer::Next(executed), Answer::Complete])
    } else {
        // Over HTTP this is a status of its own and has no data: nothing was done.
        answers([Answer::Error(json!(executed.errors()))])
    }
}

/// The last word of an operation that is not executed.
pub(super) fn refusal(failure: &RequestError, request_id: &str) -> Answer {
    failure.log(request_id);
    Answer::Error(failure.to_json(request_id))
}

fn answers<const N: usize>(answers: [Answer; N]) -> BoxStream<'static, Answer> {
    stream::iter(answers).boxed()
}
