//! The id that ties an answer to its lines in the log.

use axum::http::{HeaderMap, HeaderName, Request};
use uuid::Uuid;

/// The header that carries it, both ways.
pub(crate) static HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The id of one request: the client's own, if it is 1 to 64 characters of `[A-Za-z0-9._-]`, or else a new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RequestId(pub(crate) String);

impl RequestId {
    /// The id that the router gave this request.
    pub(crate) fn of<B>(request: &Request<B>) -> Self {
        request
            .extensions()
            .get()
            .cloned()
            .unwrap_or_else(|| Self::from_headers(request.headers()))
    }

    pub(crate) fn from_headers(headers: &HeaderMap) -> Self {
        let given = headers.get(&HEADER).and_then(|value| value.to_str().ok());
        match given {
            Some(id) if is_acceptable(id) => Self(id.to_owned()),
            _ => Self(Uuid::new_v4().simple().to_string()),
        }
    }
}

fn is_acceptable(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::thread;

    use super::*;

    #[test]
    fn no_thread_makes_an_id_that_another_has_made() {
        let ids = || (0..1000).map(|_| RequestId::from_headers(&HeaderMap::new()).0);
        let threads = [(); 4].map(|()| thread::spawn(move || ids().collect::<Vec<_>>()));
        let made = threads.map(|thread| thread.join().unwrap());
        let different: HashSet<&String> = made.iter().flatten().collect();
        assert_eq!(different.len(), 4000);
        assert!(different.iter().all(|id| is_acceptable(id)));
    }

    #[test]
    fn ids_that_could_confuse_a_log_are_replaced() {
        for id in ["a", "A.b_c-9", &"x".repeat(64)] {
            assert!(is_acceptable(id), "{id}");
        }
        for id in ["", &"x".repeat(65), "a b", "a\n", "ä", "a;b", "{}"] {
            assert!(!is_acceptable(id), "{id}");
        }
    }
}
