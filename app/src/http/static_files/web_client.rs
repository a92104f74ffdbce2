//! `/`: the browser client, from files inside the binary. They are built in `web/` and put here by `build.rs`; a binary built
//! without them sends browsers to the playground instead.
//!
//! Not here: what the client does (`web/src`), and anything about data. These files are the same for everybody.

use axum::Router;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use super::{File, Headers, SHORT_CACHING, serve};

/// Everything from here, nothing inline, no other host. `'self'` in `connect-src` covers the WebSocket of the same host.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
     font-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The page and the service worker, asked for again each time: they name the files of the newest build.
const PAGE_CACHING: &str = "no-cache";
/// A file with a hash in its name is never another one.
const ASSET_CACHING: &str = "public, max-age=31536000, immutable";

/// Addresses that the client itself understands; the page is the same for all. They come with the built client, from
/// `web/src/addresses.ts`.
const PAGES: &[&str] = &include!(concat!(env!("OUT_DIR"), "/web_client_pages.rs"));

static FILES: &[File] = &include!(concat!(env!("OUT_DIR"), "/web_client_files.rs"));

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

/// What a browser gets under an address that nobody knows: the way to the page that was meant, or the client's own page, which
/// says that there is none. `None` for whoever does not read pages, or if the client is not here.
pub(crate) fn unknown_address(method: &Method, uri: &Uri, request: &HeaderMap) -> Option<Response> {
    let page = page()?;
    let is_looking = method == Method::GET && reads_pages(request);
    if !is_looking {
        return None;
    }
    if let Some(meant) = page_without_slash(uri.path()) {
        return Some(Redirect::permanent(meant).into_response());
    }
    let response = page.response(request, headers(page.name));
    Some((StatusCode::NOT_FOUND, response).into_response())
}

/// Browsers name it when somebody follows a link or types an address; scripts and programs rarely do.
fn reads_pages(request: &HeaderMap) -> bool {
    let mut accepted = request.get_all(header::ACCEPT).iter();
    accepted.any(|line| line.to_str().is_ok_and(|line| line.contains("text/html")))
}

/// `/tasks` for `/tasks/`. Never anything but a page from the list, since browsers take `//host` for another host.
fn page_without_slash(path: &str) -> Option<&'static str> {
    let bare = path.strip_suffix('/')?;
    PAGES.iter().copied().find(|page| *page == bare)
}

fn page() -> Option<File> {
    FILES.iter().copied().find(|file| file.name == "index.html")
}

fn client(page: File) -> Router {
    let router = PAGES.iter().fold(Router::new(), |router, path| {
        serve(router, path, page, headers(page.name))
    });
    FILES
        .iter()
        .filter(|file| file.name != page.name)
        .fold(router, |router, file| {
            serve(
                router,
                &format!("/{}", file.name),
                *file,
                headers(file.name),
            )
        })
}

fn headers(name: &str) -> Headers {
    let caching = if name.starts_with("assets/") {
        ASSET_CACHING
    } else if matches!(name, "index.html" | "sw.js") {
        PAGE_CACHING
    } else {
        SHORT_CACHING
    };
    Headers {
        policy: POLICY,
        caching,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_with_a_hash_are_kept_and_the_page_is_asked_for_again() {
        let caching = |name| headers(name).caching;
        assert!(caching("assets/index-Ab12.js").contains("immutable"));
        assert_eq!(caching("index.html"), "no-cache");
        assert_eq!(caching("sw.js"), "no-cache");
        assert_eq!(caching("favicon.svg"), "public, max-age=3600");
    }

    #[test]
    fn the_policy_allows_no_inline_scripts_and_styles_and_no_other_host() {
        assert!(POLICY.starts_with("default-src 'none'"));
        assert!(!POLICY.contains("unsafe") && !POLICY.contains("http"));
    }

    #[test]
    fn a_binary_with_the_client_has_its_page() {
        assert_eq!(is_built(), page().is_some());
    }
}
