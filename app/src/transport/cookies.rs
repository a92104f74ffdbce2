//! The cookie that holds a browser's refresh token.
//!
//! It is read only when the request comes from the service's own pages: SameSite=Strict keeps other sites out, and the
//! check of `Sec-Fetch-Site` or `Origin` keeps out sibling domains, which count as the same site.

use axum::http::{HeaderMap, HeaderValue, header};
use taskhive_domain::session::{ABSOLUTE_LIFETIME, RefreshToken};

use crate::graphql::{Caller, CookieChange};

/// How the cookie is made and who may use it.
#[derive(Debug, Clone)]
pub(crate) struct Cookies {
    /// Origins of the service itself, such as `https://tasks.example.org`.
    own_origins: Vec<String>,
    secure: bool,
}

impl Cookies {
    /// `secure` when browsers reach the service by https.
    pub(crate) fn new(own_origins: Vec<String>, secure: bool) -> Self {
        Self {
            own_origins,
            secure,
        }
    }

    /// `__Host-` binds a cookie to exactly this host and to https; on plain http loopback browsers refuse the prefix.
    fn name(&self) -> &'static str {
        if self.secure {
            "__Host-taskhive_refresh"
        } else {
            "taskhive_refresh"
        }
    }

    /// The token in the cookie, if the request comes from the service's own pages.
    pub(crate) fn read(&self, headers: &HeaderMap) -> Option<RefreshToken> {
        if !self.is_same_origin(headers) {
            return None;
        }
        let lines = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok());
        let mut pairs = lines
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='));
        pairs
            .find(|(name, _)| *name == self.name())
            .map(|(_, value)| RefreshToken::new(value.to_owned()))
    }

    fn is_same_origin(&self, headers: &HeaderMap) -> bool {
        let text = |name| {
            headers
                .get(name)
                .and_then(|value: &HeaderValue| value.to_str().ok())
        };
        match (text("sec-fetch-site"), text("origin")) {
            (Some(site), _) => site == "same-origin",
            (None, Some(origin)) => self.own_origins.iter().any(|own| own == origin),
            (None, None) => false,
        }
    }

    /// The Set-Cookie header for what the operation wants, if anything.
    pub(crate) fn header(&self, caller: &Caller) -> Option<HeaderValue> {
        let (value, max_age) = match caller.cookie_change()? {
            CookieChange::Set(token) => (token.reveal().to_owned(), ABSOLUTE_LIFETIME.as_secs()),
            CookieChange::Clear => (String::new(), 0),
        };
        let secure = if self.secure { "; Secure" } else { "" };
        let name = self.name();
        let cookie =
            format!("{name}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Strict{secure}");
        let mut header = HeaderValue::from_str(&cookie).ok()?;
        header.set_sensitive(true);
        Some(header)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(headers: &[(&'static str, &'static str)]) -> Option<String> {
        let cookies = Cookies::new(vec!["http://localhost:8000".to_owned()], false);
        let headers = headers.iter().map(|(name, value)| {
            (
                header::HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        });
        cookies
            .read(&headers.collect())
            .map(|token| token.reveal().to_owned())
    }

    #[test]
    fn only_the_services_own_pages_may_use_the_cookie() {
        let cookie = ("cookie", "a=1; taskhive_refresh=token");
        let token = Some("token".to_owned());
        assert_eq!(read(&[cookie, ("sec-fetch-site", "same-origin")]), token);
        assert_eq!(read(&[cookie, ("origin", "http://localhost:8000")]), token);
        assert_eq!(read(&[cookie]), None);
        assert_eq!(read(&[cookie, ("sec-fetch-site", "same-site")]), None);
        assert_eq!(
            read(&[
                cookie,
                ("sec-fetch-site", "cross-site"),
                ("origin", "http://localhost:8000")
            ]),
            None
        );
        assert_eq!(read(&[cookie, ("origin", "http://evil.example")]), None);
        assert_eq!(
            read(&[("cookie", "x=1"), ("sec-fetch-site", "same-origin")]),
            None
        );
    }
}
