//! When keys are fetched, and what happens when they cannot be.

use futures_util::future::join_all;
use serde_json::json;

use super::server::Answer;
use super::*;

fn unknown(key: &KeyPair, n: usize) -> String {
    let kid = json!(format!("unknown {n}"));
    Draft::good(key).header("kid", kid).signed_by(key)
}

#[tokio::test]
async fn keys_are_fetched_once_however_many_ask() {
    let key = KeyPair::ed25519("k");
    let server = JwksServer::with(&[&key]).await;
    let issuer = issuer(&server.url, &ALL, ONCE);
    let token = Draft::good(&key).signed_by(&key);
    for _ in 0..3 {
        let verdicts = join_all((0..20).map(|_| verdict(&issuer, &token))).await;
        assert_eq!(verdicts, vec![Verdict::Good; 20]);
    }
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn an_unknown_key_is_asked_for_once_in_a_while() {
    let key = KeyPair::ed25519("k");
    let server = JwksServer::with(&[&key]).await;
    let issuer = issuer(&server.url, &ALL, ONCE);
    let tokens: Vec<String> = (0..20).map(|n| unknown(&key, n)).collect();
    for _ in 0..3 {
        let verdicts = join_all(tokens.iter().map(|token| verdict(&issuer, token))).await;
        assert_eq!(verdicts, vec![Verdict::Invalid; 20]);
    }
    // The first time they were fetched, and the once.
    assert_eq!(server.requests(), 2);
    let good = Draft::good(&key).signed_by(&key);
    assert_eq!(verdict(&issuer, &good).await, Verdict::Good);
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn a_rotated_key_is_found_and_a_withdrawn_one_forgotten() {
    let (old, new) = (KeyPair::ed25519("old"), KeyPair::ed25519("new"));
    let server = JwksServer::with(&[&old]).await;
    let issuer = issuer(&server.url, &ALL, ALWAYS);
    let (before, after) = (
        Draft::good(&old).signed_by(&old),
        Draft::good(&new).signed_by(&new),
    );
    assert_eq!(verdict(&issuer, &before).await, Verdict::Good);
    assert_eq!(verdict(&issuer, &after).await, Verdict::Invalid);
    server.answer(Answer::keys(&[&new, &old]));
    assert_eq!(verdict(&issuer, &after).await, Verdict::Good);
    assert_eq!(verdict(&issuer, &before).await, Verdict::Good);
    server.answer(Answer::keys(&[&new]));
    assert_eq!(verdict(&issuer, &unknown(&new, 1)).await, Verdict::Invalid);
    assert_eq!(verdict(&issuer, &before).await, Verdict::Invalid);
    assert_eq!(verdict(&issuer, &after).await, Verdict::Good);
}

/// All that a server can do wrong.
fn misbehaviour() -> Vec<(&'static str, Answer)> {
    let moved = b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n";
    let huge = json!({"keys": [], "padding": "x".repeat(100_000)});
    let symmetric = json!({"keys": [{"kty": "oct", "kid": "k", "alg": "HS256", "k": "AAAA"}]});
    let broken = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"keys\":";
    vec![
        ("hangs up", Answer::Bytes(Vec::new())),
        ("says nothing", Answer::Silence),
        ("never ends", Answer::Flood),
        ("is huge", Answer::json(&huge)),
        (
            "speaks no HTTP",
            Answer::Bytes(b"SSH-2.0-OpenSSH\r\n\r\n".to_vec()),
        ),
        (
            "fails",
            Answer::text("500 Internal Server Error", "{\"keys\":[]}"),
        ),
        ("has moved", Answer::Bytes(moved.to_vec())),
        ("breaks off", Answer::Bytes(broken.to_vec())),
        (
            "sends a page",
            Answer::text("200 OK", "<html>Sign in</html>"),
        ),
        ("sends nothing", Answer::text("200 OK", "")),
        ("sends another object", Answer::text("200 OK", "{}")),
        ("sends a list", Answer::text("200 OK", "[]")),
        ("has no keys", Answer::json(&json!({"keys": []}))),
        ("has a secret key", Answer::json(&symmetric)),
    ]
}

/// Known keys go on working; whether an unknown one is good cannot be told; and when the server is back, it can.
#[tokio::test]
async fn a_server_that_misbehaves_takes_no_known_key_away() {
    let (key, new) = (KeyPair::ed25519("k"), KeyPair::ed25519("new"));
    let server = JwksServer::with(&[&key]).await;
    let hasty = Pacing {
        patience: Duration::from_millis(300),
        ..ALWAYS
    };
    let issuer = issuer(&server.url, &ALL, hasty);
    let (good, rotated) = (
        Draft::good(&key).signed_by(&key),
        Draft::good(&new).signed_by(&new),
    );
    assert_eq!(verdict(&issuer, &good).await, Verdict::Good);
    for (what, answer) in misbehaviour() {
        server.answer(answer);
        assert_eq!(
            verdict(&issuer, &rotated).await,
            Verdict::Unavailable,
            "{what}"
        );
        assert_eq!(verdict(&issuer, &good).await, Verdict::Good, "{what}");
    }
    server.answer(Answer::keys(&[&key, &new]));
    assert_eq!(verdict(&issuer, &rotated).await, Verdict::Good);
}

#[tokio::test]
async fn a_server_that_was_never_there_lets_nobody_in() {
    let key = KeyPair::ed25519("k");
    // Bound, so that nobody else gets the port, and not listening.
    let nobody = tokio::net::TcpSocket::new_v4().unwrap();
    nobody.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("http://{}/jwks", nobody.local_addr().unwrap());
    let issuer = issuer(&url, &ALL, ONCE);
    let token = Draft::good(&key).signed_by(&key);
    for _ in 0..3 {
        assert_eq!(verdict(&issuer, &token).await, Verdict::Unavailable);
    }
    assert_eq!(verdict(&issuer, "junk").await, Verdict::Invalid);
}

#[tokio::test]
async fn keys_of_no_use_are_left_out() {
    let (key, other) = (KeyPair::ed25519("k"), KeyPair::ed25519("other"));
    let with = |name: &str, value| {
        let mut jwk = other.jwk();
        jwk[name] = value;
        jwk
    };
    for useless in [
        with("use", json!("enc")),
        with("key_ops", json!(["sign"])),
        with("alg", json!("HS256")),
        with("alg", json!("ES256")),
        with("crv", json!("X25519")),
        with("crv", json!("Ed448")),
        with("x", json!("!")),
        with("x", json!("AAAA")),
        with("kid", json!(null)),
        with("kid", json!(7)),
        with("kty", json!("oct")),
        json!(7),
        json!({}),
    ] {
        let set = json!({"keys": [useless, key.jwk()]});
        let server = JwksServer::new(Answer::json(&set)).await;
        let issuer = issuer(&server.url, &ALL, ONCE);
        let good = Draft::good(&key).signed_by(&key);
        let refused = Draft::good(&other).signed_by(&other);
        assert_eq!(verdict(&issuer, &good).await, Verdict::Good, "{set}");
        assert_eq!(verdict(&issuer, &refused).await, Verdict::Invalid, "{set}");
    }
}

/// Without any token: at the start, and again and again, also after a failure.
#[tokio::test]
async fn keys_are_watched() {
    let (old, new) = (KeyPair::ed25519("old"), KeyPair::ed25519("new"));
    let server = JwksServer::with(&[&old]).await;
    let restless = Pacing {
        refresh: Duration::from_millis(1),
        retry: Duration::from_millis(1),
        ..ONCE
    };
    let issuer = issuer(&server.url, &ALL, restless);
    let watch = tokio::spawn(Keyring::watch(Arc::downgrade(&issuer.keyring)));
    server.asked(3).await;
    server.answer(Answer::Bytes(Vec::new()));
    server.asked(server.requests() + 2).await;
    let before = Draft::good(&old).signed_by(&old);
    assert_eq!(verdict(&issuer, &before).await, Verdict::Good);
    server.answer(Answer::keys(&[&new]));
    // The second one from now has begun after the new answer, and the one after it when that is read.
    server.asked(server.requests() + 3).await;
    assert_eq!(verdict(&issuer, &before).await, Verdict::Invalid);
    let after = Draft::good(&new).signed_by(&new);
    assert_eq!(verdict(&issuer, &after).await, Verdict::Good);
    drop(issuer);
    watch.await.unwrap();
}
