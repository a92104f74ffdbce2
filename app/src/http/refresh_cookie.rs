//! The cookie that holds a browser's refresh token.
//!
//! It is read only when the request comes from the service's own pages: SameSite=Strict keeps other sites out, and
//! [`OwnOrigins`] keeps out sibling domains, which count as the same site.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};
use cookie::{Cookie, SameSite};
use taskhive_domain::session::{ABSOLUTE_LIFETIME, RefreshToken};

use super::own_origins::OwnOrigins;

/// How the cookie is made and who may use it.
#[derive(Debug, Clone)]
pub(crate) struct RefreshCookie {
    own_origins: OwnOrigins,
    secure: bool,
}

impl RefreshCookie {
    /// `secure` when browsers reach the service by https.
    pub(crate) fn new(own_origins: OwnOrigins, secure: bool) -> Self {
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
        if !headers.contains_key(header::COOKIE)
            || self.own_origins.is_own_page(headers) != Some(true)
        {
            return None;
        }
        let lines = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok());
        let mut cookies = lines.flat_map(Cookie::split_parse).flatten();
        cookies
            .find(|cookie| cookie.name() == self.name())
            .map(|cookie| RefreshToken::new(cookie.value().to_owned()))
    }

    /// The Set-Cookie header that hands the token to the browser.
    pub(crate) fn holding(&self, token: &RefreshToken) -> HeaderValue {
        self.header(token.reveal(), ABSOLUTE_LIFETIME)
    }

    /// The Set-Cookie header that has the browser forget the token.
    pub(crate) fn cleared(&self) -> HeaderValue {
        self.header("", Duration::ZERO)
    }

    fn header(&self, value: &str, max_age: Duration) -> HeaderValue {
        let max_age =
            cookie::time::Duration::seconds(max_age.as_secs().try_into().unwrap_or(i64::MAX));
        let cookie = Cookie::build((self.name(), value))
            .path("/")
            .max_age(max_age)
            .http_only(true)
            .same_site(SameSite::Strict)
            .secure(self.secure);
        #[expect(
            clippy::expect_used,
            reason = "names, attributes and tokens of ours are visible ASCII"
        )]
        let mut header =
            HeaderValue::from_str(&cookie.to_string()).expect("a cookie is a header value");
        header.set_sensitive(true);
        header
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(headers: &[(&'static str, &'static str)]) -> Option<String> {
        let cookie = RefreshCookie::new(OwnOrigins::AsAsked, false);
        let headers = headers.iter().map(|(name, value)| {
            (
                header::HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        });
        cookie
            .read(&headers.collect())
            .map(|token| token.reveal().to_owned())
    }

    #[test]
    fn only_the_services_own_pages_may_use_the_cookie() {
        let cookie = ("cookie", "a=1; taskhive_refresh=token");
        let token = Some("token".to_owned());
        assert_eq!(read(&[cookie, ("sec-fetch-site", "same-origin")]), token);
        let host = ("host", "localhost:8000");
        let own = ("origin", "http://localhost:8000");
        assert_eq!(read(&[cookie, host, own]), token);
        assert_eq!(read(&[cookie]), None);
        assert_eq!(read(&[cookie, ("sec-fetch-site", "same-site")]), None);
        let cross_site = ("sec-fetch-site", "cross-site");
        assert_eq!(read(&[cookie, host, cross_site, own]), None);
        assert_eq!(read(&[cookie, ("origin", "http://evil.example")]), None);
        assert_eq!(
            read(&[("cookie", "x=1"), ("sec-fetch-site", "same-origin")]),
            None
        );
    }

    /// `HOST=0.0.0.0`, the page opened by the address in the local network: browsers send no Sec-Fetch-Site there.
    #[test]
    fn a_page_of_the_host_it_was_asked_for_may_use_the_cookie() {
        let cookie = ("cookie", "taskhive_refresh=token");
        let host = ("host", "192.168.1.5:8000");
        let own = read(&[cookie, host, ("origin", "http://192.168.1.5:8000")]);
        assert_eq!(own, Some("token".to_owned()));
        assert_eq!(
            read(&[cookie, host, ("origin", "http://192.168.1.6:8000")]),
            None
        );
    }

    #[test]
    fn the_cookie_is_written_as_browsers_want_it() {
        let origins = || OwnOrigins::AsAsked;
        let token = RefreshToken::new("token".to_owned());
        assert_eq!(
            RefreshCookie::new(origins(), true).holding(&token),
            "__Host-taskhive_refresh=token; HttpOnly; SameSite=Strict; Secure; Path=/; Max-Age=2592000"
        );
        let cleared = RefreshCookie::new(origins(), false).cleared();
        assert_eq!(
            cleared,
            "taskhive_refresh=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0"
        );
        assert!(cleared.is_sensitive());
    }
}
