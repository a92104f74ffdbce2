//! `/`: the browser client, from files inside the binary. They are built in `web/` and put here by `build.rs`; a binary built
//! without them sends browsers to the playground instead.
//!
//! Not here: what the client does (`web/src`), and anything about data. These files are the same for everybody.

use axum::Router;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

/// Everything from here, nothing inline, no other host. `'self'` in `connect-src` covers the WebSocket of the same host.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
     font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The page, asked for again each time: it names the files of the newest build.
const PAGE_CACHING: &str = "no-cache";
/// A file with a hash in its name is never another one.
const ASSET_CACHING: &str = "public, max-age=31536000, immutable";
const OTHER_CACHING: &str = "public, max-age=3600";

/// Addresses that the client itself understands; the page is the same for all. `web/src/App.tsx` has the same list.
const PAGES: [&str; 5] = ["/", "/sign-in", "/sign-up", "/tasks", "/account"];

/// A file of the built client, with the forms it was compressed to in advance.
#[derive(Clone, Copy)]
struct Built {
    name: &'static str,
    plain: &'static [u8],
    brotli: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

static FILES: &[Built] = &include!(concat!(env!("OUT_DIR"), "/web_client_files.rs"));

/// Whether this binary has the client in it.
#[must_use]
pub fn is_built() -> bool {
    !FILES.is_empty()
}

/// The client's pages and files, or, without them, the way from `/` to the playground if that is there.
pub(crate) fn routes(playground: bool) -> Router {
    match (page(), playground) {
        (Some(page), _) => client(page),
        (None, true) => Router::new().route("/", get(to_playground)),
        (None, false) => Router::new(),
    }
}

async fn to_playground() -> Redirect {
    Redirect::temporary("/playground")
}

fn page() -> Option<Built> {
    FILES.iter().copied().find(|file| file.name == "index.html")
}

fn client(page: Built) -> Router {
    let router = PAGES
        .into_iter()
        .fold(Router::new(), |router, path| serve(router, path, page));
    FILES
        .iter()
        .filter(|file| file.name != page.name)
        .fold(router, |router, file| {
            serve(router, &format!("/{}", file.name), *file)
        })
}

fn serve(router: Router, path: &str, file: Built) -> Router {
    router.route(
        path,
        get(move |headers: HeaderMap| async move { file.response(&headers) }),
    )
}

impl Built {
    fn response(self, request: &HeaderMap) -> Response {
        let (coding, bytes) = self.form_for(request);
        let headers = [
            (header::CONTENT_TYPE, self.media_type()),
            (header::CONTENT_SECURITY_POLICY, POLICY),
            (header::CACHE_CONTROL, self.caching()),
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

    /// The smallest form that the browser reads.
    fn form_for(self, request: &HeaderMap) -> (Option<&'static str>, &'static [u8]) {
        match (self.brotli, self.gzip) {
            (Some(bytes), _) if accepts(request, "br") => (Some("br"), bytes),
            (_, Some(bytes)) if accepts(request, "gzip") => (Some("gzip"), bytes),
            _ => (None, self.plain),
        }
    }

    fn caching(self) -> &'static str {
        if self.name.starts_with("assets/") {
            ASSET_CACHING
        } else if self.name == "index.html" {
            PAGE_CACHING
        } else {
            OTHER_CACHING
        }
    }

    fn media_type(self) -> &'static str {
        match self.name.rsplit('.').next() {
            Some("html") => "text/html; charset=utf-8",
            Some("js") => "text/javascript; charset=utf-8",
            Some("css") => "text/css; charset=utf-8",
            Some("svg") => "image/svg+xml",
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

    const FILE: Built = Built {
        name: "assets/index-Ab12.js",
        plain: b"plain",
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
    fn files_with_a_hash_are_kept_and_the_page_is_asked_for_again() {
        let caching = |name| Built { name, ..FILE }.caching();
        assert!(caching("assets/index-Ab12.js").contains("immutable"));
        assert_eq!(caching("index.html"), "no-cache");
        assert_eq!(caching("favicon.svg"), "public, max-age=3600");
    }

    #[test]
    fn every_file_is_under_a_policy_without_inline_scripts_and_styles() {
        let response = FILE.response(&accepting("br"));
        assert_eq!(response.status(), StatusCode::OK);
        let headers = response.headers();
        assert_eq!(headers[header::CONTENT_ENCODING], "br");
        assert_eq!(headers[header::VARY], "accept-encoding");
        let types = "text/javascript; charset=utf-8";
        let all: Vec<_> = headers.get_all(header::CONTENT_TYPE).iter().collect();
        assert_eq!(all, [types]);
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'"));
        assert!(!policy.contains("unsafe") && !policy.contains("http"));
    }

    #[test]
    fn a_binary_with_the_client_has_its_page() {
        assert_eq!(is_built(), page().is_some());
    }
}
