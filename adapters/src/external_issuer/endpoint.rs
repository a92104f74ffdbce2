//! Fetches one small document over HTTPS, from one place, with hard limits. No redirects (a key set that moves is configured
//! anew), no cookies, no compression, no proxy.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Bytes;
use hyper::{Request, StatusCode, Uri, header};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use taskhive_domain::ports::{InfraError, InfraErrorKind};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::keys::KeySetError;
use crate::tls;

/// One address of several that does not answer must not use up the time of the others.
const CONNECT_LIMIT: Duration = Duration::from_secs(2);
/// A set of a few keys has some hundred bytes each.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// Where a key set is: `https`, or `http` on the machine itself.
#[derive(Clone, PartialEq, Eq)]
pub struct JwksUrl(Uri);

/// Why a text is not such a place. Does not repeat it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwksUrlError {
    /// It is no URL, or one with a user in it.
    #[error("must be a URL such as https://app.example.org/api/auth/jwks")]
    Malformed,
    /// Whoever is on the way could exchange the keys, and sign in as anybody.
    #[error(
        "must begin with https:// (http:// is for localhost and other loopback addresses only)"
    )]
    NotEncrypted,
}

impl JwksUrl {
    /// Reads a URL.
    pub fn parse(text: &str) -> Result<Self, JwksUrlError> {
        let uri: Uri = text.parse().map_err(|_| JwksUrlError::Malformed)?;
        let has_user = uri.authority().is_some_and(|at| at.as_str().contains('@'));
        let Some(host) = host(&uri).filter(|host| !host.is_empty() && !has_user) else {
            return Err(JwksUrlError::Malformed);
        };
        match uri.scheme_str() {
            Some("https") => Ok(Self(uri)),
            Some("http") if is_loopback(host) => Ok(Self(uri)),
            Some("http") => Err(JwksUrlError::NotEncrypted),
            _ => Err(JwksUrlError::Malformed),
        }
    }
}

/// Without what comes after the `?`.
impl fmt::Debug for JwksUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JwksUrl({})", shown(&self.0))
    }
}

/// The URL without what comes after the `?`.
fn shown(uri: &Uri) -> String {
    let text = uri.to_string();
    text.split('?').next().unwrap_or_default().to_owned()
}

/// Without the brackets around an IPv6 address.
fn host(uri: &Uri) -> Option<&str> {
    let host = uri.host()?;
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    Some(bare.unwrap_or(host))
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Why there is no key set.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error("it did not answer in time")]
    TimedOut,
    #[error("it cannot be reached: {0}")]
    Unreachable(#[from] std::io::Error),
    #[error("the connection broke: {0}")]
    Broken(#[from] hyper::Error),
    #[error("it answered {0}; what is needed is 200, redirects are not followed")]
    Status(StatusCode),
    #[error("the answer broke off, or has more than {} KiB", MAX_BODY_BYTES / 1024)]
    Body,
    #[error(transparent)]
    KeySet(#[from] KeySetError),
}

/// The place, and what is needed to get there.
pub(super) struct Endpoint {
    uri: Uri,
    host: String,
    shown: String,
    tls: Option<(TlsConnector, ServerName<'static>)>,
}

impl Endpoint {
    pub(super) fn new(url: &JwksUrl) -> Result<Self, InfraError> {
        let uri = url.0.clone();
        let host = host(&uri).unwrap_or_default().to_owned();
        let tls = match uri.scheme_str() {
            Some("http") => None,
            _ => Some((
                TlsConnector::from(Arc::new(tls::client_config(tls::web_roots())?)),
                server_name(&host)?,
            )),
        };
        Ok(Self {
            shown: shown(&uri),
            uri,
            host,
            tls,
        })
    }

    /// For the log.
    pub(super) fn url(&self) -> &str {
        &self.shown
    }

    /// The document, if it is here within the limit.
    pub(super) async fn fetch(&self, limit: Duration) -> Result<Bytes, FetchError> {
        tokio::time::timeout(limit, self.get())
            .await
            .unwrap_or(Err(FetchError::TimedOut))
    }

    async fn get(&self) -> Result<Bytes, FetchError> {
        let stream = self.connect().await?;
        match &self.tls {
            None => self.exchange(stream).await,
            Some((connector, name)) => {
                let stream = connector.connect(name.clone(), stream).await?;
                self.exchange(stream).await
            }
        }
    }

    async fn connect(&self) -> Result<TcpStream, std::io::Error> {
        let default = if self.tls.is_some() { 443 } else { 80 };
        let port = self.uri.port_u16().unwrap_or(default);
        let mut failure = std::io::Error::other("the name has no address");
        for address in tokio::net::lookup_host((self.host.as_str(), port)).await? {
            match tokio::time::timeout(CONNECT_LIMIT, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => failure = error,
                Err(_) => failure = std::io::ErrorKind::TimedOut.into(),
            }
        }
        Err(failure)
    }

    async fn exchange<S>(&self, stream: S) -> Result<Bytes, FetchError>
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    {
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        // Ends by itself, well or not, when nobody sends or reads any more; what went wrong the other side knows, too.
        tokio::spawn(async move {
            let _ = connection.await;
        });
        let response = sender.send_request(self.request()).await?;
        if response.status() != StatusCode::OK {
            return Err(FetchError::Status(response.status()));
        }
        let body = Limited::new(response.into_body(), MAX_BODY_BYTES);
        let body = body.collect().await.map_err(|_| FetchError::Body)?;
        Ok(body.to_bytes())
    }

    fn request(&self) -> Request<Empty<Bytes>> {
        let path = self.uri.path_and_query().map_or("/", |path| path.as_str());
        let authority = self
            .uri
            .authority()
            .map_or("", |authority| authority.as_str());
        let mut request = Request::new(Empty::new());
        *request.uri_mut() = path.parse().unwrap_or_default();
        let headers = request.headers_mut();
        if let Ok(authority) = authority.parse() {
            headers.insert(header::HOST, authority);
        }
        let json = header::HeaderValue::from_static("application/json");
        headers.insert(header::ACCEPT, json);
        let agent = concat!("taskhive/", env!("CARGO_PKG_VERSION"));
        headers.insert(header::USER_AGENT, header::HeaderValue::from_static(agent));
        request
    }
}

fn server_name(host: &str) -> Result<ServerName<'static>, InfraError> {
    ServerName::try_from(host.to_owned()).map_err(|error| {
        let context = "AUTH_JWKS_URL names a host that cannot have a certificate";
        InfraError::new(InfraErrorKind::Broken, context, error)
    })
}
