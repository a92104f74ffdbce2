//! Which pages are the service's own. Cookies and sockets ask the same question, so there is one rule.

use axum::http::{HeaderMap, HeaderName, header};

/// `same-origin`, `same-site`, `cross-site` or `none`: what the browser knows of the page, which scripts cannot write.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The scheme by which the browser reached the first proxy.
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Under which origins browsers know the service.
#[derive(Debug, Clone)]
pub(crate) enum OwnOrigins {
    /// Under this one and no other, such as `https://tasks.example.org`: whatever name a request was sent to vouches for
    /// nothing.
    Public(String),
    /// Nobody said: under every name that it is asked by. A page that brought its own name to point here is no danger: a cookie
    /// belongs to the name it was set under, and a token has to be known.
    AsAsked,
}

impl OwnOrigins {
    /// `public` is the origin that browsers use, if it is known.
    pub(crate) fn new(public: Option<String>) -> Self {
        public.map_or(Self::AsAsked, Self::Public)
    }

    /// Whether a request comes from a page of the service, by what its browser says. `None` if it does not say.
    ///
    /// Browsers send `Sec-Fetch-Site` where the page or the service is trustworthy (https, loopback), and `Origin` with
    /// every POST and every socket.
    pub(crate) fn is_own_page(&self, headers: &HeaderMap) -> Option<bool> {
        let same_origin = text(headers, &FETCH_SITE).map(|site| site == "same-origin");
        let mut lines = headers.get_all(header::ORIGIN).iter();
        let owned = match (lines.next(), lines.next()) {
            (None, _) => None,
            (Some(origin), None) => {
                let origin = origin.to_str();
                Some(origin.is_ok_and(|origin| self.owns(origin, headers)))
            }
            (Some(_), Some(_)) => Some(false),
        };
        match (self, same_origin) {
            // The browser has compared what it asked for, also where a proxy passes on another host.
            (Self::AsAsked, Some(same_origin)) => Some(same_origin),
            (Self::Public(_), Some(same_origin)) => Some(same_origin && owned != Some(false)),
            (_, None) => owned,
        }
    }

    fn owns(&self, origin: &str, headers: &HeaderMap) -> bool {
        match self {
            Self::Public(public) => public.eq_ignore_ascii_case(origin),
            Self::AsAsked => origin.split_once("://").is_some_and(|(scheme, authority)| {
                let host = text(headers, &header::HOST);
                host.is_some_and(|host| authority.eq_ignore_ascii_case(host))
                    && may_be_of(scheme, headers)
            }),
        }
    }
}

/// Whether a page of this scheme may belong to a request for the same host.
///
/// A page that came by https is the host's, though a proxy that ended TLS may not have said so. One that came by http may have
/// been written by anybody on the way: it is our own only where the browser asks for us by http, too. Who claims
/// the header does not matter: it can only take away.
fn may_be_of(scheme: &str, headers: &HeaderMap) -> bool {
    let forwarded = text(headers, &FORWARDED_PROTO).and_then(|hops| hops.split(',').next());
    let asked_by_https = forwarded.is_some_and(|hop| hop.trim().eq_ignore_ascii_case("https"));
    match scheme {
        "https" => true,
        "http" => !asked_by_https,
        _ => false,
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const PUBLIC: &str = "https://tasks.example.org";

    fn asks(public: Option<&str>, headers: &[(&'static str, &'static str)]) -> Option<bool> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_static(value));
        }
        OwnOrigins::new(public.map(str::to_owned)).is_own_page(&map)
    }

    #[test]
    fn a_page_of_the_host_that_was_asked_is_our_own_where_no_origin_is_set() {
        let host = ("host", "192.168.1.5:8000");
        assert_eq!(asks(None, &[host]), None);
        for own in ["http://192.168.1.5:8000", "https://192.168.1.5:8000"] {
            assert_eq!(asks(None, &[host, ("origin", own)]), Some(true), "{own}");
        }
        for other in [
            "null",
            "",
            "192.168.1.5:8000",
            "ftp://192.168.1.5:8000",
            "http://192.168.1.5",
            "http://192.168.1.5:8001",
            "http://localhost:8000",
            "http://192.168.1.5:8000.evil.example",
        ] {
            let asked = asks(None, &[host, ("origin", other)]);
            assert_eq!(asked, Some(false), "{other}");
        }
        let own = ("origin", "http://192.168.1.5:8000");
        assert_eq!(asks(None, &[host, own, own]), Some(false));
    }

    /// Whoever sits between a browser and http can write such a page under any name.
    #[test]
    fn a_page_that_came_by_http_is_not_ours_where_we_are_asked_by_https() {
        let host = ("host", "tasks.example.org");
        for (proto, http) in [
            ("https", false),
            ("HTTPS", false),
            ("https, http", false),
            ("http", true),
            ("http, https", true),
        ] {
            let asks = |origin| {
                let proto = ("x-forwarded-proto", proto);
                asks(None, &[host, proto, ("origin", origin)])
            };
            assert_eq!(asks("http://tasks.example.org"), Some(http), "{proto}");
            assert_eq!(asks("https://tasks.example.org"), Some(true), "{proto}");
        }
    }

    #[test]
    fn where_an_origin_is_set_no_other_is_our_own() {
        let own = ("origin", PUBLIC);
        for host in ["tasks.example.org", "127.0.0.1:8000"] {
            let host = ("host", host);
            assert_eq!(asks(Some(PUBLIC), &[host, own]), Some(true));
            for other in [
                "http://tasks.example.org",
                "https://tasks.example.org:8443",
                "https://tasks.example.org.evil.example",
                "http://127.0.0.1:8000",
                "http://localhost:8000",
                "null",
            ] {
                let asked = asks(Some(PUBLIC), &[host, ("origin", other)]);
                assert_eq!(asked, Some(false), "{other}");
            }
        }
    }

    #[test]
    fn what_the_browser_says_of_the_site_counts_more() {
        let own = ("origin", PUBLIC);
        for public in [None, Some(PUBLIC)] {
            let same_origin = ("sec-fetch-site", "same-origin");
            assert_eq!(asks(public, &[same_origin]), Some(true));
            assert_eq!(asks(public, &[same_origin, own]), Some(true));
            for site in ["same-site", "cross-site", "none"] {
                let asked = asks(public, &[("sec-fetch-site", site), own]);
                assert_eq!(asked, Some(false), "{site}");
            }
        }
        // A name that somebody else made point here is the same origin to a browser.
        let rebound = [
            ("host", "evil.example"),
            ("origin", "https://evil.example"),
            ("sec-fetch-site", "same-origin"),
        ];
        assert_eq!(asks(Some(PUBLIC), &rebound), Some(false));
    }

    /// The host is the proxy's name for us, but the browser knows what it asked for.
    #[test]
    fn a_proxy_that_passes_on_another_host_breaks_nothing() {
        let headers = [
            ("host", "upstream:8000"),
            ("origin", PUBLIC),
            ("sec-fetch-site", "same-origin"),
        ];
        assert_eq!(asks(None, &headers), Some(true));
    }
}
