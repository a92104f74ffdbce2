//! Who asks. A transport makes one [`Client`] of what it was sent; access adds the identity; resolvers, limits and the log of
//! security events read it.

use std::net::{IpAddr, Ipv4Addr};

use taskhive_domain::Identity;
use taskhive_domain::session::RefreshToken;

use super::audit;
use super::rate_limit::RateLimited;
use crate::http::trace_context::TraceHeaders;

/// What a request brought to prove who sends it.
#[derive(Clone, Default)]
pub(crate) enum Credential {
    /// Nothing.
    #[default]
    Absent,
    /// Something that looks like a token.
    Bearer(String),
    /// Something else: two headers, another scheme, bytes that are no text.
    Malformed,
}

impl Credential {
    /// From the text of an Authorization header, wherever it stands.
    pub(crate) fn from_text(text: &str) -> Self {
        match text.trim().split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
                Self::Bearer(token.trim().to_owned())
            }
            _ => Self::Malformed,
        }
    }
}

/// Who sends an operation, as far as it is known. No `Debug`: it holds tokens.
#[derive(Clone)]
pub(crate) struct Client {
    /// Where the request comes from: rate limits count per address. Unspecified if nobody knows.
    pub(crate) address: IpAddr,
    /// What the client calls itself.
    pub(crate) user_agent: String,
    /// Ties log lines to the answer.
    pub(crate) request_id: String,
    /// What is to prove who it is. Not looked at when only public fields are asked for.
    pub(crate) credential: Credential,
    /// The refresh token of the cookie, if the request comes from the service's own pages.
    pub(crate) refresh_cookie: Option<RefreshToken>,
    /// The signed-in user, once the credential was found good.
    pub(crate) identity: Option<Identity>,
    /// What it read last of an event stream that broke off, as it says.
    pub(crate) last_event_id: Option<String>,
    /// The trace that its request is part of.
    pub(crate) trace: TraceHeaders,
}

impl Client {
    /// Passes on what a rate limit let through; what it refused goes into the log.
    pub(crate) fn enforce<T>(&self, outcome: Result<T, RateLimited>) -> Result<T, RateLimited> {
        outcome.inspect_err(|limited| audit::rate_limited(self, limited))
    }
}

/// Somebody unknown.
impl Default for Client {
    fn default() -> Self {
        Self {
            address: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            user_agent: String::new(),
            request_id: String::new(),
            credential: Credential::Absent,
            refresh_cookie: None,
            identity: None,
            last_event_id: None,
            trace: TraceHeaders::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_read_strictly() {
        assert!(
            matches!(Credential::from_text("Bearer abc"), Credential::Bearer(token) if token == "abc")
        );
        assert!(
            matches!(Credential::from_text("bearer  abc "), Credential::Bearer(token) if token == "abc")
        );
        for text in ["", "abc", "Basic abc", "Bearer"] {
            assert!(
                matches!(Credential::from_text(text), Credential::Malformed),
                "{text}"
            );
        }
    }
}
