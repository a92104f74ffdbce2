//! The configuration: environment variables, or a `.env` file beside the service. Nothing is needed to start.
//!
//! [`Config::from_vars`] is pure and reports every mistake at once; [`settings::SETTINGS`] is the manual, from which
//! `.env.example` is made. What a secret holds is never repeated in a message.

mod external_issuer;
mod reader;
pub mod settings;
mod traces;

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use ipnet::IpNet;
use taskhive_adapters::external_issuer::ExternalIssuerSettings;
use taskhive_adapters::jwt::SigningSecrets;
use taskhive_adapters::store::{StoreSettings, StoreUrl};
use taskhive_adapters::traces::TraceSettings;
use tracing_subscriber::filter::Targets;

use crate::accounts::rate_limit::Rates;
use crate::http::client_address::TrustedProxies;
use crate::http::server::ServerLimits;
use crate::operation::access::Introspection;
use crate::operation::admission;
use crate::telemetry::LogFormat;
use crate::transport::http::IntakeLimits;
use crate::transport::websocket::SocketLimits;
use reader::Reader;

/// Environment variables by name.
pub type Vars = BTreeMap<String, String>;

/// Everything that can be set, parsed.
#[derive(Debug)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where operators are told how things are; `None` tells nobody.
    pub metrics: Option<SocketAddr>,
    /// How browsers reach the service, without a slash at the end; `None` if nobody said.
    pub public_url: Option<String>,
    /// The database.
    pub store: StoreSettings,
    /// How long to wait at the start for a database that is not there yet.
    pub start_wait: Duration,
    /// What signs tokens; `None` keeps a secret in [`settings::SECRET_FILE`].
    pub jwt_secret: Option<SigningSecrets>,
    /// Whose access tokens are accepted instead of our own.
    pub external_issuer: Option<ExternalIssuerSettings>,
    /// The page where people sign in at that issuer; `None` if nobody said.
    pub sign_in_url: Option<String>,
    /// Origins of browser clients that live elsewhere.
    pub cors_origins: Vec<String>,
    /// Networks of proxies whose X-Forwarded-For is believed.
    pub proxies: TrustedProxies,
    /// Who may look at the schema.
    pub introspection: Introspection,
    /// Whether `/playground` is there.
    pub playground: bool,
    /// Whether everybody may create an account.
    pub registration_open: bool,
    /// How long it is remembered that a task was deleted.
    pub keep_deletions: Duration,
    /// How log lines are written.
    pub log_format: LogFormat,
    /// Which log lines are written.
    pub log_filter: Targets,
    /// Connections: how many, and how they come to their end.
    pub server: ServerLimits,
    /// What a request may bring, and how long that may take to arrive.
    pub intake: IntakeLimits,
    /// What a socket may ask for, and how long that may take.
    pub sockets: SocketLimits,
    /// Sockets and event streams of one user.
    pub live_per_user: usize,
    /// Operations under way at the same time.
    pub operations: usize,
    /// Longest execution of one operation.
    pub execution_timeout: Duration,
    /// Limits of rate.
    pub rates: Rates,
    /// Limits of what one document may ask for.
    pub documents: admission::Limits,
    /// Whether each operation gets its line in the log.
    pub log_requests: bool,
    /// Where operations are traced; `None` traces none.
    pub traces: Option<TraceSettings>,
    /// What looks like a mistake, but does not keep the service from starting.
    pub warnings: Vec<String>,
}

/// Everything that is wrong with the configuration.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub struct ConfigErrors(Vec<String>);

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "The configuration needs attention:")?;
        self.0
            .iter()
            .try_for_each(|mistake| writeln!(f, "  - {mistake}"))?;
        write!(f, "Every setting is explained in .env.example.")
    }
}

