//! A database that is reached with TLS, by an authority of its own, and with a password by SCRAM.

use serde_json::json;
use tempfile::tempdir;
use testkit::server::EncryptedServer;
use testkit::{ME, PASSWORD, SECRET};

use super::server::refusal;
use crate::TASKHIVE;

/// As Neon prints it: where to, and what must hold.
fn url(server: &EncryptedServer, host: &str, password: &str, options: &str) -> String {
    let port = server.port;
    format!("postgresql://postgres:{password}@{host}:{port}/postgres?{options}")
}

fn trusting(server: &EncryptedServer, options: &str) -> String {
    format!("{options}&sslrootcert={}", server.root.display())
}

#[tokio::test(flavor = "multi_thread")]
async fn all_connections_are_encrypted_and_the_password_is_bound_to_them() {
    let server = EncryptedServer::start().await;
    for (name, options) in [
        ("ada", "sslmode=require&channel_binding=require"),
        // What Neon puts into `options` names the database; a server takes settings there.
        (
            "bea",
            "options=-c%20geqo%3Doff&sslmode=require&channel_binding=require",
        ),
        ("cleo", "sslmode=verify-full&channel_binding=require"),
        ("dora", "sslmode=prefer"),
    ] {
        let url = url(&server, "127.0.0.1", PASSWORD, &trusting(&server, options));
        let directory = tempdir().unwrap();
        let settings = [("DATABASE_URL", url.as_str()), ("JWT_SECRET", SECRET)];
        let service = TASKHIVE.start(directory.path(), &settings);
        let user = service.user(name).await;
        user.run(ME, json!({})).await.data();
        let sql = "SELECT count(*) FILTER (WHERE ssl), count(*) FILTER (WHERE NOT ssl) FROM pg_stat_ssl \
                   JOIN pg_stat_activity USING (pid) WHERE client_addr IS NOT NULL";
        let client = server.server.client().await;
        let counts = client.query_one(sql, &[]).await.unwrap();
        let (encrypted, plain): (i64, i64) = (counts.get(0), counts.get(1));
        assert!(
            encrypted > 0 && plain == 0,
            "{options}: {encrypted}, {plain}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_the_other_end_is_said_and_the_password_is_not() {
    let server = EncryptedServer::start().await;
    let full = trusting(&server, "sslmode=verify-full");
    for (host, password, options, reason) in [
        // Nobody vouches for it.
        (
            "127.0.0.1",
            PASSWORD,
            "sslmode=verify-full",
            "UnknownIssuer",
        ),
        ("127.0.0.1", PASSWORD, "sslmode=require", "UnknownIssuer"),
        // It is for another name.
        ("localhost", PASSWORD, full.as_str(), "not valid for name"),
        ("127.0.0.1", PASSWORD, "sslmode=disable", "no encryption"),
        (
            "127.0.0.1",
            "wrong-private",
            full.as_str(),
            "password authentication failed",
        ),
        (
            "127.0.0.1",
            PASSWORD,
            "sslmode=verify-full&sslrootcert=nowhere.crt",
            "nowhere.crt",
        ),
    ] {
        let message = refusal(&url(&server, host, password, options), &["serve"]);
        assert!(
            message.contains("DATABASE_URL") && message.contains(reason),
            "{host} {options}: {message}"
        );
        assert!(
            !message.contains("private") && !message.contains(PASSWORD),
            "{message}"
        );
    }
}
