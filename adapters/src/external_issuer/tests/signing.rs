//! Key pairs, and tokens signed with them however wrong they are.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize, PublicKeyComponents};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{AUDIENCE, ISSUER};

pub(super) fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A private key, and the name that the provider gives it.
pub(super) struct KeyPair {
    pub(super) id: String,
    secret: Secret,
}

enum Secret {
    Ed25519(Ed25519KeyPair),
    P256(EcdsaKeyPair),
    Rsa(RsaKeyPair),
}

impl KeyPair {
    pub(super) fn ed25519(id: &str) -> Self {
        Self::new(id, Secret::Ed25519(Ed25519KeyPair::generate().unwrap()))
    }

    pub(super) fn p256(id: &str) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        Self::new(id, Secret::P256(pair))
    }

    pub(super) fn rsa(id: &str) -> Self {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        Self::new(id, Secret::Rsa(pair))
    }

    fn new(id: &str, secret: Secret) -> Self {
        let id = id.to_owned();
        Self { id, secret }
    }

    pub(super) fn algorithm(&self) -> &'static str {
        match self.secret {
            Secret::Ed25519(_) => "EdDSA",
            Secret::P256(_) => "ES256",
            Secret::Rsa(_) => "RS256",
        }
    }

    /// The public key in the form in which everybody has it, without what stands around it.
    pub(super) fn public_bytes(&self) -> Vec<u8> {
        match &self.secret {
            Secret::Ed25519(pair) => pair.public_key().as_ref().to_vec(),
            Secret::P256(pair) => pair.public_key().as_ref().to_vec(),
            Secret::Rsa(pair) => pair.public_key().as_ref().to_vec(),
        }
    }

    /// As it stands in the key set, in Better Auth's words.
    pub(super) fn jwk(&self) -> Value {
        let public = self.public_bytes();
        let mut jwk = match &self.secret {
            Secret::Ed25519(_) => json!({"kty": "OKP", "crv": "Ed25519", "x": base64url(public)}),
            Secret::P256(_) => {
                let (x, y) = public[1..].split_at(32);
                json!({"kty": "EC", "crv": "P-256", "x": base64url(x), "y": base64url(y)})
            }
            Secret::Rsa(pair) => {
                let PublicKeyComponents { n, e } =
                    PublicKeyComponents::<Vec<u8>>::from(pair.public_key());
                json!({"kty": "RSA", "n": base64url(n), "e": base64url(e)})
            }
        };
        jwk["kid"] = json!(self.id);
        jwk["alg"] = json!(self.algorithm());
        jwk
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.secret {
            Secret::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
            Secret::P256(pair) => pair.sign(&random, message).unwrap().as_ref().to_vec(),
            Secret::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .unwrap();
                signature
            }
        }
    }
}

/// The parts of a token that is good at `NOW`, to be changed and signed.
#[derive(Clone)]
pub(super) struct Draft {
    pub(super) header: Value,
    pub(super) claims: Value,
}

impl Draft {
    /// What Better Auth puts into a token unless told otherwise.
    pub(super) fn good(key: &KeyPair) -> Self {
        Self {
            header: json!({"alg": key.algorithm(), "kid": key.id}),
            claims: json!({
                "iat": 1_700_000_000,
                "name": "Ada",
                "email": "ada@example.org",
                "emailVerified": false,
                "image": null,
                "createdAt": "2026-01-31T10:00:00.000Z",
                "updatedAt": "2026-01-31T10:00:00.000Z",
                "id": "Zq3kJb0dEfGhIjKlMnOpQrStUvWxYz01",
                "sub": "Zq3kJb0dEfGhIjKlMnOpQrStUvWxYz01",
                "exp": 1_700_000_900,
                "iss": ISSUER,
                "aud": AUDIENCE,
            }),
        }
    }

    pub(super) fn header(mut self, name: &str, value: Value) -> Self {
        self.header[name] = value;
        self
    }

    pub(super) fn claim(mut self, name: &str, value: Value) -> Self {
        self.claims[name] = value;
        self
    }

    pub(super) fn without(mut self, claim: &str) -> Self {
        self.claims.as_object_mut().unwrap().remove(claim);
        self
    }

    pub(super) fn signed_by(&self, key: &KeyPair) -> String {
        self.signed(|message| key.sign(message))
    }

    pub(super) fn signed(&self, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
        sealed(&self.header.to_string(), &self.claims.to_string(), sign)
    }
}

pub(super) fn sealed(header: &str, claims: &str, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let message = format!("{}.{}", base64url(header), base64url(claims));
    let signature = base64url(sign(message.as_bytes()));
    format!("{message}.{signature}")
}
