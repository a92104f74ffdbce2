//! Which pages may open sockets. What happens on one is tested from outside.

use super::*;

#[test]
fn only_pages_of_known_origins_may_open_sockets() {
    let cors = ["https://app.example.org".to_owned()];
    let public = OwnOrigins::Public("https://tasks.example.org".to_owned());
    let allowed_by = |own: &OwnOrigins, lines: &[&'static str]| {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("127.0.0.1:8000"));
        for line in lines {
            headers.append(header::ORIGIN, HeaderValue::from_static(line));
        }
        may_open(own, &cors, &headers)
    };
    assert!(allowed_by(&public, &[]));
    assert!(allowed_by(&public, &["https://tasks.example.org"]));
    assert!(allowed_by(&public, &["https://app.example.org"]));
    assert!(!allowed_by(&public, &["http://127.0.0.1:8000"]));
    let allowed = |lines: &[&'static str]| allowed_by(&OwnOrigins::AsAsked, lines);
    assert!(allowed(&[]));
    assert!(allowed(&["https://app.example.org"]));
    assert!(allowed(&["http://127.0.0.1:8000"]));
    for other in [
        "null",
        "",
        "https://tasks.example.org",
        "127.0.0.1:8000",
        "http://127.0.0.1",
        "http://127.0.0.1:8001",
        "http://127.0.0.1:8000.evil.example",
        "https://app.example.org.evil.example",
        "http://app.example.org",
    ] {
        assert!(!allowed(&[other]), "{other}");
    }
    assert!(!allowed(&[
        "https://app.example.org",
        "https://app.example.org"
    ]));
}
