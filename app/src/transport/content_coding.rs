//! Compression: of request bodies, whose limit holds for what comes out, and of answers.

use std::convert::Infallible;
use std::io::Read;

use axum::body::{Body, Bytes};
use axum::http::header::{ACCEPT_ENCODING, VARY};
use axum::http::{
    Extensions, HeaderMap, HeaderValue, Request, Response, StatusCode, Version, header,
};
use flate2::read::MultiGzDecoder;
use tower::{Layer, ServiceExt, service_fn};
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{Predicate, SizeAbove};

use crate::operation::request_error::RequestError;

/// Below this an answer fits into one packet anyway.
const WORTH_COMPRESSING: u64 = 1024;

/// How the body of a request is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    Identity,
    Gzip,
}

/// What the Content-Encoding of a request says.
pub(crate) fn of_request(headers: &HeaderMap) -> Result<Coding, RequestError> {
    let mut lines = headers.get_all(header::CONTENT_ENCODING).iter();
    let text = match (lines.next(), lines.next()) {
        (None, _) => return Ok(Coding::Identity),
        (Some(line), None) => line.to_str().unwrap_or_default().trim(),
        (Some(_), Some(_)) => "",
    };
    let is = |name: &str| text.eq_ignore_ascii_case(name);
    if is("identity") {
        Ok(Coding::Identity)
    } else if is("gzip") || is("x-gzip") {
        Ok(Coding::Gzip)
    } else {
        let message = "Send the body as it is, or with `Content-Encoding: gzip`.";
        Err(RequestError::bad_request(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            message,
        ))
    }
}

impl Coding {
    /// The body unpacked. Never more than `limit` bytes and one are unpacked, so that a small body cannot become a large one.
    pub(crate) fn decode(self, body: Bytes, limit: usize) -> Result<Bytes, RequestError> {
        if self == Self::Identity {
            return Ok(body);
        }
        let (mut unpacked, enough) = (Vec::new(), limit as u64 + 1);
        match MultiGzDecoder::new(&*body)
            .take(enough)
            .read_to_end(&mut unpacked)
        {
            Ok(_) if unpacked.len() > limit => Err(too_large(limit)),
            Ok(_) => Ok(unpacked.into()),
            Err(_) => {
                let message = "The body is not valid gzip.";
                Err(RequestError::bad_request(StatusCode::BAD_REQUEST, message))
            }
        }
    }
}

/// The body is longer than it may be.
pub(crate) fn too_large(limit: usize) -> RequestError {
    let message = format!("The body is over {limit} bytes.");
    RequestError::bad_request(StatusCode::PAYLOAD_TOO_LARGE, message)
}

/// Compresses long JSON answers for clients that accept gzip: never event streams, which would wait in the compressor. What
/// is short does not even look at what the client accepts.
///
/// Compressing secrets beside text of an attacker's choice would let the length of an answer tell (BREACH). Nobody can make
/// another user's client ask here: requests bear a token that no browser sends by itself, and the cookie counts for
/// requests of the service's own pages only. Answers repeat nothing of a request but aliases, and tokens stand only in the
/// answers to sign-ins.
///
/// The fastest level, because the better ones cost more than the whole rest of a request.
pub(crate) async fn compress(mut response: Response<Body>, asked: &HeaderMap) -> Response<Body> {
    let worth_it = SizeAbove::new(WORTH_COMPRESSING).and(is_json);
    if !worth_it.should_compress(&response) {
        return response;
    }
    if !asked.contains_key(ACCEPT_ENCODING) {
        // Others accept something, and a cache must not hand them this one.
        let varies = HeaderValue::from_static("accept-encoding");
        response.headers_mut().append(VARY, varies);
        return response;
    }
    let status = response.status();
    // The layer reads the request that it passes on; this one's body is the answer.
    let mut request = Request::new(response);
    for accepted in asked.get_all(ACCEPT_ENCODING) {
        request
            .headers_mut()
            .append(ACCEPT_ENCODING, accepted.clone());
    }
    let answer = service_fn(async |request: Request<Response<Body>>| {
        Ok::<_, Infallible>(request.into_body())
    });
    let gzip = CompressionLayer::new()
        .quality(CompressionLevel::Fastest)
        .compress_when(worth_it);
    let compressed = gzip.layer(answer).oneshot(request).await;
    let mut compressed = compressed.unwrap_or_else(|never| match never {});
    // Whoever accepts nothing at all would be told so by the status, which is to say what became of the operation.
    *compressed.status_mut() = status;
    compressed.map(Body::new)
}

fn is_json(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let media_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    media_type.is_some_and(|media_type| media_type.contains("json"))
}
