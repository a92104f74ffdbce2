//! Sends batches of spans. The library that makes them calls from a thread of its own; what is sent is sent by the runtime.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::{Request, Response, StatusCode, header};
use opentelemetry_http::{HttpClient, HttpError};
use taskhive_domain::ports::InfraError;
use tokio::runtime::Handle;

use super::settings::TraceSettings;
use crate::error_chain;
use crate::https::{self, HttpsClient};

/// How long one attempt may take.
const ATTEMPT_LIMIT: Duration = Duration::from_secs(4);
/// An answer says which spans were refused, in a few words.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// Why a batch did not arrive.
#[derive(Debug, thiserror::Error)]
pub enum Unreachable {
    /// Too slow, or not there at all.
    #[error("it did not answer in time")]
    TimedOut,
    /// Holds the whole story: the client says only that something failed, and its sources what.
    #[error("it cannot be reached, or the connection broke: {0}")]
    Connection(String),
    /// It is there, and does not want it.
    #[error("it answered {0}")]
    Status(StatusCode),
}

/// The way to the collector.
pub(super) struct Collector {
    client: HttpsClient<Full<Bytes>>,
    runtime: Handle,
    /// Whether the last batch did not arrive: the log is told when that changes.
    is_away: AtomicBool,
}

impl Collector {
    /// Sends by the runtime of the caller.
    pub(super) fn new() -> Result<Self, InfraError> {
        Ok(Self {
            client: https::client(1)?,
            runtime: Handle::current(),
            is_away: AtomicBool::new(false),
        })
    }

    fn note(&self, failure: Option<&Unreachable>) {
        let was_away = self.is_away.swap(failure.is_some(), Ordering::Relaxed);
        match failure {
            Some(failure) if !was_away => tracing::warn!(
                reason = %failure,
                "traces do not reach the collector, and are lost; trying again"
            ),
            None if was_away => tracing::info!("over: traces do not reach the collector"),
            _ => {}
        }
    }
}

/// Sends the collector a batch without a span.
pub async fn try_out(settings: &TraceSettings) -> Result<(), Unreachable> {
    let unreachable = |error: &dyn std::error::Error| Unreachable::Connection(error_chain(error));
    let client = https::client(0).map_err(|error| unreachable(&error))?;
    let mut request = Request::post(settings.endpoint.for_traces())
        .header(header::CONTENT_TYPE, "application/x-protobuf")
        .body(Full::default())
        .map_err(|error| unreachable(&error))?;
    let headers = request.headers_mut();
    headers.extend(settings.headers.iter().cloned());
    send(&client, request).await.and_then(accepted).map(drop)
}

fn accepted(response: Response<Bytes>) -> Result<Response<Bytes>, Unreachable> {
    if response.status().is_success() {
        Ok(response)
    } else {
        Err(Unreachable::Status(response.status()))
    }
}

async fn send(
    client: &HttpsClient<Full<Bytes>>,
    request: Request<Full<Bytes>>,
) -> Result<Response<Bytes>, Unreachable> {
    let answered = async {
        let response = client
            .request(request)
            .await
            .map_err(|error| Unreachable::Connection(error_chain(&error)))?;
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, MAX_ANSWER_BYTES).collect().await;
        let body = body.map_err(|error| Unreachable::Connection(error_chain(&*error)))?;
        Ok(Response::from_parts(parts, body.to_bytes()))
    };
    tokio::time::timeout(ATTEMPT_LIMIT, answered)
        .await
        .unwrap_or(Err(Unreachable::TimedOut))
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        let sending = async move { send(&client, request.map(Full::new)).await };
        // Fails only when the runtime is gone.
        let response = self.runtime.spawn(sending).await?;
        let failure = match &response {
            Ok(response) if response.status().is_success() => None,
            Ok(response) => Some(Unreachable::Status(response.status())),
            Err(_) => None,
        };
        self.note(failure.as_ref().or(response.as_ref().err()));
        Ok(response?)
    }
}

impl fmt::Debug for Collector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Collector").finish_non_exhaustive()
    }
}