impl Config {
    /// Reads all settings; unset and empty ones have their defaults.
    pub fn from_vars(vars: &Vars) -> Result<Self, ConfigErrors> {
        let mut reader = Reader::new(vars);
        let host: IpAddr = reader.parsed("HOST", "an IP address, such as 127.0.0.1 or 0.0.0.0");
        let port: u16 = reader.parsed("PORT", "a number from 0 to 65535");
        let store = read_store(&mut reader);
        let jwt_secret = reader.optional("JWT_SECRET", SigningSecrets::parse);
        let on_postgres = store.as_ref().is_some_and(|store| store.url.is_postgres());
        if on_postgres && !reader.is_set("JWT_SECRET") {
            let hint = "must be set with PostgreSQL, the same for all instances; make one with: openssl rand -base64 48";
            reader.mistake("JWT_SECRET", hint);
        }
        let proxies = TrustedProxies::new(reader.list("TRUSTED_PROXIES", parse_network));
        let config = Self {
            listen: SocketAddr::new(host, port),
            public_url: reader.optional("PUBLIC_URL", parse_origin),
            metrics: reader.optional("METRICS_ADDR", parse_metrics_address),
            start_wait: reader.seconds_or_none("START_WAIT_SECONDS"),
            jwt_secret,
            external_issuer: external_issuer::read(&mut reader),
            sign_in_url: external_issuer::read_sign_in_url(&mut reader),
            cors_origins: reader.list("CORS_ORIGINS", parse_origin),
            introspection: reader.choice(
                "INTROSPECTION",
                Introspection::Public,
                &[
                    ("public", Introspection::Public),
                    ("authenticated", Introspection::Authenticated),
                    ("off", Introspection::Off),
                ],
            ),
            playground: reader.choice("PLAYGROUND", true, &[("on", true), ("off", false)]),
            registration_open: reader.choice(
                "REGISTRATION",
                true,
                &[("open", true), ("closed", false)],
            ),
            keep_deletions: reader.days("KEEP_DELETIONS_DAYS", 30..=3650),
            log_format: reader.choice(
                "LOG_FORMAT",
                LogFormat::Text,
                &[("text", LogFormat::Text), ("json", LogFormat::Json)],
            ),
            log_requests: reader.choice("LOG_REQUESTS", true, &[("on", true), ("off", false)]),
            log_filter: reader.parsed("RUST_LOG", "levels as in `info` or `warn,taskhive=debug`"),
            server: read_server_limits(&mut reader, proxies.clone()),
            proxies,
            intake: read_intake_limits(&mut reader),
            sockets: read_socket_limits(&mut reader),
            live_per_user: reader.number("LIMIT_SOCKETS_PER_USER", 1..=100_000),
            operations: reader.number("LIMIT_OPERATIONS", 1..=1_000_000),
            execution_timeout: reader.seconds("LIMIT_EXECUTION_SECONDS"),
            rates: read_rates(&mut reader),
            documents: read_document_limits(&mut reader),
            traces: traces::read(&mut reader),
            warnings: warnings(&reader, host),
            store: match reader.finish(store) {
                Ok(store) => store,
                Err(mistakes) => return Err(ConfigErrors(mistakes)),
            },
        };
        Ok(config)
    }

    /// How many files may be open at the same time: connections of clients and to the database, and some for the rest.
    #[must_use]
    pub fn descriptors(&self) -> u64 {
        // A connection of SQLite has three files.
        let database = self.store.pool_size.saturating_mul(3);
        let connections = self.server.connections.saturating_add(database);
        u64::try_from(connections)
            .unwrap_or(u64::MAX)
            .saturating_add(64)
    }

    /// Whether browsers reach the service by https: then cookies are Secure and HSTS is sent.
    #[must_use]
    pub fn is_https(&self) -> bool {
        let url = self.public_url.as_deref();
        url.is_some_and(|url| url.starts_with("https://"))
    }
}

fn read_store(reader: &mut Reader<'_>) -> Option<StoreSettings> {
    let url = reader.required("DATABASE_URL", StoreUrl::parse);
    let direct_url = reader.optional("DATABASE_DIRECT_URL", StoreUrl::parse);
    let mut pool_size = reader.number("DATABASE_POOL_SIZE", 1..=1000);
    let on_sqlite = url.as_ref().is_some_and(|url| !url.is_postgres());
    if on_sqlite && !reader.is_set("DATABASE_POOL_SIZE") {
        pool_size = sqlite_readers();
    }
    let wait_timeout = reader.seconds("LIMIT_POOL_WAIT_SECONDS");
    let statement_timeout = reader.seconds("LIMIT_STATEMENT_SECONDS");
    url.map(|url| StoreSettings {
        url,
        direct_url,
        pool_size,
        runtimes: 1,
        wait_timeout,
        statement_timeout,
    })
}

/// More than there are cores only get into each other's way. Two at least, because half of them search.
fn sqlite_readers() -> usize {
    std::thread::available_parallelism().map_or(2, |cores| cores.get().max(2))
}

fn read_server_limits(reader: &mut Reader<'_>, proxies: TrustedProxies) -> ServerLimits {
    ServerLimits {
        connections: reader.number("LIMIT_CONNECTIONS", 1..=1_000_000),
        connections_per_network: reader.number("LIMIT_CONNECTIONS_PER_NETWORK", 0..=1_000_000),
        proxies,
        header_timeout: reader.seconds("LIMIT_HEADERS_SECONDS"),
        notice: reader.seconds_or_none("SHUTDOWN_NOTICE_SECONDS"),
        grace: reader.seconds("LIMIT_GRACE_SECONDS"),
    }
}

fn read_intake_limits(reader: &mut Reader<'_>) -> IntakeLimits {
    IntakeLimits {
        body_bytes: reader.number("LIMIT_BODY_BYTES", 1024..=64 << 20),
        query_string_bytes: reader.number("LIMIT_QUERY_STRING_BYTES", 256..=64 << 10),
        body_timeout: reader.seconds("LIMIT_BODY_SECONDS"),
    }
}

