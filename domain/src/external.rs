//! Users who sign in elsewhere: an identity provider issues their access tokens, and this service only verifies them.
//!
//! Whoever brings a good token has an account from then on. Accounts are told apart by issuer and subject and by nothing
//! else: two of them are never the same person because they have the same address, which no provider has to have verified.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::accounts::{Accounts, Authenticated};
use crate::id::{SessionId, UserId};
use crate::ports::{AuthenticationError, IdentityProvider};
use crate::session::Identity;
use crate::time::Timestamp;
use crate::user::{EmailAddress, User};

/// Who somebody is in the words of an identity provider. Two of them are the same if they are equal byte for byte.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ExternalIdentity {
    issuer: Arc<str>,
    subject: String,
}

impl ExternalIdentity {
    /// The longest issuer and the longest subject, in characters (OpenID Connect Core 1.0, section 2, for the subject).
    pub const MAX_LENGTH: usize = 255;

    /// `None` if one of them is empty, too long or holds a control character.
    #[must_use]
    pub fn new(issuer: Arc<str>, subject: String) -> Option<Self> {
        let fits = |text: &str| {
            (1..=Self::MAX_LENGTH).contains(&text.chars().count())
                && !text.chars().any(char::is_control)
        };
        (fits(&issuer) && fits(&subject)).then_some(Self { issuer, subject })
    }

    /// Who issues the tokens.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// What the issuer calls the user. No UUID, and no address either.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }
}

/// A subject may be personal: it must not get into a log by way of `{:?}`.
impl fmt::Debug for ExternalIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ExternalIdentity({}, …)", self.issuer)
    }
}

/// What a verified token of an identity provider says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalClaims {
    /// Who.
    pub identity: ExternalIdentity,
    /// The user's address, as far as the provider knows one.
    pub email: Option<EmailAddress>,
    /// Stands for the session at the provider: the same for all tokens of one. It cannot be ended here.
    pub session: SessionId,
    /// Until when.
    pub expires_at: Timestamp,
}

impl User {
    /// A user who is seen for the first time. Without an address of their own they get one that leads nowhere.
    #[must_use]
    pub fn first_seen(email: Option<EmailAddress>, now: Timestamp) -> Self {
        let id = UserId::new(now);
        Self {
            id,
            email: email.unwrap_or_else(|| EmailAddress::placeholder(id)),
            created_at: now,
        }
    }
}

/// The provider, and the users it has told us about.
pub(crate) struct External {
    provider: Arc<dyn IdentityProvider>,
    known: Mutex<KnownIdentities>,
}

impl External {
    pub(crate) fn new(provider: Arc<dyn IdentityProvider>) -> Self {
        Self {
            provider,
            known: Mutex::default(),
        }
    }

    fn with_known<T>(&self, look: impl FnOnce(&mut KnownIdentities) -> T) -> T {
        look(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Accounts {
    /// Verifies a token of the identity provider and finds, or makes, the account that belongs to it.
    pub(crate) async fn authenticate_external(
        &self,
        external: &External,
        token: &str,
        now: Timestamp,
    ) -> Result<Authenticated, AuthenticationError> {
        let claims = external.provider.verify(token, now).await?;
        let known = external.with_known(|known| known.find(&claims.identity, now));
        let user = if let Some(user) = known {
            user
        } else {
            let newcomer = User::first_seen(claims.email, now);
            let users = &self.ports.users;
            let user = users
                .find_or_register_external(&claims.identity, &newcomer)
                .await?;
            external.with_known(|known| known.remember(claims.identity, user, now));
            user
        };
        Ok(Authenticated {
            identity: Identity {
                user,
                session: claims.session,
            },
            expires_at: claims.expires_at,
        })
    }
}

/// Who was seen a moment ago, so that not every request costs a query. An entry is younger than twice [`Self::KEPT`]: that
/// long another instance may take to notice that an account was deleted. And there are at most twice
/// [`Self::CAPACITY`], some megabytes.
#[derive(Default)]
struct KnownIdentities {
    newer: HashMap<ExternalIdentity, UserId>,
    older: HashMap<ExternalIdentity, UserId>,
    /// When `newer` began.
    since: Option<Timestamp>,
}

impl KnownIdentities {
    const KEPT: Duration = Duration::from_secs(30);
    const CAPACITY: usize = 10_000;

    fn find(&mut self, identity: &ExternalIdentity, now: Timestamp) -> Option<UserId> {
        self.age(now);
        let found = self
            .newer
            .get(identity)
            .or_else(|| self.older.get(identity));
        found.copied()
    }

    fn remember(&mut self, identity: ExternalIdentity, user: UserId, now: Timestamp) {
        self.age(now);
        self.newer.insert(identity, user);
    }

    fn age(&mut self, now: Timestamp) {
        let age = self.since.map(|since| now.since(since));
        if age.is_none_or(|age| age >= Self::KEPT * 2) {
            self.older.clear();
            self.newer.clear();
            self.since = Some(now);
        } else if age.is_some_and(|age| age >= Self::KEPT) || self.newer.len() >= Self::CAPACITY {
            self.older = std::mem::take(&mut self.newer);
            self.since = Some(now);
        }
    }
}

#[cfg(test)]
#[cfg(feature = "testing")]
#[path = "external_tests.rs"]
mod tests;
