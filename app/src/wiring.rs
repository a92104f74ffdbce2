//! Puts the parts together: the only place that names adapters, besides the configuration.

use std::sync::Arc;

use async_trait::async_trait;
use governor::clock::MonotonicClock;
use taskhive_adapters::argon2::Argon2Hasher;
use taskhive_adapters::backend::Backend;
use taskhive_adapters::clock::SystemClock;
use taskhive_adapters::error_chain;
use taskhive_adapters::external_issuer::ExternalIssuer;
use taskhive_adapters::jwt::{JwtIssuer, SigningSecrets};
use taskhive_adapters::known_users::KnownUsers;
use taskhive_adapters::traces::Traces;
use taskhive_domain::accounts::{AccountPorts, ExternalPorts};
use taskhive_domain::ports::{Clock, InfraError, InfraErrorKind, PasswordHasher, SessionEvents};
use taskhive_domain::{Accounts, Administration, SessionId, Tasks};
use tokio::net::TcpListener;

use crate::accounts::guarded::{GuardedAccounts, Offer};
use crate::accounts::rate_limit::RateLimits;
use crate::accounts::revocation::RevocationList;
use crate::config::Config;
use crate::graphql::{self, Services, UnguardedSchema};
use crate::http::cells::Cells;
use crate::http::own_origins::OwnOrigins;
use crate::http::refresh_cookie::RefreshCookie;
use crate::http::server::{self, ServerLimits};
use crate::http::shutdown::Shutdown;
use crate::metrics::Metrics;
use crate::operation::access::{Guard, Policy};
use crate::operation::admission::Admission;
use crate::operation::capacity::Capacity;
use crate::operation::connections::ConnectionRegistry;
use crate::operation::observation::Observer;
use crate::operation::pipeline::Pipeline;
use crate::readings;
use crate::transport::every_request::HttpOptions;
use crate::transport::health::{Probe, Readiness};
use crate::transport::http::GraphQlEndpoint;
use crate::transport::operator;
use crate::transport::router::{HttpService, other_paths};
use crate::transport::websocket::SocketEndpoint;

/// Who issues our tokens, and for whom they are: the service itself. An installation is told apart by its secret.
const TOKEN_ISSUER: &str = "taskhive";

/// The service, ready to be served.
pub struct App {
    /// All paths.
    pub service: HttpService,
    server: ServerLimits,
    metrics: Arc<Metrics>,
    readiness: Arc<Readiness>,
    revocations: Arc<RevocationList>,
    traces: Option<Arc<Traces>>,
    /// Tells sockets and streams that the service stops. The server begins it.
    shutdown: Shutdown,
}

impl App {
    /// Fetches what ended on other instances, so that the first requests need not wait for it: after a start there may be
    /// much. If it cannot be had they try again.
    pub async fn fetch_ended_sessions(&self) {
        if let Err(error) = self.revocations.refresh().await {
            tracing::warn!(
                cause = error_chain(&error),
                "the ended sessions will be fetched by the first request"
            );
        }
    }

    /// Answers operators on a listener of its own, until it is dropped.
    pub fn serve_operators(
        &self,
        listener: TcpListener,
    ) -> impl Future<Output = ()> + Send + use<> {
        let (metrics, readiness) = (Arc::clone(&self.metrics), Arc::clone(&self.readiness));
        operator::serve(listener, operator::router(metrics, readiness))
    }

    /// Serves in these cells until `stop` is ready; returns when all requests, sockets and streams have come to their end.
    pub async fn serve(self, listener: TcpListener, cells: Cells, stop: impl Future<Output = ()>) {
        let Self {
            service,
            server,
            shutdown,
            traces,
            ..
        } = self;
        server::serve(listener, cells, service, server, shutdown, stop).await;
        if let Some(traces) = traces {
            traces.finish().await;
        }
    }
}

/// Opens the database the configuration names.
pub async fn open_backend(config: &Config) -> Result<Backend, InfraError> {
    Backend::open(config.store.clone()).await
}