fn read_socket_limits(reader: &mut Reader<'_>) -> SocketLimits {
    SocketLimits {
        init: reader.seconds("LIMIT_INIT_SECONDS"),
        operations: reader.number("LIMIT_OPERATIONS_PER_SOCKET", 1..=10_000),
        message_bytes: reader.number("LIMIT_MESSAGE_BYTES", 1024..=16 << 20),
        send: reader.seconds("LIMIT_SEND_SECONDS"),
        ping: reader.seconds("LIMIT_PING_SECONDS"),
        silence: reader.seconds("LIMIT_SILENCE_SECONDS"),
    }
}

fn read_rates(reader: &mut Reader<'_>) -> Rates {
    Rates {
        requests_per_minute: reader.rate("LIMIT_REQUESTS_PER_MINUTE"),
        login_per_minute: reader.rate("LIMIT_LOGIN_PER_MINUTE"),
        register_per_hour: reader.rate("LIMIT_REGISTER_PER_HOUR"),
        refresh_per_minute: reader.rate("LIMIT_REFRESH_PER_MINUTE"),
        account_failures: reader.rate("LIMIT_ACCOUNT_FAILURES"),
        account_failures_per_hour: reader.rate("LIMIT_ACCOUNT_FAILURES_PER_HOUR"),
    }
}

fn read_document_limits(reader: &mut Reader<'_>) -> admission::Limits {
    let defaults = admission::Limits::default();
    admission::Limits {
        document_bytes: reader.number("LIMIT_DOCUMENT_BYTES", 256..=1 << 20),
        tokens: reader.number("LIMIT_TOKENS", 10..=100_000),
        expanded_fields: reader.number("LIMIT_EXPANDED_FIELDS", 1..=100_000),
        aliases: reader.number("LIMIT_ALIASES", 0..=100_000),
        root_fields: reader.number("LIMIT_ROOT_FIELDS", 1..=1000),
        mutations: reader.number("LIMIT_MUTATIONS", 1..=1000),
        directives: reader.number("LIMIT_DIRECTIVES", 0..=10_000),
        directives_per_field: reader.number("LIMIT_DIRECTIVES_PER_FIELD", 0..=1000),
        // What nests deeper than that is refused before anybody counts: it is what bounds the stack.
        depth: reader.number("LIMIT_DEPTH", 1..=defaults.nesting),
        complexity: reader.number("LIMIT_COMPLEXITY", 1..=1_000_000) as u64,
        ..defaults
    }
}

/// What looks like a mistake, but does not keep the service from starting.
fn warnings(reader: &Reader<'_>, host: IpAddr) -> Vec<String> {
    let mut warnings = reader.misspelt();
    if !host.is_loopback() && !reader.is_set("PUBLIC_URL") {
        let warning = "PUBLIC_URL is not set, though HOST lets others reach the service, so cookies are not Secure. \
            Set it to the address that browsers use.";
        warnings.push(warning.to_owned());
    }
    if reader.is_set("AUTH_ISSUER") && !reader.is_set("AUTH_SIGN_IN_URL") {
        let warning = "AUTH_SIGN_IN_URL is not set, so the browser client cannot say where people sign in. \
            Set it to the page of the identity provider.";
        warnings.push(warning.to_owned());
    }
    warnings
}

/// `127.0.0.1:9464`. A name of a machine may be several addresses, and nobody could say which is meant.
fn parse_metrics_address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse()
        .map_err(|_| "must be an IP address and a port, such as 127.0.0.1:9464")
}

/// `10.0.0.0/8`, or one address.
fn parse_network(text: &str) -> Result<IpNet, &'static str> {
    let address = || text.parse::<IpAddr>().map(IpNet::from);
    let mistake = "must be IP addresses or networks, such as 10.0.0.0/8, with commas in between";
    text.parse().or_else(|_| address()).map_err(|_| mistake)
}

const NOT_AN_ORIGIN: &str =
    "must be an origin such as https://app.example.org: scheme, host, perhaps a port, and no path";

/// `https://app.example.org:8443`, with or without a slash at the end.
fn parse_origin(text: &str) -> Result<String, &'static str> {
    let origin = text.strip_suffix('/').unwrap_or(text);
    let uri: axum::http::Uri = origin.parse().map_err(|_| NOT_AN_ORIGIN)?;
    let http = matches!(uri.scheme_str(), Some("http" | "https"));
    let bare = uri.path() == "/"
        && uri.query().is_none()
        && !origin.contains('*')
        && !origin.contains('@');
    if http && bare && uri.host().is_some() {
        Ok(origin.to_ascii_lowercase())
    } else {
        Err(NOT_AN_ORIGIN)
    }
}

#[cfg(test)]
mod tests;
