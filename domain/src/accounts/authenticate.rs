//! Who sends a request: what an access token proves, ours or that of an identity provider.
//!
//! Whoever brings a good token of a provider has an account from then on. Accounts are told apart by issuer and subject and by
//! nothing else: two of them are never the same person because they have the same address, which no provider has to have
//! verified.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::{Accounts, Tokens};
use crate::id::UserId;
use crate::identity::{ExternalIdentity, Identity};
use crate::ports::{AuthenticationError, IdentityProvider};
use crate::time::Timestamp;
use crate::user::User;

/// Who a verified access token stands for, and how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Authenticated {
    /// The caller.
    pub identity: Identity,
    /// When the proof expires.
    pub expires_at: Timestamp,
}

/// The provider, and the users it has told us about.
pub(super) struct External {
    provider: Arc<dyn IdentityProvider>,
    known: Mutex<KnownIdentities>,
}

impl External {
    pub(super) fn new(provider: Arc<dyn IdentityProvider>) -> Self {
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
    /// Who an access token stands for. Does not know of ended sessions: see
    /// [`SessionRepository::ended_since`] and [`SessionEvents`].
    pub async fn authenticate(&self, token: &str) -> Result<Authenticated, AuthenticationError> {
        let now = self.ports.clock.now();
        let issuer = match &self.tokens {
            Tokens::Own(issuer) => issuer,
            Tokens::External(external) => {
                return self.authenticate_external(external, token, now).await;
            }
        };
        let claims = issuer.verify_access(token, now).await?;
        let identity = Identity {
            user: claims.user,
            session: claims.session,
        };
        Ok(Authenticated {
            identity,
            expires_at: claims.expires_at,
        })
    }

    /// Verifies a token of the identity provider and finds, or makes, the account that belongs to it.
    async fn authenticate_external(
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
pub(super) struct KnownIdentities {
    pub(super) newer: HashMap<ExternalIdentity, UserId>,
    pub(super) older: HashMap<ExternalIdentity, UserId>,
    /// When `newer` began.
    since: Option<Timestamp>,
}

impl KnownIdentities {
    pub(super) const KEPT: Duration = Duration::from_secs(30);
    pub(super) const CAPACITY: usize = 10_000;

    pub(super) fn find(&mut self, identity: &ExternalIdentity, now: Timestamp) -> Option<UserId> {
        self.age(now);
        let found = self
            .newer
            .get(identity)
            .or_else(|| self.older.get(identity));
        found.copied()
    }

    pub(super) fn remember(&mut self, identity: ExternalIdentity, user: UserId, now: Timestamp) {
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
