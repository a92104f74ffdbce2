//! TLS as a client: to PostgreSQL, and to where an identity provider publishes its keys. The server side of TLS is somebody
//! else's business, a proxy's.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};
use taskhive_domain::ports::{InfraError, InfraErrorKind};

/// The certificate authorities that browsers trust.
pub(crate) fn web_roots() -> RootCertStore {
    webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect()
}

/// Trusts these authorities, and has no certificate of its own.
pub(crate) fn client_config(roots: RootCertStore) -> Result<ClientConfig, InfraError> {
    // The provider is named, because a second one in the tree would make rustls refuse to guess.
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| InfraError::new(InfraErrorKind::Broken, "prepare TLS", error))?
        .with_root_certificates(roots)
        .with_no_client_auth())
}
