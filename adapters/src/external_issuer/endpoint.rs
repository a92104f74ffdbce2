//! Fetches one small document, from one place, with hard limits. No redirects (a key set that moves is configured anew), no
//! cookies, no compression, no proxy: hyper-util's client has none of them.

use std::time::Duration;

use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Bytes;
use hyper::{Request, StatusCode, header};
use taskhive_domain::ports::InfraError;

use super::jwks_url::JwksUrl;
use super::keys::KeySetError;
use crate::error_chain;
use crate::https::{self, HttpsClient};

/// A set of a few keys has some hundred bytes each.
const MAX_BODY_BYTES: usize = 64 * 1024;
const USER_AGENT: &str = concat!("taskhive/", env!("CARGO_PKG_VERSION"));

/// Why there is no key set.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error("it did not answer in time")]
    TimedOut,
    /// Holds the whole story: the client says only that something failed, and its sources what.
    #[error("it cannot be reached, or the connection broke: {0}")]
    Unreachable(String),
    #[error("it answered {0}; what is needed is 200, redirects are not followed")]
    Status(StatusCode),
    #[error("the answer broke off, or has more than {} KiB", MAX_BODY_BYTES / 1024)]
    Body,
    #[error(transparent)]
    KeySet(#[from] KeySetError),
}

/// The place, and what is needed to get there.
pub(super) struct Endpoint {
    url: JwksUrl,
    client: HttpsClient<Empty<Bytes>>,
}

impl Endpoint {
    pub(super) fn new(url: &JwksUrl) -> Result<Self, InfraError> {
        // One document every 15 minutes: no connection is worth keeping.
        let client = https::client(0)?;
        Ok(Self {
            url: url.clone(),
            client,
        })
    }

    /// Where it is, for the log.
    pub(super) const fn url(&self) -> &JwksUrl {
        &self.url
    }

    /// The document, if it is here within the limit.
    pub(super) async fn fetch(&self, limit: Duration) -> Result<Bytes, FetchError> {
        tokio::time::timeout(limit, self.get())
            .await
            .unwrap_or(Err(FetchError::TimedOut))
    }

    async fn get(&self) -> Result<Bytes, FetchError> {
        let response = self
            .client
            .request(self.request())
            .await
            .map_err(|error| FetchError::Unreachable(error_chain(&error)))?;
        if response.status() != StatusCode::OK {
            return Err(FetchError::Status(response.status()));
        }
        let body = Limited::new(response.into_body(), MAX_BODY_BYTES);
        let body = body.collect().await.map_err(|_| FetchError::Body)?;
        Ok(body.to_bytes())
    }

    fn request(&self) -> Request<Empty<Bytes>> {
        let mut request = Request::new(Empty::new());
        *request.uri_mut() = self.url.uri().clone();
        let headers = request.headers_mut();
        let json = header::HeaderValue::from_static("application/json");
        headers.insert(header::ACCEPT, json);
        let agent = header::HeaderValue::from_static(USER_AGENT);
        headers.insert(header::USER_AGENT, agent);
        request
    }
}
