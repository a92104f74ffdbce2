//! Where the keys of an identity provider are. Fetching them is the business of `endpoint`.

use std::fmt;
use std::net::IpAddr;

use hyper::Uri;
use rustls::pki_types::ServerName;

/// Where a key set is: `https`, or `http` on the machine itself.
#[derive(Clone, PartialEq, Eq)]
pub struct JwksUrl(Uri);

/// Why a text is not such a place. Does not repeat it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwksUrlError {
    /// It is no URL, or one with a user in it.
    #[error("must be a URL such as https://app.example.org/api/auth/jwks")]
    Malformed,
    /// Whoever is on the way could exchange the keys, and sign in as anybody.
    #[error(
        "must begin with https:// (http:// is for localhost and other loopback addresses only)"
    )]
    NotEncrypted,
}

impl JwksUrl {
    /// Reads a URL.
    pub fn parse(text: &str) -> Result<Self, JwksUrlError> {
        let uri: Uri = text.parse().map_err(|_| JwksUrlError::Malformed)?;
        let has_user = uri.authority().is_some_and(|at| at.as_str().contains('@'));
        let Some(host) = host(&uri).filter(|host| !host.is_empty() && !has_user) else {
            return Err(JwksUrlError::Malformed);
        };
        match uri.scheme_str() {
            // What cannot be a name in a certificate could never be verified.
            Some("https") if ServerName::try_from(host).is_ok() => Ok(Self(uri)),
            Some("http") if is_loopback(host) => Ok(Self(uri)),
            Some("http") => Err(JwksUrlError::NotEncrypted),
            _ => Err(JwksUrlError::Malformed),
        }
    }

    pub(super) const fn uri(&self) -> &Uri {
        &self.0
    }
}

/// For the log: without what comes after the `?`.
impl fmt::Display for JwksUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.to_string();
        f.write_str(text.split_once('?').map_or(&*text, |(place, _)| place))
    }
}

impl fmt::Debug for JwksUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JwksUrl({self})")
    }
}

/// Without the brackets around an IPv6 address.
fn host(uri: &Uri) -> Option<&str> {
    let host = uri.host()?;
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    Some(bare.unwrap_or(host))
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_is_for_everybody_and_http_for_the_machine_itself() {
        for good in [
            "https://app.example.org/api/auth/jwks",
            "https://192.0.2.1:8443/jwks?v=1",
            "https://[2001:db8::1]/jwks",
            "http://localhost:3000/jwks",
            "http://127.0.0.9/jwks",
            "http://[::1]/jwks",
        ] {
            assert!(JwksUrl::parse(good).is_ok(), "{good}");
        }
        for open in ["http://app.example.org/jwks", "http://192.0.2.1/jwks"] {
            assert_eq!(
                JwksUrl::parse(open),
                Err(JwksUrlError::NotEncrypted),
                "{open}"
            );
        }
    }

    #[test]
    fn what_names_no_place_is_refused() {
        for bad in [
            "",
            "/jwks",
            "app.example.org",
            "https://",
            "https://ada:secret@app.example.org/jwks",
            "https://app..example.org/jwks",
            "ftp://app.example.org/jwks",
        ] {
            assert_eq!(JwksUrl::parse(bad), Err(JwksUrlError::Malformed), "{bad}");
        }
    }

    #[test]
    fn what_comes_after_the_question_mark_is_not_shown() {
        let url = JwksUrl::parse("https://app.example.org/jwks?key=secret").unwrap();
        assert_eq!(url.to_string(), "https://app.example.org/jwks");
        assert_eq!(format!("{url:?}"), "JwksUrl(https://app.example.org/jwks)");
    }
}
