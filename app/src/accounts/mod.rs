//! Protection round the use cases of accounts, whoever drives them: who asks, how often something may be tried, which sessions
//! have ended, and what goes into the log of security events.

pub(crate) mod audit;
pub(crate) mod client;
pub(crate) mod guarded;
pub(crate) mod rate_limit;
pub(crate) mod revocation;
