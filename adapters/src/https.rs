//! The client for HTTP and HTTPS, for what the service asks of others: the keys of an identity provider, a place for traces.

use std::time::Duration;

use hyper::body::Body;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use taskhive_domain::ports::InfraError;

use crate::tls;

/// One address of several that does not answer must not use up the time of the others; they share this.
const CONNECT_LIMIT: Duration = Duration::from_secs(4);

/// Follows no redirects, keeps no cookies, knows no proxy.
pub(crate) type HttpsClient<B> = Client<HttpsConnector<HttpConnector>, B>;

/// Keeps at most so many connections to a host while nothing is asked of it. Whether it must be asked by https is the
/// business of whoever has the address.
pub(crate) fn client<B>(idle_connections: usize) -> Result<HttpsClient<B>, InfraError>
where
    B: Body + Send,
    B::Data: Send,
{
    let mut tcp = HttpConnector::new();
    // TLS is the business of the connector around it.
    tcp.enforce_http(false);
    tcp.set_connect_timeout(Some(CONNECT_LIMIT));
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(tls::client_config(tls::web_roots())?)
        .https_or_http()
        .enable_http1()
        .wrap_connector(tcp);
    Ok(Client::builder(TokioExecutor::new())
        .pool_max_idle_per_host(idle_connections)
        .build(connector))
}
