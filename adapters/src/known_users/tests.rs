//! How often the repository is asked, and for how long an answer is good.

use std::sync::atomic::{AtomicUsize, Ordering};

use taskhive_domain::ports::{InfraErrorKind, UserRepository};
use taskhive_domain::testing::{ManualClock, MemoryStore};
use taskhive_domain::user::PasswordHash;

use super::*;

/// Counts the questions, and cannot answer the first.
#[derive(Default)]
struct Asked {
    store: MemoryStore,
    questions: AtomicUsize,
}

#[async_trait]
impl ExternalUserRepository for Asked {
    async fn find_or_register(
        &self,
        identity: &ExternalIdentity,
        newcomer: &User,
    ) -> Result<UserId, InfraError> {
        if self.questions.fetch_add(1, Ordering::SeqCst) == 0 {
            return Err(InfraError::bare(InfraErrorKind::Unavailable, "away"));
        }
        self.store.find_or_register(identity, newcomer).await
    }
}

struct House {
    asked: Arc<Asked>,
    clock: Arc<ManualClock>,
    known: KnownUsers,
}

impl House {
    fn new() -> Self {
        let (asked, clock) = (Arc::<Asked>::default(), Arc::<ManualClock>::default());
        let known = KnownUsers::new(asked.clone(), clock.clone());
        Self {
            asked,
            clock,
            known,
        }
    }

    async fn see(&self, subject: &str) -> Result<UserId, InfraError> {
        let issuer = "https://auth.example.org".into();
        let identity = ExternalIdentity::new(issuer, subject.to_owned()).unwrap();
        let newcomer = User::first_seen(None, self.clock.now());
        self.known.find_or_register(&identity, &newcomer).await
    }

    fn questions(&self) -> usize {
        self.asked.questions.load(Ordering::SeqCst)
    }
}

#[tokio::test]
async fn who_was_seen_a_moment_ago_costs_no_question() {
    let house = House::new();
    assert!(house.see("ada").await.is_err());
    let ada = house.see("ada").await.unwrap();
    assert_ne!(house.see("bob").await.unwrap(), ada);
    assert_eq!(house.questions(), 3);
    for _ in 0..3 {
        assert_eq!(house.see("ada").await.unwrap(), ada);
    }
    assert_eq!(house.questions(), 3);
}

#[tokio::test]
async fn an_account_that_was_deleted_elsewhere_is_noticed_within_a_minute() {
    let house = House::new();
    assert!(house.see("ada").await.is_err());
    let ada = house.see("ada").await.unwrap();
    let (hash, now) = (PasswordHash::unusable(), house.clock.now());
    let deleted = house.asked.store.delete(ada, &hash, now).await.unwrap();
    assert_eq!(deleted, Some(vec![]));
    house
        .clock
        .advance(LIFETIME.checked_sub(Duration::from_millis(1)).unwrap());
    assert_eq!(house.see("ada").await.unwrap(), ada);
    house.clock.advance(Duration::from_millis(1));
    let back = house.see("ada").await.unwrap();
    assert_ne!(back, ada);
    assert_eq!(house.see("ada").await.unwrap(), back);
}

/// Takes everybody for a new one.
struct Newcomers;

#[async_trait]
impl ExternalUserRepository for Newcomers {
    async fn find_or_register(
        &self,
        _identity: &ExternalIdentity,
        newcomer: &User,
    ) -> Result<UserId, InfraError> {
        Ok(newcomer.id)
    }
}

#[tokio::test]
async fn few_are_known_at_once() {
    let clock = Arc::<ManualClock>::default();
    let house = House {
        asked: Arc::default(),
        known: KnownUsers::new(Arc::new(Newcomers), clock.clone()),
        clock,
    };
    for n in 0..CAPACITY + 1000 {
        house.see(&n.to_string()).await.unwrap();
    }
    assert!(house.known.known.len() <= CAPACITY);
}
