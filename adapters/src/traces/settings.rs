//! Where traces go, and how many of them.

use std::collections::HashMap;
use std::fmt;

use hyper::Uri;
use hyper::header::{HeaderName, HeaderValue};
use opentelemetry_sdk::trace::Sampler;
use percent_encoding::percent_decode_str;

/// Where traces go, and how many of them.
#[derive(Debug, Clone)]
pub struct TraceSettings {
    /// The collector.
    pub endpoint: CollectorUrl,
    /// What it wants to be sent along.
    pub headers: CollectorHeaders,
    /// What this service is called there.
    pub service_name: String,
    /// How many operations are traced.
    pub sampling: Sampling,
}

/// Where a collector takes OTLP over HTTP: `https`, or `http`, as collectors stand beside the service.
#[derive(Clone, PartialEq, Eq)]
pub struct CollectorUrl(Uri);

impl CollectorUrl {
    /// Reads a URL such as `http://localhost:4318`.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let mistake = "must be a URL such as http://localhost:4318, with nobody's name in it and nothing after a `?`";
        let uri: Uri = text.trim_end_matches('/').parse().map_err(|_| mistake)?;
        let web = matches!(uri.scheme_str(), Some("http" | "https"));
        let has_user = uri.authority().is_some_and(|at| at.as_str().contains('@'));
        if web
            && !has_user
            && uri.query().is_none()
            && uri.host().is_some_and(|host| !host.is_empty())
        {
            Ok(Self(uri))
        } else {
            Err(mistake)
        }
    }

    /// The place for traces: the standard puts a path of its own behind the address of the collector.
    pub(super) fn for_traces(&self) -> String {
        format!("{}/v1/traces", self.0.to_string().trim_end_matches('/'))
    }
}

impl fmt::Display for CollectorUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Debug for CollectorUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CollectorUrl({self})")
    }
}

/// Headers for the collector. Their values are secrets as a rule.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct CollectorHeaders(Vec<(HeaderName, HeaderValue)>);

impl CollectorHeaders {
    /// Reads `name=value,name=value`, where values may be percent-encoded. Does not repeat what it cannot read.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let pairs = text
            .split(',')
            .map(str::trim)
            .filter(|pair| !pair.is_empty());
        let headers = pairs.map(|pair| {
            let (name, value) = pair.split_once('=')?;
            let value = percent_decode_str(value.trim()).decode_utf8().ok()?;
            let name = HeaderName::from_bytes(name.trim().as_bytes()).ok()?;
            Some((name, HeaderValue::from_str(&value).ok()?))
        });
        headers
            .collect::<Option<_>>()
            .map(Self)
            .ok_or("must be name=value, several with commas in between")
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &(HeaderName, HeaderValue)> {
        self.0.iter()
    }

    pub(super) fn to_map(&self) -> HashMap<String, String> {
        let text = |(name, value): &(HeaderName, HeaderValue)| {
            // They were made of text.
            Some((name.to_string(), value.to_str().ok()?.to_owned()))
        };
        self.iter().filter_map(text).collect()
    }
}

impl fmt::Debug for CollectorHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.iter().map(|(name, _)| name);
        f.debug_list().entries(names).finish()
    }
}

/// How many operations are traced: a share of them, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampling {
    share: f64,
    /// Whether a client that takes part in a trace decides for it.
    clients_decide: bool,
}

impl Sampling {
    /// What OpenTelemetry calls `sampler`; `share` goes with those that are `traceidratio`.
    #[must_use]
    pub fn named(sampler: &str, share: f64) -> Option<Self> {
        let (clients_decide, sampler) = match sampler.strip_prefix("parentbased_") {
            Some(sampler) => (true, sampler),
            None => (false, sampler),
        };
        let share = match sampler {
            "always_on" => 1.0,
            "always_off" => 0.0,
            "traceidratio" => share,
            _ => return None,
        };
        Some(Self {
            share,
            clients_decide,
        })
    }

    pub(super) fn sampler(self) -> Sampler {
        let by_itself = Sampler::TraceIdRatioBased(self.share);
        if self.clients_decide {
            Sampler::ParentBased(Box::new(by_itself))
        } else {
            by_itself
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_for_traces_is_below_the_collector() {
        for (given, place) in [
            ("http://localhost:4318", "http://localhost:4318/v1/traces"),
            ("http://localhost:4318/", "http://localhost:4318/v1/traces"),
            (
                "https://otel.example.org/of/us/",
                "https://otel.example.org/of/us/v1/traces",
            ),
        ] {
            assert_eq!(CollectorUrl::parse(given).unwrap().for_traces(), place);
        }
        for bad in [
            "",
            "localhost:4318",
            "grpc://localhost:4317",
            "http://",
            "http://ada:secret@localhost",
            "http://localhost?key=secret",
        ] {
            assert!(CollectorUrl::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn headers_are_read_and_never_shown() {
        let headers =
            CollectorHeaders::parse("api-key=s3cret, Authorization=Basic%20abc%3D").unwrap();
        let map = headers.to_map();
        assert_eq!(map["api-key"], "s3cret");
        assert_eq!(map["authorization"], "Basic abc=");
        assert_eq!(format!("{headers:?}"), r#"["api-key", "authorization"]"#);
        for bad in ["api-key", "api key=1", "a=b\nc", "=1"] {
            let mistake = CollectorHeaders::parse(bad).unwrap_err();
            assert!(!mistake.contains(bad), "{bad}");
        }
    }

    #[test]
    fn samplers_have_the_names_of_the_standard() {
        let by_ratio = Sampling {
            share: 0.25,
            clients_decide: true,
        };
        assert_eq!(
            Sampling::named("parentbased_traceidratio", 0.25),
            Some(by_ratio)
        );
        let all = Sampling {
            share: 1.0,
            clients_decide: false,
        };
        assert_eq!(Sampling::named("always_on", 0.25), Some(all));
        assert_eq!(Sampling::named("jaeger_remote", 1.0), None);
    }
}
