//! `/playground`: GraphiQL from the service's own files, so that it works without internet and under a policy that names no
//! foreign host. The files are explained in `assets/playground/README.md`.

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

/// GraphiQL sets styles on elements, which `style-src` counts as inline; scripts come from files only.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
     font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A file inside the binary.
#[derive(Clone, Copy)]
struct File {
    path: &'static str,
    media_type: &'static str,
    gzipped: bool,
    bytes: &'static [u8],
}

macro_rules! file {
    ($path:literal, $media_type:literal, $name:literal) => {
        File {
            path: $path,
            media_type: $media_type,
            // The name says how the file is stored.
            gzipped: matches!($name.as_bytes(), [.., b'.', b'g', b'z']),
            bytes: include_bytes!(concat!("../../../assets/playground/", $name)),
        }
    };
}

const FILES: [File; 7] = [
    file!("/playground", "text/html; charset=utf-8", "index.html"),
    file!(
        "/playground/playground.js",
        "text/javascript; charset=utf-8",
        "playground.js"
    ),
    file!(
        "/playground/playground.css",
        "text/css; charset=utf-8",
        "playground.css"
    ),
    file!(
        "/playground/graphiql.js",
        "text/javascript; charset=utf-8",
        "graphiql.min.js.gz"
    ),
    file!(
        "/playground/graphiql.css",
        "text/css; charset=utf-8",
        "graphiql.min.css.gz"
    ),
    file!(
        "/playground/react.js",
        "text/javascript; charset=utf-8",
        "react.min.js.gz"
    ),
    file!(
        "/playground/react-dom.js",
        "text/javascript; charset=utf-8",
        "react-dom.min.js.gz"
    ),
];

/// The page and its files.
pub(crate) fn routes() -> Router {
    FILES.into_iter().fold(Router::new(), |router, file| {
        router.route(file.path, get(move || async move { file.response() }))
    })
}

impl File {
    /// Every browser of the last twenty years reads gzip, so there is no other form to negotiate.
    fn response(self) -> Response {
        let headers = [
            (header::CONTENT_TYPE, self.media_type),
            (header::CONTENT_SECURITY_POLICY, POLICY),
            (header::CACHE_CONTROL, "public, max-age=3600"),
        ];
        // An array replaces the media type that bytes have by themselves.
        let mut response = (headers, self.bytes).into_response();
        if self.gzipped {
            let coding = HeaderValue::from_static("gzip");
            response
                .headers_mut()
                .insert(header::CONTENT_ENCODING, coding);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_has_one_media_type_and_its_coding() {
        for file in FILES {
            let response = file.response();
            let types: Vec<_> = response
                .headers()
                .get_all(header::CONTENT_TYPE)
                .iter()
                .collect();
            assert_eq!(types, [file.media_type], "{}", file.path);
            let gzipped = file.bytes.starts_with(&[0x1f, 0x8b]);
            assert_eq!(
                response.headers().contains_key(header::CONTENT_ENCODING),
                gzipped,
                "{}",
                file.path
            );
        }
    }
}
