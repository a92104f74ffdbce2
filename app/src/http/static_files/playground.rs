//! `/playground`: GraphiQL from the service's own files, so that it works without internet and under a policy that names no
//! foreign host. The files are explained in `assets/playground/README.md`.

use axum::Router;

use super::{File, Headers, SHORT_CACHING, serve};

/// GraphiQL sets styles on elements, which `style-src` counts as inline; scripts come from files only.
const HEADERS: Headers = Headers {
    policy: "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
             font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    caching: SHORT_CACHING,
};

macro_rules! plain {
    ($name:literal) => {
        File {
            name: $name,
            plain: Some(include_bytes!(concat!(
                "../../../assets/playground/",
                $name
            ))),
            brotli: None,
            gzip: None,
        }
    };
}

/// What is large is stored compressed, and in no other form.
macro_rules! gzipped {
    ($name:literal) => {
        File {
            name: $name,
            plain: None,
            brotli: None,
            gzip: Some(include_bytes!(concat!(
                "../../../assets/playground/",
                $name,
                ".gz"
            ))),
        }
    };
}

const FILES: [(&str, File); 7] = [
    ("/playground", plain!("index.html")),
    ("/playground/playground.js", plain!("playground.js")),
    ("/playground/playground.css", plain!("playground.css")),
    ("/playground/graphiql.js", gzipped!("graphiql.min.js")),
    ("/playground/graphiql.css", gzipped!("graphiql.min.css")),
    ("/playground/react.js", gzipped!("react.min.js")),
    ("/playground/react-dom.js", gzipped!("react-dom.min.js")),
];

/// The page and its files.
pub(crate) fn routes() -> Router {
    FILES
        .into_iter()
        .fold(Router::new(), |router, (path, file)| {
            serve(router, path, file, HEADERS)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_to_be_compressed_is() {
        for (path, file) in FILES {
            let gzipped = file
                .gzip
                .is_some_and(|bytes| bytes.starts_with(&[0x1f, 0x8b]));
            assert_eq!(gzipped, file.plain.is_none(), "{path}");
        }
    }
}
