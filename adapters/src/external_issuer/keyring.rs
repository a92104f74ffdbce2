//! The keys of the provider, kept. Known keys cost nothing and go on working when the provider cannot be reached; an
//! unknown one makes us look, but not more often than once a minute, whatever tokens say.

use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::time::{Duration, Instant};

use jsonwebtoken::Algorithm;
use taskhive_domain::ports::{InfraError, InfraErrorKind};
use tokio::sync::Mutex;

use super::endpoint::{Endpoint, FetchError};
use super::jwks_url::JwksUrl;
use super::keys::{self, Key};

/// How often to look.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pacing {
    /// For new keys, when all is well: for as long, a key that the provider has withdrawn may go on working.
    pub(super) refresh: Duration,
    /// Again, when the last look failed.
    pub(super) retry: Duration,
    /// For a key that a token names and nobody knows.
    pub(super) unknown_key: Duration,
    /// A look that takes longer has failed.
    pub(super) patience: Duration,
}

impl Default for Pacing {
    fn default() -> Self {
        Self {
            refresh: Duration::from_mins(15),
            retry: Duration::from_mins(1),
            unknown_key: Duration::from_mins(1),
            patience: Duration::from_secs(5),
        }
    }
}

/// The keys of one provider.
pub(super) struct Keyring {
    endpoint: Endpoint,
    algorithms: Vec<Algorithm>,
    pacing: Pacing,
    known: RwLock<Known>,
    /// When an unknown key last made us look. Held while fetching: one fetch at a time, the others wait for it.
    last_lookup: Arc<Mutex<Option<Instant>>>,
}

#[derive(Default)]
struct Known {
    /// From the last fetch that went well.
    keys: Vec<Arc<Key>>,
    /// How the last fetch went; `None` before the first.
    reachable: Option<bool>,
    /// What was wrong the last time, as the log was told: it is told again when something else is.
    failure: Option<String>,
}

impl Keyring {
    pub(super) fn new(endpoint: Endpoint, algorithms: Vec<Algorithm>, pacing: Pacing) -> Self {
        Self {
            endpoint,
            algorithms,
            pacing,
            known: RwLock::default(),
            last_lookup: Arc::default(),
        }
    }

    /// The key with this id; `None` if the provider has no such key. Fails if that cannot be found out.
    pub(super) async fn find(self: &Arc<Self>, id: &str) -> Result<Option<Arc<Key>>, InfraError> {
        if let Some(key) = self.known(id) {
            return Ok(Some(key));
        }
        let mut last_lookup = Arc::clone(&self.last_lookup).lock_owned().await;
        if let Some(key) = self.known(id) {
            return Ok(Some(key));
        }
        let first = self.reachable().is_none();
        if first || last_lookup.is_none_or(|at| at.elapsed() >= self.pacing.unknown_key) {
            if !first {
                *last_lookup = Some(Instant::now());
            }
            // In a task of its own: a caller who goes away must not keep the others from the new keys for a minute.
            let keyring = Arc::clone(self);
            let fetch = tokio::spawn(async move {
                keyring.fetch().await;
                drop(last_lookup);
            });
            // A panic in there leaves everything as it was.
            let _ = fetch.await;
        }
        match self.known(id) {
            None if self.reachable() != Some(true) => Err(InfraError::bare(
                InfraErrorKind::Unavailable,
                "the keys of the identity provider cannot be had, and a token names one that is not known",
            )),
            found => Ok(found),
        }
    }

    /// Fetches the keys now and from time to time, until the keyring is gone.
    pub(super) async fn watch(keyring: Weak<Self>) {
        while let Some(keyring) = keyring.upgrade() {
            let pause = keyring.refresh().await;
            drop(keyring);
            tokio::time::sleep(pause).await;
        }
    }

    /// Fetches the keys; the very first time only if no request has done so meanwhile. Says when to do so again.
    async fn refresh(&self) -> Duration {
        let first = self.reachable().is_none();
        let last_lookup = self.last_lookup.lock().await;
        if !first || self.reachable().is_none() {
            self.fetch().await;
        }
        drop(last_lookup);
        if self.reachable() == Some(true) {
            self.pacing.refresh
        } else {
            self.pacing.retry
        }
    }

    /// The keys that the provider has now.
    pub(super) async fn fetched(&self) -> Result<Vec<Arc<Key>>, FetchError> {
        let body = self.endpoint.fetch(self.pacing.patience).await?;
        Ok(keys::read(&body, &self.algorithms)?)
    }

    /// Replaces the known keys; if anything is wrong with the new ones, keeps them and says so.
    async fn fetch(&self) {
        let keys = self.fetched().await;
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        match keys {
            Ok(keys) => {
                if known.reachable != Some(true) {
                    let keys = keys.len();
                    tracing::info!(keys, "the keys of the identity provider are here");
                }
                known.keys = keys;
                known.reachable = Some(true);
                known.failure = None;
            }
            Err(error) => {
                known.reachable = Some(false);
                let failure = error.to_string();
                if known.failure.as_ref() != Some(&failure) {
                    log_failure(&failure, known.keys.len(), self.endpoint.url());
                }
                known.failure = Some(failure);
            }
        }
    }

    fn known(&self, id: &str) -> Option<Arc<Key>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.keys.iter().find(|key| key.id == id).cloned()
    }

    fn reachable(&self) -> Option<bool> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.reachable
    }
}

fn log_failure(cause: &str, keys: usize, url: &JwksUrl) {
    let url = url.to_string();
    if keys == 0 {
        tracing::error!(
            url,
            cause,
            "the keys of the identity provider cannot be had: nobody can sign in until AUTH_JWKS_URL has some"
        );
    } else {
        tracing::warn!(
            url,
            cause,
            keys,
            "the keys of the identity provider cannot be had: the known ones go on working"
        );
    }
}
