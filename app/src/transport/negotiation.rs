//! Which representation a client wants (RFC 9110, 12.5.1; GraphQL over HTTP, "Media Types").

use axum::http::{HeaderMap, header};

/// `application/graphql-response+json`: what GraphQL over HTTP recommends.
pub(crate) const GRAPHQL_RESPONSE: &str = "application/graphql-response+json; charset=utf-8";
/// `application/json`: for clients that know nothing else.
pub(crate) const JSON: &str = "application/json; charset=utf-8";
/// What a client accepts of what we speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Accepted {
    /// The representation for a single response, if any is accepted.
    pub(crate) single: Option<&'static str>,
    /// Whether an event stream is named: wildcards do not ask for one.
    pub(crate) event_stream: bool,
}

/// One media range of an Accept header.
struct Range<'a> {
    media_type: &'a str,
    quality: f32,
}

impl Accepted {
    /// Reads all Accept headers. None, or `*/*`, asks for `application/json`.
    pub(crate) fn from_headers(headers: &HeaderMap) -> Self {
        let lines = || {
            let lines = headers.get_all(header::ACCEPT).iter();
            lines.filter_map(|line| line.to_str().ok())
        };
        if lines().all(|line| line.trim().is_empty()) {
            return Self {
                single: Some(JSON),
                event_stream: false,
            };
        }
        let ranges: Vec<Range<'_>> = lines()
            .flat_map(|line| line.split(','))
            .filter_map(Range::parse)
            .collect();
        let named = |name: &str| {
            ranges
                .iter()
                .position(|range| range.media_type.eq_ignore_ascii_case(name))
        };
        let quality = |place: Option<usize>| {
            place
                .and_then(|place| ranges.get(place))
                .map(|range| range.quality)
        };
        let (modern, json) = (
            named("application/graphql-response+json"),
            named("application/json"),
        );
        // The more specific range counts (RFC 9110, 12.5.1).
        let wildcard = quality(named("application/*").or_else(|| named("*/*"))).unwrap_or(0.0);
        let modern_quality = quality(modern).unwrap_or(0.0);
        let json_quality = quality(json).unwrap_or(wildcard);
        // Of two equally welcome ones the one named first is preferred.
        let modern_first =
            modern_quality > json_quality || (modern_quality >= json_quality && modern < json);
        let single = if modern_quality > 0.0 && (modern_first || json.is_none()) {
            Some(GRAPHQL_RESPONSE)
        } else if json_quality > 0.0 {
            Some(JSON)
        } else {
            None
        };
        let event_stream = quality(named("text/event-stream")).is_some_and(|quality| quality > 0.0);
        Self {
            single,
            event_stream,
        }
    }
}

impl<'a> Range<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let media_type = parts.next().filter(|media_type| media_type.contains('/'))?;
        let quality = parts
            .find_map(|parameter| {
                parameter
                    .strip_prefix("q=")
                    .or_else(|| parameter.strip_prefix("Q="))
            })
            .map_or(Some(1.0), |q| q.parse().ok())?;
        Some(Self {
            media_type,
            quality,
        })
    }
}

/// Whether a Content-Type is JSON in UTF-8, the only kind of body that is read. The strictness is what keeps other sites'
/// forms out: browsers send those without asking (CORS "simple requests").
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    let mut lines = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(line), None) = (lines.next(), lines.next()) else {
        return false;
    };
    let Ok(text) = line.to_str() else {
        return false;
    };
    let mut parts = text.split(';').map(str::trim);
    let json = parts
        .next()
        .is_some_and(|media_type| media_type.eq_ignore_ascii_case("application/json"));
    json && parts
        .filter_map(|parameter| parameter.split_once('='))
        .all(|(name, value)| {
            !name.eq_ignore_ascii_case("charset")
                || value.trim_matches('"').eq_ignore_ascii_case("utf-8")
        })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn accepted(accept: &str) -> Accepted {
        let value = HeaderValue::from_str(accept).unwrap();
        Accepted::from_headers(&HeaderMap::from_iter([(header::ACCEPT, value)]))
    }

    #[test]
    fn clients_get_what_they_prefer() {
        for (accept, single, event_stream) in [
            ("", Some(JSON), false),
            ("*/*", Some(JSON), false),
            ("application/*", Some(JSON), false),
            ("application/json", Some(JSON), false),
            (
                "application/graphql-response+json",
                Some(GRAPHQL_RESPONSE),
                false,
            ),
            (
                "APPLICATION/GRAPHQL-RESPONSE+JSON; charset=utf-8",
                Some(GRAPHQL_RESPONSE),
                false,
            ),
            (
                "application/graphql-response+json,application/json;q=0.9",
                Some(GRAPHQL_RESPONSE),
                false,
            ),
            (
                "application/json, application/graphql-response+json",
                Some(JSON),
                false,
            ),
            (
                "application/json;q=0.5, application/graphql-response+json;q=0.8",
                Some(GRAPHQL_RESPONSE),
                false,
            ),
            (
                "application/graphql-response+json, */*;q=0.1",
                Some(GRAPHQL_RESPONSE),
                false,
            ),
            (
                "application/json;q=0, application/graphql-response+json",
                Some(GRAPHQL_RESPONSE),
                false,
            ),
            (
                "application/graphql-response+json, application/json, text/event-stream",
                Some(GRAPHQL_RESPONSE),
                true,
            ),
            ("text/event-stream", None, true),
            ("text/event-stream;q=0", None, false),
            (
                "text/html, application/xhtml+xml, */*;q=0.8",
                Some(JSON),
                false,
            ),
            ("*/*;q=0, application/*", Some(JSON), false),
            ("application/*;q=0, */*", None, false),
            ("text/html", None, false),
            ("nonsense", None, false),
        ] {
            assert_eq!(
                accepted(accept),
                Accepted {
                    single,
                    event_stream
                },
                "{accept}"
            );
        }
    }

    #[test]
    fn only_json_in_utf_8_is_read() {
        for (content_type, expected) in [
            ("application/json", true),
            ("Application/JSON; Charset=UTF-8", true),
            ("application/json; charset=\"utf-8\"", true),
            ("application/json; charset=latin1", false),
            ("application/graphql+json", false),
            ("text/plain", false),
            ("multipart/form-data; boundary=x", false),
            ("application/jsonp", false),
        ] {
            let value = HeaderValue::from_static(content_type);
            let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, value)]);
            assert_eq!(is_json(&headers), expected, "{content_type}");
        }
        assert!(!is_json(&HeaderMap::new()));
    }
}
