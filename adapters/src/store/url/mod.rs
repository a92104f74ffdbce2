//! Which database, read from a URL without connecting. Errors say what to write instead and never repeat the URL: it may
//! hold a password, and a password with a stray `?` or `@` in it ends up in the most surprising places.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use percent_encoding::percent_decode_str;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

/// A checked database URL: `sqlite://path`, or `postgres://…` as providers print it.
///
/// Relative paths are relative to the working directory (`sqlite://taskhive.db`), absolute ones have a third slash
/// (`sqlite:///var/lib/taskhive/taskhive.db`).
#[derive(Clone)]
pub struct StoreUrl(pub(crate) Target);

/// Where the data is.
#[derive(Clone)]
pub(crate) enum Target {
    Sqlite(PathBuf),
    Postgres(Box<PostgresTarget>),
}

/// What a PostgreSQL URL says.
#[derive(Clone)]
pub(crate) struct PostgresTarget {
    pub(crate) config: Config,
    /// A PEM file with the authorities to trust; `None` trusts those that browsers trust.
    pub(crate) root_certificates: Option<PathBuf>,
}

impl PostgresTarget {
    fn place(&self) -> String {
        let config = &self.config;
        let mut hosts: Vec<String> = config.get_hosts().iter().map(host_name).collect();
        if hosts.is_empty() {
            hosts = config
                .get_hostaddrs()
                .iter()
                .map(IpAddr::to_string)
                .collect();
        }
        let ports = config.get_ports();
        let port_of = |index| ports.get(index).or(ports.first()).copied().unwrap_or(5432);
        let servers = hosts.iter().enumerate();
        let servers: Vec<String> = servers
            .map(|(index, host)| format!("{host}:{}", port_of(index)))
            .collect();
        match config.get_dbname() {
            Some(name) => format!("{}/{name}", servers.join(",")),
            None => servers.join(","),
        }
    }
}

fn host_name(host: &Host) -> String {
    match host {
        Host::Tcp(name) => name.clone(),
        Host::Unix(directory) => directory.display().to_string(),
    }
}

/// Why a database URL is not usable. Never contains any of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct StoreUrlError(String);

impl StoreUrl {
    /// Checks the form, and every option. Whether the database is there, only connecting can tell.
    pub fn parse(url: &str) -> Result<Self, StoreUrlError> {
        if let Some(path) = url
            .strip_prefix("sqlite://")
            .or_else(|| url.strip_prefix("sqlite:"))
        {
            sqlite_path(path).map(|path| Self(Target::Sqlite(path)))
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            postgres(url).map(|target| Self(Target::Postgres(Box::new(target))))
        } else {
            refuse("A database URL starts with sqlite:// or postgres://.")
        }
    }

    /// The file, if it names one.
    #[must_use]
    pub fn sqlite_file(&self) -> Option<&Path> {
        match &self.0 {
            Target::Sqlite(path) => Some(path),
            Target::Postgres(_) => None,
        }
    }

    /// Where the database is, for people: the path of the file, or host, port and name. No user and no password.
    #[must_use]
    pub fn place(&self) -> String {
        match &self.0 {
            Target::Sqlite(path) => path.display().to_string(),
            Target::Postgres(target) => target.place(),
        }
    }

    /// Whether it names a PostgreSQL server, and not a file.
    #[must_use]
    pub const fn is_postgres(&self) -> bool {
        matches!(self.0, Target::Postgres(_))
    }
}

/// Neither user nor password nor host: only the kind of database.
impl fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_postgres() {
            "StoreUrl(postgres)"
        } else {
            "StoreUrl(sqlite)"
        })
    }
}

impl FromStr for StoreUrl {
    type Err = StoreUrlError;

    fn from_str(url: &str) -> Result<Self, StoreUrlError> {
        Self::parse(url)
    }
}

fn refuse<T>(message: impl Into<String>) -> Result<T, StoreUrlError> {
    Err(StoreUrlError(message.into()))
}

