//! The keys of a JSON Web Key Set that can verify a token here.

use std::sync::Arc;

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::Value;

/// Each key by itself: one that makes no sense must not take the others with it.
#[derive(Deserialize)]
struct Set {
    keys: Vec<Value>,
}

/// A public key, and the one algorithm it is for.
pub(super) struct Key {
    pub(super) id: String,
    pub(super) algorithm: Algorithm,
    pub(super) decoding: DecodingKey,
}

/// Why a set is of no use.
#[derive(Debug, thiserror::Error)]
pub(super) enum KeySetError {
    #[error("the answer is not a JSON Web Key Set")]
    NotASet,
    /// Holds what is offered instead.
    #[error(
        "none of its {0} keys can be used: each needs a `kid`, and an algorithm that AUTH_ALGORITHMS allows ({1})"
    )]
    NoneUsable(usize, String),
}

/// Reads a set. Keys of other kinds, for other uses or without a name are left out.
pub(super) fn read(body: &[u8], allowed: &[Algorithm]) -> Result<Vec<Arc<Key>>, KeySetError> {
    let set: Set = serde_json::from_slice(body).map_err(|_| KeySetError::NotASet)?;
    let offered = set.keys.len();
    let keys: Vec<_> = set
        .keys
        .into_iter()
        .filter_map(|key| usable(&Jwk::deserialize(key).ok()?, allowed))
        .map(Arc::new)
        .collect();
    if keys.is_empty() {
        let allowed: Vec<_> = allowed.iter().map(|name| format!("{name:?}")).collect();
        return Err(KeySetError::NoneUsable(offered, allowed.join(", ")));
    }
    Ok(keys)
}

fn usable(jwk: &Jwk, allowed: &[Algorithm]) -> Option<Key> {
    let common = &jwk.common;
    let algorithm = match &jwk.algorithm {
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => {
            Algorithm::EdDSA
        }
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => {
            Algorithm::ES256
        }
        AlgorithmParameters::RSA(_) => Algorithm::RS256,
        _ => return None,
    };
    let declared = common
        .key_algorithm
        .is_none_or(|name| name == algorithm.into());
    let signs = common
        .public_key_use
        .as_ref()
        .is_none_or(|used| *used == PublicKeyUse::Signature);
    let verifies = common
        .key_operations
        .as_ref()
        .is_none_or(|operations| operations.contains(&KeyOperations::Verify));
    if !(declared && signs && verifies && allowed.contains(&algorithm)) {
        return None;
    }
    Some(Key {
        id: common.key_id.clone()?,
        algorithm,
        decoding: DecodingKey::from_jwk(jwk).ok()?,
    })
}
