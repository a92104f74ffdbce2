//! What stands round the use cases of accounts: how often they may be tried, and what goes into the log of security events.

pub(crate) mod audit;
pub(crate) mod rate_limit;