/// The whole service on an open database. `secrets` sign its tokens. With an identity provider, begins to fetch its keys,
/// so there must be a Tokio runtime.
pub fn build(
    config: &Config,
    backend: &Backend,
    secrets: &SigningSecrets,
) -> Result<App, InfraError> {
    let hasher = Arc::new(Argon2Hasher::new(cores())?);
    let app = build_with(config, backend, secrets, Arc::clone(&hasher) as _)?;
    readings::watch_hasher(&app.metrics, &hasher);
    Ok(app)
}

/// The same with another password hasher: tests that sign up hundreds of users take one that costs less.
pub fn build_with(
    config: &Config,
    backend: &Backend,
    secrets: &SigningSecrets,
    hasher: Arc<dyn PasswordHasher>,
) -> Result<App, InfraError> {
    build_at(config, backend, secrets, hasher, Arc::new(SystemClock))
}

/// The same by another clock: tests that compare two services want the same times from both.
pub fn build_at(
    config: &Config,
    backend: &Backend,
    secrets: &SigningSecrets,
    hasher: Arc<dyn PasswordHasher>,
    clock: Arc<dyn Clock>,
) -> Result<App, InfraError> {
    backend.start_events();
    let shutdown = Shutdown::new();
    let refresh_cookie = refresh_cookie(config);
    let protection = Protection::new(config, backend, secrets, hasher, &clock)?;
    let revocations = Arc::clone(&protection.revocations);
    let services = protection.services(backend, refresh_cookie.clone(), &clock);
    let metrics = Metrics::new(database_name(config), clock.now());
    let traces = config.traces.as_ref().map(Traces::start).transpose()?;
    let traces = traces.map(Arc::new);
    let observer = Observer::new(config.log_requests, &metrics, traces.clone());
    let pipeline = pipeline(config, protection, services, clock, &shutdown, observer)?;
    let pipeline = Arc::new(pipeline);
    readings::watch_backend(&metrics, backend);
    readings::watch_pipeline(&metrics, &pipeline);
    let sockets = SocketEndpoint {
        pipeline: Arc::clone(&pipeline),
        own_origins: own_origins(config),
        cors_origins: config.cors_origins.clone(),
        limits: config.sockets,
        shutdown: shutdown.clone(),
    };
    let endpoint = GraphQlEndpoint {
        pipeline,
        refresh_cookie,
        limits: config.intake,
    };
    let readiness = Readiness::new(Arc::new(backend.clone()), shutdown.clone());
    let readiness = Arc::new(readiness);
    let others = other_paths(sockets, Arc::clone(&readiness), config.playground);
    let options = HttpOptions {
        cors_origins: config.cors_origins.clone(),
        https: config.is_https(),
        proxies: config.proxies.clone(),
    };
    Ok(App {
        service: HttpService::new(endpoint, others, options),
        metrics: Arc::new(metrics),
        readiness,
        revocations,
        traces,
        server: config.server.clone(),
        shutdown,
    })
}

/// The schema on the same use cases with nothing in front of it, for tests that compare.
pub fn unguarded_schema(
    config: &Config,
    backend: &Backend,
    secrets: &SigningSecrets,
    hasher: Arc<dyn PasswordHasher>,
    clock: &Arc<dyn Clock>,
) -> Result<UnguardedSchema, InfraError> {
    let protection = Protection::new(config, backend, secrets, hasher, clock)?;
    let services = protection.services(backend, refresh_cookie(config), clock);
    Ok(UnguardedSchema::new(services, protection.accounts))
}

/// What an operator can do to accounts.
pub fn administration(config: &Config, backend: &Backend) -> Result<Administration, InfraError> {
    let ports = AccountPorts {
        users: Arc::clone(&backend.users),
        sessions: Arc::clone(&backend.sessions),
        session_events: Arc::new(NobodyListens),
        hasher: Arc::new(Argon2Hasher::new(cores())?),
        clock: Arc::new(SystemClock),
    };
    let changes = Arc::clone(&backend.changes);
    Ok(Administration::new(ports, changes, config.keep_deletions))
}

/// An operator's command is a process of its own: those that serve find out by asking the database.
struct NobodyListens;

impl SessionEvents for NobodyListens {
    fn ended(&self, _sessions: &[SessionId]) {}
}