fn sqlite_path(path: &str) -> Result<PathBuf, StoreUrlError> {
    if path.is_empty() || path.ends_with('/') {
        return refuse("A SQLite URL needs the path of a file: sqlite://taskhive.db.");
    }
    if path == ":memory:" {
        return refuse(
            "Each connection would get a memory database of its own; name a file instead.",
        );
    }
    if path.contains(['?', '\0']) {
        return refuse("A SQLite URL is a path and takes no options.");
    }
    // Without the directory, SQLite would take a name such as `file:x` for a URL of its own.
    Ok(PathBuf::from(".").join(path))
}

fn postgres(url: &str) -> Result<PostgresTarget, StoreUrlError> {
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    if query.contains(['@', '?']) || url.contains('#') {
        return refuse(
            "Special characters in a PostgreSQL URL must be percent-encoded (@ as %40, ? as %3F, # as %23).",
        );
    }
    let mut known = String::from(base);
    let mut tls = TlsOptions::default();
    for (index, option) in query.split('&').filter(|o| !o.is_empty()).enumerate() {
        let Some((key, value)) = option.split_once('=') else {
            return refuse("An option of a PostgreSQL URL has the form key=value.");
        };
        if !tls.takes(key, value)? {
            if !KNOWN_OPTIONS.contains(&key) {
                return refuse(format!(
                    "An option of the PostgreSQL URL is not known. Known are: sslmode, sslrootcert, {}.",
                    KNOWN_OPTIONS.join(", ")
                ));
            }
            known.push(if index == 0 || !known.contains('?') {
                '?'
            } else {
                '&'
            });
            known.push_str(option);
        }
    }
    let Ok(mut config) = Config::from_str(&known) else {
        return refuse(
            "The PostgreSQL URL is malformed. Expected: postgres://user:password@host:5432/database.",
        );
    };
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        return refuse("The PostgreSQL URL names no host.");
    }
    config.ssl_mode(tls.mode);
    Ok(PostgresTarget {
        config,
        root_certificates: tls.root_certificates,
    })
}

/// What the driver understands, besides the two TLS options that it does not understand well enough.
const KNOWN_OPTIONS: [&str; 18] = [
    "application_name",
    "channel_binding",
    "connect_timeout",
    "dbname",
    "host",
    "hostaddr",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_retries",
    "load_balance_hosts",
    "options",
    "password",
    "port",
    "sslnegotiation",
    "target_session_attrs",
    "tcp_user_timeout",
    "user",
];

struct TlsOptions {
    mode: SslMode,
    root_certificates: Option<PathBuf>,
}

impl Default for TlsOptions {
    fn default() -> Self {
        Self {
            mode: SslMode::Prefer,
            root_certificates: None,
        }
    }
}

impl TlsOptions {
    /// Keeps the option, if it is one of TLS.
    fn takes(&mut self, key: &str, value: &str) -> Result<bool, StoreUrlError> {
        match key {
            // The driver knows no verify-*; with rustls, `require` verifies chain and host name anyway.
            "sslmode" => {
                self.mode = match value {
                    "disable" => SslMode::Disable,
                    "prefer" | "allow" => SslMode::Prefer,
                    "require" | "verify-ca" | "verify-full" => SslMode::Require,
                    _ => {
                        return refuse(
                            "sslmode is one of disable, prefer, require, verify-ca and verify-full.",
                        );
                    }
                };
            }
            "sslrootcert" => {
                let path = percent_decoded(value).filter(|path| !path.is_empty());
                let Some(path) = path else {
                    return refuse("sslrootcert is the path of a PEM file, or the word system.");
                };
                self.root_certificates = (path != "system").then(|| PathBuf::from(&*path));
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// `None` also for a `%` that encodes nothing, which the library would leave as it is.
fn percent_decoded(text: &str) -> Option<Cow<'_, str>> {
    let encodes = |after: &str| {
        let digits = after.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    let decoded = percent_decode_str(text).decode_utf8().ok()?;
    text.split('%').skip(1).all(encodes).then_some(decoded)
}

#[cfg(test)]
mod tests;
