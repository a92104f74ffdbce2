//! Puts the parts together: the only place that names adapters, besides the configuration.

use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use governor::clock::MonotonicClock;
use taskhive_adapters::argon2::Argon2Hasher;
use taskhive_adapters::clock::SystemClock;
use taskhive_adapters::external_issuer::ExternalIssuer;
use taskhive_adapters::jwt::{JwtIssuer, SigningSecrets};
use taskhive_adapters::known_users::KnownUsers;
use taskhive_adapters::store::{Store, StoreSettings};
use taskhive_domain::accounts::{AccountPorts, ExternalPorts};
use taskhive_domain::ports::{Clock, InfraError, InfraErrorKind, PasswordHasher, SessionEvents};
use taskhive_domain::{Accounts, Administration, SessionId, Tasks};

use crate::accounts::rate_limit::RateLimits;
use crate::config::Config;
use crate::graphql::{self, ServerInfo, Services};
use crate::http::client_address::TrustedProxies;
use crate::http::shutdown::Shutdown;
use crate::operation::access::{Guard, Policy};
use crate::operation::admission::Admission;
use crate::operation::connections::ConnectionRegistry;
use crate::operation::pipeline::Pipeline;
use crate::operation::revocation::RevocationList;
use crate::transport::cookies::Cookies;
use crate::transport::health::{Probe, Readiness};
use crate::transport::http::{GraphQlEndpoint, IntakeLimits};
use crate::transport::router::{RouterOptions, router};
use crate::transport::websocket::{SocketEndpoint, SocketLimits};

/// Who issues our tokens, and for whom they are: the service itself. An installation is told apart by its secret.
const TOKEN_ISSUER: &str = "taskhive";

/// The service, ready to be served.
pub struct App {
    /// All paths.
    pub router: Router,
    /// Tells sockets and streams that the service stops. The server begins it.
    pub shutdown: Shutdown,
}

/// Opens the database the configuration names.
pub async fn open_store(config: &Config) -> Result<Store, InfraError> {
    Store::connect(StoreSettings {
        direct_url: config.database_direct.clone(),
        pool_size: config.pool_size,
        wait_timeout: config.limits.wait,
        statement_timeout: config.limits.statement,
        ..StoreSettings::new(config.database.clone())
    })
    .await
}

/// The whole service on an open database. `secrets` sign its tokens. With an identity provider, begins to fetch its keys,
/// so there must be a Tokio runtime.
pub fn build(config: &Config, store: &Store, secrets: &SigningSecrets) -> Result<App, InfraError> {
    build_with(
        config,
        store,
        secrets,
        Arc::new(Argon2Hasher::new(cores())?),
    )
}

/// The same with another password hasher: tests that sign up hundreds of users take one that costs less.
pub fn build_with(
    config: &Config,
    store: &Store,
    secrets: &SigningSecrets,
    hasher: Arc<dyn PasswordHasher>,
) -> Result<App, InfraError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let ended = Arc::new(RevocationList::new(store.sessions(), Arc::clone(&clock)));
    let services = services(config, store, secrets, hasher, &clock, ended.clone())?;
    let shutdown = Shutdown::new();
    let pipeline = Arc::new(pipeline(config, services, ended, clock, &shutdown)?);
    let sockets = Arc::new(sockets(config, &pipeline, &shutdown));
    let endpoint = Arc::new(GraphQlEndpoint {
        pipeline,
        cookies: Cookies::new(own_origins(config), config.is_https()),
        limits: IntakeLimits {
            body_bytes: config.limits.body_bytes,
            query_string_bytes: config.limits.query_string_bytes,
            body_timeout: config.limits.body,
        },
    });
    let readiness = Arc::new(Readiness::new(Arc::new(store.clone()), shutdown.clone()));
    let options = RouterOptions {
        cors_origins: config.cors_origins.clone(),
        playground: config.playground,
        https: config.is_https(),
        proxies: TrustedProxies::new(config.trusted_proxies.clone()),
    };
    Ok(App {
        router: router(endpoint, sockets, readiness, options),
        shutdown,
    })
}

