//! Encrypted connections to a server with an authority of its own, as companies have them.

use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

use super::PostgresServer;
use crate::PASSWORD;

/// A server that is also reached over TCP, and there with TLS only.
#[derive(Debug)]
pub struct EncryptedServer {
    /// The server. Its superuser has the password [`PASSWORD`], by SCRAM.
    pub server: PostgresServer,
    /// On 127.0.0.1, which the certificate is for.
    pub port: u16,
    /// The file with the certificate of the authority that vouches for it.
    pub root: PathBuf,
}

impl EncryptedServer {
    /// Makes an authority and an empty server.
    pub async fn start() -> Self {
        let (server, port) = listening();
        let (authority, issuer) = authority();
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
        let certificate = certificate.signed_by(&key, &issuer).unwrap();
        let root = server.directory.join("root.crt");
        std::fs::write(&root, authority).unwrap();
        server.keep("server.crt", &certificate.pem());
        server.keep("server.key", &key.serialize_pem());
        let rules = "local all all trust\nhostssl all all all scram-sha-256\n";
        server.keep("pg_hba.conf", rules);
        let client = server.client().await;
        for statement in [
            "SET password_encryption = 'scram-sha-256'",
            &format!("ALTER ROLE postgres PASSWORD '{PASSWORD}'"),
            "ALTER SYSTEM SET ssl = on",
            "SELECT pg_reload_conf()",
        ] {
            client.batch_execute(statement).await.unwrap();
        }
        // Each connection begins with what the server has read by then.
        while server.setting("ssl").await != "on" {}
        Self { server, port, root }
    }
}

/// A server on a port that nobody had a moment ago, or on another one if somebody has it now.
fn listening() -> (PostgresServer, u16) {
    let free = || {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.local_addr().unwrap().port()
    };
    let mut attempts = (0..5).map(|_| free());
    let started =
        attempts.find_map(|port| Some((PostgresServer::try_to_start("", Some(port))?, port)));
    started.expect("with-postgres says why it does not start")
}

impl PostgresServer {
    /// What a new connection finds set.
    async fn setting(&self, name: &str) -> String {
        let sql = "SELECT current_setting($1)";
        let row = self.client().await.query_one(sql, &[&name]).await;
        row.unwrap().get(0)
    }

    /// A file for the server's eyes only.
    fn keep(&self, name: &str, text: &str) {
        let file = self.data().join(name);
        std::fs::write(&file, text).unwrap();
        only_for_the_owner_of(&self.data(), &file);
    }
}

/// An authority that nobody else knows: its certificate, and what signs with it.
fn authority() -> (String, Issuer<'static, KeyPair>) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let certificate = params.self_signed(&key).unwrap();
    (certificate.pem(), Issuer::new(params, key))
}

fn only_for_the_owner_of(directory: &Path, file: &Path) {
    use std::os::unix::fs::PermissionsExt;

    let owner = std::fs::metadata(directory).unwrap();
    chown(file, Some(owner.uid()), Some(owner.gid())).unwrap();
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).unwrap();
}
