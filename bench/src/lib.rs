//! What the load generator and the two yardsticks have in common: access tokens as the service issues them, and settings.
//! Each reads the same `JWT_SECRET`, so one token is good at all of them.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Anything that ends a run; it is shown to a person.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Issuer and audience of the service's tokens.
const SERVICE: &str = "taskhive";

/// A variable that must be set.
pub fn setting(name: &str) -> Result<String, Failure> {
    std::env::var(name).map_err(|_| format!("{name} is not set").into())
}

/// The payload of an access token.
#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    sid: String,
    iat: i64,
    exp: i64,
    jti: String,
}

/// The service's keys are made from the secret in this way: adapters/src/jwt/secrets.rs.
fn derived(secret: &str, label: &str) -> Vec<u8> {
    let root = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    hmac::sign(&root, label.as_bytes()).as_ref().to_vec()
}

/// Signs tokens as the service does.
pub struct Signer {
    header: Header,
    key: EncodingKey,
}

impl Signer {
    /// With this `JWT_SECRET`.
    #[must_use]
    pub fn new(secret: &str) -> Self {
        let id = derived(secret, "taskhive 1 key id");
        Self {
            header: Header {
                typ: Some("at+jwt".to_owned()),
                kid: Some(URL_SAFE_NO_PAD.encode(id.get(..9).unwrap_or(&id))),
                ..Header::new(Algorithm::HS256)
            },
            key: EncodingKey::from_secret(&derived(secret, "taskhive 1 access token")),
        }
    }

    /// A token for a user, in a session nobody has ended, that outlives the run.
    pub fn token(&self, user: Uuid) -> Result<String, Failure> {
        let now = chrono::Utc::now().timestamp();
        let claims = Claims {
            iss: SERVICE.to_owned(),
            aud: SERVICE.to_owned(),
            sub: format!("user_{}", user.simple()),
            sid: format!("session_{}", user.simple()),
            iat: now,
            exp: now + 6 * 3600,
            jti: Uuid::new_v4().simple().to_string(),
        };
        Ok(jsonwebtoken::encode(&self.header, &claims, &self.key)?)
    }
}

/// Verifies tokens, with a key that is built once.
pub struct Verifier {
    key: DecodingKey,
    validation: Validation,
}

impl Verifier {
    /// With this `JWT_SECRET`.
    #[must_use]
    pub fn new(secret: &str) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[SERVICE]);
        validation.set_audience(&[SERVICE]);
        Self {
            key: DecodingKey::from_secret(&derived(secret, "taskhive 1 access token")),
            validation,
        }
    }

    /// Whose token stands in this `Authorization` header.
    #[must_use]
    pub fn user(&self, authorization: &str) -> Option<Uuid> {
        let token = authorization.strip_prefix("Bearer ")?;
        let token = jsonwebtoken::decode::<Claims>(token, &self.key, &self.validation).ok()?;
        parse_id(&token.claims.sub, "user_")
    }
}

/// Reads an id as the API writes it.
#[must_use]
pub fn parse_id(text: &str, prefix: &str) -> Option<Uuid> {
    Uuid::try_parse(text.strip_prefix(prefix)?).ok()
}

/// Where a yardstick listens.
pub async fn listener() -> Result<tokio::net::TcpListener, Failure> {
    let port: u16 = setting("PORT")?.parse()?;
    Ok(tokio::net::TcpListener::bind(("127.0.0.1", port)).await?)
}

/// Ends this process as soon as the one that started it is gone, whatever it died of: that one holds the other end of
/// standard input.
pub fn end_with_the_parent() {
    std::thread::spawn(|| {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(0);
    });
}