/// What an operator can do to accounts.
pub fn administration(store: &Store) -> Result<Administration, InfraError> {
    Ok(Administration::new(AccountPorts {
        users: store.users(),
        sessions: store.sessions(),
        session_events: Arc::new(NobodyListens),
        hasher: Arc::new(Argon2Hasher::new(cores())?),
        clock: Arc::new(SystemClock),
    }))
}

/// An operator's command is a process of its own: those that serve find out by asking the database.
struct NobodyListens;

impl SessionEvents for NobodyListens {
    fn ended(&self, _sessions: &[SessionId]) {}
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

fn services(
    config: &Config,
    store: &Store,
    secrets: &SigningSecrets,
    hasher: Arc<dyn PasswordHasher>,
    clock: &Arc<dyn Clock>,
    session_events: Arc<dyn SessionEvents>,
) -> Result<Services, InfraError> {
    let tasks = Tasks::new(store.tasks(), store.events(), Arc::clone(clock));
    let ports = AccountPorts {
        users: store.users(),
        sessions: store.sessions(),
        session_events,
        hasher,
        clock: Arc::clone(clock),
    };
    let accounts = match &config.external_issuer {
        None => {
            let issuer = JwtIssuer::new(secrets, TOKEN_ISSUER, TOKEN_ISSUER)?;
            Accounts::new(ports, Arc::new(issuer))
        }
        Some(issuer) => {
            let known = KnownUsers::new(store.external_users(), Arc::clone(clock));
            let external = ExternalPorts {
                provider: Arc::new(ExternalIssuer::watching(issuer)?),
                users: Arc::new(known),
            };
            Accounts::with_identity_provider(ports, external)
        }
    };
    Ok(Services {
        tasks: Arc::new(tasks),
        accounts: Arc::new(accounts),
        limits: Arc::new(RateLimits::new(&config.rates, &MonotonicClock)),
    })
}

fn pipeline(
    config: &Config,
    services: Services,
    ended: Arc<RevocationList>,
    clock: Arc<dyn Clock>,
    shutdown: &Shutdown,
) -> Result<Pipeline, InfraError> {
    let nesting = config.documents.nesting;
    let admission = Admission::new(&graphql::sdl(), config.documents.clone()).map_err(|error| {
        InfraError::new(InfraErrorKind::Broken, "the schema cannot be served", error)
    })?;
    let policy = Policy::new(admission.schema(), config.introspection);
    let guard = Guard::new(Arc::clone(&services.accounts), Arc::clone(&ended));
    let live = ConnectionRegistry::new(config.limits.live_per_user, ended, clock, shutdown.clone());
    let server = server_info(config);
    let limits = Arc::clone(&services.limits);
    let schema = graphql::executable(services, server, nesting);
    Ok(Pipeline::new(
        schema,
        admission,
        policy,
        guard,
        Arc::new(live),
        limits,
        config.limits.execution,
    ))
}

/// With an identity provider, neither signing up nor in is done here.
fn server_info(config: &Config) -> ServerInfo {
    let password_login = config.external_issuer.is_none();
    ServerInfo::new(password_login && config.registration_open, password_login)
}

fn sockets(config: &Config, pipeline: &Arc<Pipeline>, shutdown: &Shutdown) -> SocketEndpoint {
    let others = config.cors_origins.iter();
    let others = others.filter_map(|origin| origin.to_str().ok().map(str::to_owned));
    SocketEndpoint {
        pipeline: Arc::clone(pipeline),
        origins: own_origins(config).into_iter().chain(others).collect(),
        limits: SocketLimits {
            init: config.limits.init,
            operations: config.limits.operations_per_socket,
            message_bytes: config.limits.message_bytes,
            send: config.limits.send,
            ping: config.limits.ping,
            silence: config.limits.silence,
        },
        shutdown: shutdown.clone(),
    }
}

/// Under which origins browsers know the service. A service on loopback has two names.
fn own_origins(config: &Config) -> Vec<String> {
    let mut origins = vec![config.public_url.clone()];
    if config.listen.ip().is_loopback() {
        origins.push(format!("http://localhost:{}", config.listen.port()));
    }
    origins
}

#[async_trait]
impl Probe for Store {
    async fn ping(&self) -> Result<(), InfraError> {
        Self::ping(self).await
    }
}
