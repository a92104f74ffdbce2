//! Which pages of other origins may use the service (CORS), for all its paths.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Request, Response, header};
use futures_util::FutureExt;
use tower::{Layer, ServiceExt, service_fn};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::sse::LAST_EVENT_ID;
use crate::http::request_id;

/// The rules. They are entered only by requests that name an origin or may be a browser's question.
pub(super) struct Cors {
    rules: CorsLayer,
    /// What the rules say where no origin is named, which is the same each time: that the answer differs by origin, so that
    /// no cache hands it to pages of another one.
    without_origin: HeaderMap,
}

impl Cors {
    pub(super) fn new(origins: &[String]) -> Self {
        let rules = rules(origins);
        Self {
            without_origin: without_origin(&rules),
            rules,
        }
    }

    /// What `answer` makes of the request, and what browsers have to be told of it. Their questions are answered here.
    pub(super) async fn around<F: Future<Output = Response<Body>>>(
        &self,
        request: Request<Body>,
        answer: impl Fn(Request<Body>) -> F,
    ) -> Response<Body> {
        if request.method() != Method::OPTIONS && !request.headers().contains_key(header::ORIGIN) {
            let mut response = answer(request).await;
            for (name, value) in &self.without_origin {
                response.headers_mut().append(name, value.clone());
            }
            return response;
        }
        let answer = service_fn(move |request| answer(request).map(Ok::<_, Infallible>));
        let answered = self.rules.layer(answer).oneshot(request).await;
        answered.unwrap_or_else(|never| match never {})
    }
}

/// Browsers of other origins may send what clients need and read what they need, if their origin is on the list. Cookies
/// stay out of it: they are for the service's own pages.
fn rules(origins: &[String]) -> CorsLayer {
    let origins = origins
        .iter()
        .filter_map(|origin| HeaderValue::from_str(origin).ok());
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([
            header::CONTENT_TYPE,
            header::AUTHORIZATION,
            header::ACCEPT,
            LAST_EVENT_ID.clone(),
            request_id::HEADER.clone(),
        ])
        .expose_headers([
            request_id::HEADER.clone(),
            header::RETRY_AFTER,
            header::WWW_AUTHENTICATE,
        ])
        .max_age(Duration::from_hours(24))
}

#[expect(
    clippy::expect_used,
    reason = "a list of origins is at hand, and the answer, too: nothing waits"
)]
fn without_origin(rules: &CorsLayer) -> HeaderMap {
    let empty = service_fn(async |_: Request<()>| Ok::<_, Infallible>(Response::new(())));
    let answered = rules.layer(empty).oneshot(Request::new(())).now_or_never();
    let answered = answered.expect("an answer at once");
    answered
        .unwrap_or_else(|never| match never {})
        .into_parts()
        .0
        .headers
}
