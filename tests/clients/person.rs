//! Who uses a client: somebody with an account, and with an access token whose time is up.

use testkit::{TestApp, TestUser};

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
            url: app.url("/graphql"),
            expired: user.expired_token().await,
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
