//! Files that are part of the binary: the browser client and the playground. What all of them have in common is here: the
//! forms a file is compressed to in advance, its media type, and its headers.

pub(crate) mod playground;
pub(crate) mod web_client;

use axum::Router;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

pub use web_client::is_built as has_web_client;

/// Files without a hash in their names may be a little old.
const SHORT_CACHING: &str = "public, max-age=3600";

/// A file in the forms it was compressed to in advance: at least one.
#[derive(Clone, Copy)]
struct File {
    /// Its ending tells the media type.
    name: &'static str,
    plain: Option<&'static [u8]>,
    brotli: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

/// What goes with a file.
#[derive(Clone, Copy)]
struct Headers {
    /// The Content-Security-Policy of the page it belongs to.
    policy: &'static str,
    /// How long it may be kept.
    caching: &'static str,
}

/// The file under a path.
fn serve(router: Router, path: &str, file: File, headers: Headers) -> Router {
    router.route(
        path,
        get(move |request: HeaderMap| async move { file.response(&request, headers) }),
    )
}

impl File {
    fn response(self, request: &HeaderMap, headers: Headers) -> Response {
        let (coding, bytes) = self.form_for(request);
        let headers = [
            (header::CONTENT_TYPE, self.media_type()),
            (header::CONTENT_SECURITY_POLICY, headers.policy),
            (header::CACHE_CONTROL, headers.caching),
            (header::VARY, "accept-encoding"),
        ];
        // An array replaces the media type that bytes have by themselves.
        let mut response = (headers, bytes).into_response();
        if let Some(coding) = coding {
            let coding = HeaderValue::from_static(coding);
            response
                .headers_mut()
                .insert(header::CONTENT_ENCODING, coding);
        }
        response
    }

    /// The smallest form that the browser reads. Every browser of the last twenty years reads gzip, so what there is in no
    /// other form goes out so in any case.
    fn form_for(self, request: &HeaderMap) -> (Option<&'static str>, &'static [u8]) {
        match (self.brotli, self.gzip, self.plain) {
            (Some(bytes), ..) if accepts(request, "br") => (Some("br"), bytes),
            (_, Some(bytes), _) if accepts(request, "gzip") => (Some("gzip"), bytes),
            (_, _, Some(bytes)) => (None, bytes),
            (_, Some(bytes), None) => (Some("gzip"), bytes),
            (brotli, None, None) => (Some("br"), brotli.unwrap_or_default()),
        }
    }

    fn media_type(self) -> &'static str {
        match self.name.rsplit('.').next() {
            Some("html") => "text/html; charset=utf-8",
            Some("js") => "text/javascript; charset=utf-8",
            Some("css") => "text/css; charset=utf-8",
            Some("svg") => "image/svg+xml",
            Some("png") => "image/png",
            Some("webmanifest") => "application/manifest+json",
            _ => "application/octet-stream",
        }
    }
}

/// Whether Accept-Encoding names a coding without refusing it (`q=0`). Browsers send no wildcards.
fn accepts(request: &HeaderMap, coding: &str) -> bool {
    let lines = request.get_all(header::ACCEPT_ENCODING);
    let mut ranges = lines
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','));
    ranges.any(|range| {
        let (name, parameters) = range.split_once(';').unwrap_or((range, ""));
        let weight = parameters.trim().strip_prefix("q=").unwrap_or("1");
        name.trim().eq_ignore_ascii_case(coding) && weight.parse().is_ok_and(|q: f32| q > 0.0)
    })
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;

    const FILE: File = File {
        name: "assets/index-Ab12.js",
        plain: Some(b"plain"),
        brotli: Some(b"br"),
        gzip: Some(b"gzip"),
    };

    fn accepting(codings: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(codings))])
    }

    #[test]
    fn a_browser_gets_the_smallest_form_it_reads() {
        let form = |codings| FILE.form_for(&accepting(codings)).1;
        assert_eq!(form("gzip, deflate, br, zstd"), b"br");
        assert_eq!(form("GZIP;q=0.5"), b"gzip");
        assert_eq!(form("br;q=0, gzip"), b"gzip");
        assert_eq!(form("identity"), b"plain");
        assert_eq!(FILE.form_for(&HeaderMap::new()).1, b"plain");
    }

    #[test]
    fn a_file_in_one_form_goes_out_in_it() {
        let gzipped = File {
            plain: None,
            brotli: None,
            ..FILE
        };
        for codings in ["gzip", "identity"] {
            let form = gzipped.form_for(&accepting(codings));
            assert_eq!(form, (Some("gzip"), &b"gzip"[..]));
        }
    }

    #[test]
    fn a_response_has_one_media_type_and_its_coding() {
        let headers = Headers {
            policy: "default-src 'none'",
            caching: SHORT_CACHING,
        };
        let response = FILE.response(&accepting("br"), headers);
        assert_eq!(response.status(), StatusCode::OK);
        let headers = response.headers();
        assert_eq!(headers[header::CONTENT_ENCODING], "br");
        assert_eq!(headers[header::VARY], "accept-encoding");
        assert_eq!(
            headers[header::CONTENT_SECURITY_POLICY],
            "default-src 'none'"
        );
        assert_eq!(headers[header::CACHE_CONTROL], SHORT_CACHING);
        let types: Vec<_> = headers.get_all(header::CONTENT_TYPE).iter().collect();
        assert_eq!(types, ["text/javascript; charset=utf-8"]);
    }
}
