//! Rate limits. They count where the use case runs: resolvers ask before they call it, so that aliases, GET, event streams
//! and sockets do not multiply anybody's tries. Whoever is limited is refused before any hash and any query.
//!
//! The numbers are per instance of the service and start anew with it. Not here: limits of size (`admission`, `http`), of time
//! (`pipeline`, `server`), and whose address it is (`client_address`).

mod counter;
#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use governor::clock::{Clock, MonotonicClock};
use taskhive_domain::user::EmailAddress;

use counter::{Counted, Counter};

use crate::http::client_address::network_of;

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
/// The period of failures per account and address.
const QUARTER: Duration = Duration::from_mins(15);
/// At most one log line a minute tells of the same limit and network: a flood must not fill the disk.
const REPORTS: u32 = 1;

/// How often things may happen; 0 switches a limit off. The defaults are those of the public contract.
#[derive(Debug, Clone, Copy)]
pub struct Rates {
    /// Requests per address and minute.
    pub requests_per_minute: u32,
    /// Attempts to sign in per address and minute.
    pub login_per_minute: u32,
    /// Attempts to create an account per address and hour.
    pub register_per_hour: u32,
    /// Attempts to refresh tokens per address and minute.
    pub refresh_per_minute: u32,
    /// Failures to sign in to one account from one address in 15 minutes.
    pub account_failures: u32,
    /// Failures to sign in to one account per hour, wherever they come from.
    pub account_failures_per_hour: u32,
}

/// Which limit was met, as the log names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Limit {
    Requests,
    Login,
    Register,
    Refresh,
    AccountFailures,
    AccountFailuresPerHour,
}

/// A limit was met: nothing was done.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RateLimited {
    pub(crate) limit: Limit,
    /// How long until it makes sense to try again, rounded up to whole seconds: at least 1.
    pub(crate) retry_after: u64,
    /// Whether this is to be logged: the first time in a while.
    pub(crate) report: bool,
}

/// All limits of rate of one instance.
pub(crate) struct RateLimits<C: Clock + Clone = MonotonicClock> {
    requests: Option<Counter<C>>,
    login: Option<Counter<C>>,
    register: Option<Counter<C>>,
    refresh: Option<Counter<C>>,
    account_failures: Option<Counter<C>>,
    account_failures_per_hour: Option<Counter<C>>,
    reports: Option<Counter<C>>,
    /// How often each limit was met, in the order of [`Limit::ALL`].
    refusals: [AtomicU64; Limit::ALL.len()],
}

/// An attempt to sign in, counted as a failure before anything is hashed: of a thousand attempts at once, no more than
/// allowed get to guess. It stays counted unless it is refunded.
#[must_use = "an attempt that was no wrong guess is to be refunded"]
pub(crate) struct PasswordAttempt<'a> {
    counted: [Option<Counted<'a>>; 2],
}

impl<C: Clock + Clone> RateLimits<C> {
    pub(crate) fn new(rates: &Rates, clock: &C) -> Self {
        let counter = |count, period| Counter::new(count, period, clock.clone());
        Self {
            requests: counter(rates.requests_per_minute, MINUTE),
            login: counter(rates.login_per_minute, MINUTE),
            register: counter(rates.register_per_hour, HOUR),
            refresh: counter(rates.refresh_per_minute, MINUTE),
            account_failures: counter(rates.account_failures, QUARTER),
            account_failures_per_hour: counter(rates.account_failures_per_hour, HOUR),
            reports: counter(REPORTS, MINUTE),
            refusals: Default::default(),
        }
    }

    /// Before an operation of any kind.
    pub(crate) fn request(&self, address: IpAddr) -> Result<(), RateLimited> {
        self.count(self.requests.as_ref(), Limit::Requests, address)
    }

    /// Before an account is created.
    pub(crate) fn register(&self, address: IpAddr) -> Result<(), RateLimited> {
        self.count(self.register.as_ref(), Limit::Register, address)
    }

    /// Before tokens are refreshed.
    pub(crate) fn refresh(&self, address: IpAddr) -> Result<(), RateLimited> {
        self.count(self.refresh.as_ref(), Limit::Refresh, address)
    }

    /// Before a password is looked at. `email` is what the client sent; an address without an account counts like any other.
    pub(crate) fn password_attempt(
        &self,
        address: IpAddr,
        email: &str,
    ) -> Result<PasswordAttempt<'_>, RateLimited> {
        self.count(self.login.as_ref(), Limit::Login, address)?;
        // An address that is none counts under what was sent.
        let account = EmailAddress::parse(email)
            .map_or_else(|_| email.to_owned(), |email| email.as_str().to_owned());
        let pair = (network_of(address), account.as_str());
        let here = self
            .account_failures
            .as_ref()
            .map(|counter| counter.count(&pair))
            .transpose();
        let here = here.map_err(|wait| self.limited(Limit::AccountFailures, address, wait))?;
        let anywhere = self
            .account_failures_per_hour
            .as_ref()
            .map(|counter| counter.count(account.as_str()));
        match anywhere.transpose() {
            Ok(anywhere) => Ok(PasswordAttempt {
                counted: [here, anywhere],
            }),
            Err(wait) => {
                if let Some(here) = here {
                    here.undo();
                }
                Err(self.limited(Limit::AccountFailuresPerHour, address, wait))
            }
        }
    }

    /// How often each limit was met since the start.
    pub(crate) fn refusals(&self) -> impl Iterator<Item = (Limit, u64)> {
        let counts = self.refusals.iter().map(|count| count.load(Relaxed));
        Limit::ALL.into_iter().zip(counts)
    }

    fn count(
        &self,
        counter: Option<&Counter<C>>,
        limit: Limit,
        address: IpAddr,
    ) -> Result<(), RateLimited> {
        let outcome = counter.map_or(Ok(()), |of| of.count(&network_of(address)).map(drop));
        outcome.map_err(|wait| self.limited(limit, address, wait))
    }

    fn limited(&self, limit: Limit, address: IpAddr, wait: Duration) -> RateLimited {
        self.refusals[limit as usize].fetch_add(1, Relaxed);
        let reported = self
            .reports
            .as_ref()
            .map(|counter| counter.count(&(limit, network_of(address))));
        RateLimited {
            limit,
            retry_after: wait.as_secs() + u64::from(wait.subsec_nanos() > 0 || wait.is_zero()),
            report: reported.is_none_or(|counted| counted.is_ok()),
        }
    }
}

impl PasswordAttempt<'_> {
    /// It was no wrong guess: the password was right, or nobody looked at it. Earlier failures stay counted, so that whoever
    /// knows one password cannot use it to make room for guesses.
    pub(crate) fn refund(self) {
        self.counted.into_iter().flatten().for_each(Counted::undo);
    }
}

impl Limit {
    const ALL: [Self; 6] = [
        Self::Requests,
        Self::Login,
        Self::Register,
        Self::Refresh,
        Self::AccountFailures,
        Self::AccountFailuresPerHour,
    ];

    /// The name in the log.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::Login => "login",
            Self::Register => "register",
            Self::Refresh => "refresh",
            Self::AccountFailures => "account_failures",
            Self::AccountFailuresPerHour => "account_failures_per_hour",
        }
    }
}
