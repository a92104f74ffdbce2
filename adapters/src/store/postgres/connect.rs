//! Opens connections to PostgreSQL: TLS, keep-alives, time-outs.

use std::future::poll_fn;
use std::net::IpAddr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use diesel::{ConnectionError, ConnectionResult};
use diesel_async::AsyncPgConnection;
use futures_util::FutureExt;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use taskhive_domain::ports::{InfraError, InfraErrorKind};
use tokio::task::AbortHandle;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::tls::{MakeTlsConnect, NoTlsStream, TlsStream};
use tokio_postgres::{CancelToken, Client, Config, Connection, NoTls, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error_chain;
use crate::store::errors::Cause;
use crate::store::url::PostgresTarget;
use crate::tls;

/// How long a new connection may take, TLS included.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// Knows how to reach one server.
pub(super) struct Connector {
    /// With TLS, if the URL allows that.
    config: Config,
    /// Without, if the URL does not insist on it.
    plain: Option<Config>,
    tls: MakeRustlsConnect,
    /// Whether connections stay on this machine, where nobody listens in.
    is_local: bool,
    /// Whether it was said that connections are not encrypted. Once is enough until there is news.
    told: AtomicBool,
}

impl Connector {
    pub(super) fn new(target: &PostgresTarget) -> Result<Self, InfraError> {
        let mut config = with_time_outs(target.config.clone());
        let is_local = is_local(&config);
        let plain = (config.get_ssl_mode() == SslMode::Prefer).then(|| {
            let mut plain = config.clone();
            plain.ssl_mode(SslMode::Disable);
            plain
        });
        if plain.is_some() && !is_local {
            // The driver would go on without TLS and not say so.
            config.ssl_mode(SslMode::Require);
        }
        let roots = trusted_roots(target.root_certificates.as_deref())?;
        Ok(Self {
            config,
            plain,
            tls: MakeRustlsConnect::new(tls::client_config(roots)?),
            is_local,
            told: AtomicBool::new(false),
        })
    }

    /// A new connection.
    pub(super) async fn connect(&self) -> ConnectionResult<AsyncPgConnection> {
        match self.open().await? {
            Opened::Encrypted(client, connection) => {
                AsyncPgConnection::try_from_client_and_connection(client, connection).await
            }
            Opened::Plain(client, connection) => {
                AsyncPgConnection::try_from_client_and_connection(client, connection).await
            }
        }
    }

    /// A new connection that several may use at once, and what closes it under all of them.
    pub(super) async fn connect_shared(
        &self,
    ) -> ConnectionResult<(AsyncPgConnection, AbortHandle)> {
        match self.open().await? {
            Opened::Encrypted(client, connection) => share(client, connection).await,
            Opened::Plain(client, connection) => share(client, connection).await,
        }
    }

    /// A new connection of the driver's own, which knows the codes of the server's errors.
    pub(super) async fn connect_driver(&self) -> ConnectionResult<Client> {
        // What ends a connection is told to whoever waits for an answer.
        match self.open().await? {
            Opened::Encrypted(client, connection) => {
                tokio::spawn(connection.map(drop));
                Ok(client)
            }
            Opened::Plain(client, connection) => {
                tokio::spawn(connection.map(drop));
                Ok(client)
            }
        }
    }

    /// With `sslmode=prefer`, the default, a server whose certificate is not trusted is talked to in plain text, like one
    /// without TLS: that mode promises nothing. `require` and above always verify.
    async fn open(&self) -> ConnectionResult<Opened> {
        let opened = self.open_any().await;
        if opened.is_err() {
            // When this outage is over, it is worth saying again.
            self.told.store(false, Ordering::Relaxed);
        }
        opened
    }

    async fn open_any(&self) -> ConnectionResult<Opened> {
        let error = match self.config.connect(self.tls.clone()).await {
            Ok((client, connection)) => return Ok(Opened::Encrypted(client, connection)),
            Err(error) => error,
        };
        let Some(plain) = self.plain.as_ref().filter(|_| is_tls(&error)) else {
            return Err(ConnectionError::BadConnection(explained(&error)));
        };
        let without_tls = explained(&error);
        match plain.connect(NoTls).await {
            Ok((client, connection)) => {
                self.tell_that_it_is_plain(&without_tls);
                Ok(Opened::Plain(client, connection))
            }
            Err(error) => Err(ConnectionError::BadConnection(format!(
                "{}; before that, with TLS: {without_tls}",
                explained(&error)
            ))),
        }
    }

    fn tell_that_it_is_plain(&self, reason: &str) {
        if !self.is_local && !self.told.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                reason,
                "connections to the database are not encrypted, because sslmode is `prefer`; set sslmode=verify-full"
            );
        }
    }

    /// Asks the server to stop a statement. Nobody waits for the outcome; it is only worth a note.
    pub(super) async fn cancel(&self, running: CancelToken) {
        let asked =
            tokio::time::timeout(CONNECT_TIMEOUT, running.cancel_query(self.tls.clone())).await;
        if !matches!(asked, Ok(Ok(()))) {
            tracing::debug!("a statement that ran out of time could not be cancelled");
        }
    }
}