/// How many threads can run at the same time.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// The use cases of accounts and what stands round them.
struct Protection {
    accounts: Arc<Accounts>,
    revocations: Arc<RevocationList>,
    limits: Arc<RateLimits>,
    offer: Offer,
}

impl Protection {
    fn new(
        config: &Config,
        backend: &Backend,
        secrets: &SigningSecrets,
        hasher: Arc<dyn PasswordHasher>,
        clock: &Arc<dyn Clock>,
    ) -> Result<Self, InfraError> {
        let sessions = Arc::clone(&backend.sessions);
        let revocations = Arc::new(RevocationList::new(
            Arc::clone(&sessions),
            Arc::clone(clock),
        ));
        let ports = AccountPorts {
            users: Arc::clone(&backend.users),
            sessions,
            session_events: Arc::clone(&revocations) as Arc<dyn SessionEvents>,
            hasher,
            clock: Arc::clone(clock),
        };
        let accounts = match &config.external_issuer {
            None => {
                let issuer = JwtIssuer::new(secrets, TOKEN_ISSUER, TOKEN_ISSUER)?;
                Accounts::new(ports, Arc::new(issuer))
            }
            Some(issuer) => {
                let users = Arc::clone(&backend.external_users);
                let external = ExternalPorts {
                    provider: Arc::new(ExternalIssuer::watching(issuer)?),
                    users: Arc::new(KnownUsers::new(users, Arc::clone(clock))),
                };
                Accounts::with_identity_provider(ports, external)
            }
        };
        // With an identity provider, neither signing up nor in is done here.
        let password_login = config.external_issuer.is_none();
        Ok(Self {
            accounts: Arc::new(accounts),
            revocations,
            limits: Arc::new(RateLimits::new(&config.rates, &MonotonicClock)),
            offer: Offer {
                password_login,
                registration_open: password_login && config.registration_open,
                sign_in_url: config.sign_in_url.as_deref().map(Arc::from),
            },
        })
    }

    fn services(
        &self,
        backend: &Backend,
        refresh_cookie: RefreshCookie,
        clock: &Arc<dyn Clock>,
    ) -> Services {
        let (tasks, events) = (Arc::clone(&backend.tasks), Arc::clone(&backend.events));
        let changes = Arc::clone(&backend.changes);
        let (accounts, limits) = (Arc::clone(&self.accounts), Arc::clone(&self.limits));
        Services {
            tasks: Arc::new(Tasks::new(tasks, changes, events, Arc::clone(clock))),
            accounts: Arc::new(GuardedAccounts::new(accounts, limits, self.offer.clone())),
            revocations: Arc::clone(&self.revocations),
            refresh_cookie,
        }
    }
}

fn pipeline(
    config: &Config,
    protection: Protection,
    services: Services,
    clock: Arc<dyn Clock>,
    shutdown: &Shutdown,
    observer: Observer,
) -> Result<Pipeline, InfraError> {
    let nesting = config.documents.nesting;
    let admission = Admission::new(&graphql::sdl(), config.documents.clone()).map_err(|error| {
        InfraError::new(InfraErrorKind::Broken, "the schema cannot be served", error)
    })?;
    Ok(Pipeline {
        policy: Policy::new(config.introspection),
        guard: Guard::new(protection.accounts, Arc::clone(&protection.revocations)),
        connections: Arc::new(ConnectionRegistry::new(
            config.live_per_user,
            protection.revocations,
            clock,
            shutdown.clone(),
        )),
        schema: graphql::executable(services, nesting),
        admission,
        limits: protection.limits,
        capacity: Capacity::new(config.operations),
        observer: Arc::new(observer),
        timeout: config.execution_timeout,
    })
}

fn database_name(config: &Config) -> &'static str {
    if config.store.url.is_postgres() {
        "postgresql"
    } else {
        "sqlite"
    }
}

/// Under which origins browsers know the service.
fn own_origins(config: &Config) -> OwnOrigins {
    OwnOrigins::new(config.public_url.clone())
}

fn refresh_cookie(config: &Config) -> RefreshCookie {
    RefreshCookie::new(own_origins(config), config.is_https())
}

#[async_trait]
impl Probe for Backend {
    async fn ping(&self) -> Result<(), InfraError> {
        Self::ping(self).await
    }
}
