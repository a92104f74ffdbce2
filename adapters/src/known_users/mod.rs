//! Users of an identity provider who were seen a moment ago, so that not every request costs a query: a decorator round the
//! repository that is asked who they are.
//!
//! Nobody tells it that an account is gone; that is noticed when an entry is too old. Users of ours need none of this: their
//! tokens say who they are.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use quick_cache::sync::Cache;
use taskhive_domain::identity::ExternalIdentity;
use taskhive_domain::ports::{Clock, ExternalUserRepository, InfraError};
use taskhive_domain::user::User;
use taskhive_domain::{Timestamp, UserId};

/// How long an answer is good. So long an account that was deleted may still seem to be there.
const LIFETIME: Duration = Duration::from_mins(1);
/// How many users are known at a time, some megabytes. Those who are seen more often stay.
const CAPACITY: usize = 20_000;

/// Answers for users it knows, and asks `repository` for the others.
pub struct KnownUsers {
    repository: Arc<dyn ExternalUserRepository>,
    clock: Arc<dyn Clock>,
    known: Cache<ExternalIdentity, (UserId, Timestamp)>,
}

impl KnownUsers {
    /// Knows nobody yet.
    #[must_use]
    pub fn new(repository: Arc<dyn ExternalUserRepository>, clock: Arc<dyn Clock>) -> Self {
        Self {
            repository,
            clock,
            known: Cache::new(CAPACITY),
        }
    }
}

#[async_trait]
impl ExternalUserRepository for KnownUsers {
    async fn find_or_register(
        &self,
        identity: &ExternalIdentity,
        newcomer: &User,
    ) -> Result<UserId, InfraError> {
        let now = self.clock.now();
        if let Some((user, asked_at)) = self.known.get(identity)
            && now.since(asked_at) < LIFETIME
        {
            return Ok(user);
        }
        let user = self.repository.find_or_register(identity, newcomer).await?;
        self.known.insert(identity.clone(), (user, now));
        Ok(user)
    }
}

#[cfg(test)]
mod tests;
