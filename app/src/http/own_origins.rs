//! Which pages are the service's own. Cookies and sockets ask the same question, so there is one rule.

use axum::http::{HeaderMap, header};

/// Origins under which browsers know the service, such as `https://tasks.example.org`.
#[derive(Debug, Clone)]
pub(crate) struct OwnOrigins(Vec<String>);

impl OwnOrigins {
    pub(crate) fn new(origins: Vec<String>) -> Self {
        Self(origins)
    }

    /// Whether a request comes from a page of the service, by what its browser says. `None` if it does not say.
    ///
    /// Browsers send `Sec-Fetch-Site` where the page or the service is trustworthy (https, loopback), and `Origin` with
    /// every POST and every socket.
    pub(crate) fn is_own_page(&self, headers: &HeaderMap) -> Option<bool> {
        if let Some(site) = text(headers, header::HeaderName::from_static("sec-fetch-site")) {
            return Some(site == "same-origin");
        }
        let mut lines = headers.get_all(header::ORIGIN).iter();
        match (lines.next(), lines.next()) {
            (None, _) => None,
            (Some(origin), None) => Some(
                origin
                    .to_str()
                    .is_ok_and(|origin| self.owns(origin, headers)),
            ),
            (Some(_), Some(_)) => Some(false),
        }
    }

    /// An origin on the list, or that of the host the request was sent to: the service may be reached by names that nobody
    /// told it. A page that brought its own name to point here is no danger: a cookie belongs to the name it was set under,
    /// and a token has to be known.
    fn owns(&self, origin: &str, headers: &HeaderMap) -> bool {
        let host = text(headers, header::HOST);
        let is_host = origin.split_once("://").is_some_and(|(_, authority)| {
            host.is_some_and(|host| authority.eq_ignore_ascii_case(host))
        });
        is_host || self.0.iter().any(|own| own.eq_ignore_ascii_case(origin))
    }
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn asks(headers: &[(&'static str, &'static str)]) -> Option<bool> {
        let own = OwnOrigins::new(vec!["https://tasks.example.org".to_owned()]);
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        own.is_own_page(&map)
    }

    #[test]
    fn a_page_of_the_list_or_of_the_host_is_our_own() {
        let host = ("host", "192.168.1.5:8000");
        assert_eq!(asks(&[host]), None);
        assert_eq!(
            asks(&[host, ("origin", "https://tasks.example.org")]),
            Some(true)
        );
        assert_eq!(
            asks(&[host, ("origin", "http://192.168.1.5:8000")]),
            Some(true)
        );
        for other in [
            "null",
            "",
            "192.168.1.5:8000",
            "http://192.168.1.5",
            "http://192.168.1.5:8001",
            "http://192.168.1.5:8000.evil.example",
            "https://tasks.example.org.evil.example",
            "http://tasks.example.org",
        ] {
            assert_eq!(asks(&[host, ("origin", other)]), Some(false), "{other}");
        }
        let twice = [("origin", "https://tasks.example.org"); 2];
        assert_eq!(asks(&twice), Some(false));
    }

    #[test]
    fn what_the_browser_says_of_the_site_counts_more() {
        let own = ("origin", "https://tasks.example.org");
        assert_eq!(asks(&[("sec-fetch-site", "same-origin")]), Some(true));
        for site in ["same-site", "cross-site", "none"] {
            assert_eq!(
                asks(&[("sec-fetch-site", site), own]),
                Some(false),
                "{site}"
            );
        }
    }
}