/// Both ends of what the driver opens: `Encrypted` is also what it calls a local connection that did not get TLS.
#[expect(
    clippy::large_enum_variant,
    reason = "it is taken apart as soon as it is there"
)]
enum Opened {
    Encrypted(
        Client,
        Connection<Socket, <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream>,
    ),
    Plain(Client, Connection<Socket, NoTlsStream>),
}

/// Runs a connection in a task of its own. Diesel would do the same, but ends its task only when the last user lets go.
async fn share<S: TlsStream + Unpin + Send + 'static>(
    client: Client,
    mut connection: Connection<Socket, S>,
) -> ConnectionResult<(AsyncPgConnection, AbortHandle)> {
    let driver = tokio::spawn(async move {
        while let Some(Ok(_notice)) = poll_fn(|context| connection.poll_message(context)).await {}
    });
    let conn = AsyncPgConnection::try_from(client).await?;
    Ok((conn, driver.abort_handle()))
}

/// The driver keeps its kinds to itself; this text is what it has for them.
fn is_tls(error: &tokio_postgres::Error) -> bool {
    error
        .to_string()
        .starts_with("error performing TLS handshake")
}

fn explained(error: &tokio_postgres::Error) -> String {
    let mut reason = error_chain(error);
    if reason.ends_with("UnknownIssuer") {
        reason.push_str(" (sslrootcert=… names the PEM file of an authority of your own)");
    }
    reason
}

/// Limits for what the URL does not say.
fn with_time_outs(mut config: Config) -> Config {
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_TIMEOUT);
    }
    if config.get_application_name().is_none() {
        config.application_name("taskhive");
    }
    // A peer that vanished without a word is noticed within a minute, or 10 s after something was sent to it. An idle
    // time of two hours is the driver's default, so it stands for "not set".
    if config.get_keepalives_idle() == Duration::from_hours(2) {
        config.keepalives_idle(Duration::from_secs(30));
    }
    if config.get_keepalives_interval().is_none() {
        config.keepalives_interval(Duration::from_secs(10));
    }
    if config.get_keepalives_retries().is_none() {
        config.keepalives_retries(3);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(Duration::from_secs(10));
    }
    config
}

/// Sockets of this machine, and addresses and the name of its loopback.
fn is_local(config: &Config) -> bool {
    let is_loopback = |host: &str| host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
    if !config.get_hostaddrs().is_empty() {
        return config.get_hostaddrs().iter().all(IpAddr::is_loopback);
    }
    config.get_hosts().iter().all(|host| match host {
        Host::Tcp(host) => host == "localhost" || is_loopback(host),
        Host::Unix(_) => true,
    })
}

/// The authorities in the file, or those that browsers trust.
fn trusted_roots(file: Option<&Path>) -> Result<RootCertStore, InfraError> {
    let Some(path) = file else {
        return Ok(tls::web_roots());
    };
    let unreadable = |reason: String| {
        let context = format!("read sslrootcert {}", path.display());
        InfraError::new(InfraErrorKind::Broken, context, Cause(reason))
    };
    let certificates = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| unreadable(error_chain(&error)))?;
    if certificates.is_empty() {
        return Err(unreadable("no certificate in it".to_owned()));
    }
    let mut roots = RootCertStore::empty();
    for certificate in certificates {
        roots
            .add(certificate)
            .map_err(|error| unreadable(error_chain(&error)))?;
    }
    Ok(roots)
}
