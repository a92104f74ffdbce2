//! Who uses a client: somebody with an account, and with an access token whose time is up.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use taskhive_adapters::jwt::JwtIssuer;
use taskhive_domain::ports::TokenIssuer;
use taskhive_domain::session::AccessClaims;
use taskhive_domain::{SessionId, Timestamp, UserId};

use crate::support::{TestApp, TestUser, signing_secrets};

/// What a client needs to know to go through its story.
pub(crate) struct Person {
    /// Keeps the database.
    _app: TestApp,
    pub(crate) url: String,
    pub(crate) user: TestUser,
    /// Of this user, and good until an hour ago.
    pub(crate) expired: String,
}

impl Person {
    /// With a service of their own.
    pub(crate) async fn new() -> Self {
        Self::with(&[]).await
    }

    /// With some settings of its own.
    pub(crate) async fn with(settings: &[(&str, &str)]) -> Self {
        let app = TestApp::with(settings).await;
        let user = app.user("ada").await;
        Self {
            url: format!("http://{}/graphql", app.address),
            expired: expired(&user.access_token),
            user,
            _app: app,
        }
    }

    /// In the order in which every story takes them.
    pub(crate) fn arguments(&self) -> [&str; 4] {
        [
            &self.url,
            &self.user.email,
            self.user.password,
            &self.expired,
        ]
    }
}

/// What the service would have made of this token an hour and its life ago.
fn expired(token: &str) -> String {
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap());
    let payload: Value = serde_json::from_slice(&payload.unwrap()).unwrap();
    let text = |name: &str| payload[name].as_str().unwrap();
    let before = |seconds: i64| {
        let issued_at = payload["iat"].as_i64().unwrap();
        Timestamp::from_millis((issued_at - seconds) * 1000)
    };
    let claims = AccessClaims {
        user: UserId::parse(text("sub")).unwrap(),
        session: SessionId::parse(text("sid")).unwrap(),
        expires_at: before(3600),
    };
    let issuer = JwtIssuer::new(&signing_secrets(), text("iss"), text("aud")).unwrap();
    let token = issuer.issue_access(&claims, before(4500)).unwrap();
    token.reveal().to_owned()
}
