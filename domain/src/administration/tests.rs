//! What an operator can do, on memory.

use std::sync::Arc;

use super::*;
use crate::ports::{Clock, SignIn};
use crate::session::IDLE_LIFETIME;
use crate::session::Session;
use crate::testing::{InsecureHasher, ManualClock, MemoryStore, RecordedEnds};

struct House {
    clock: Arc<ManualClock>,
    told: Arc<RecordedEnds>,
    administration: Administration,
}

impl House {
    fn new() -> Self {
        let (store, clock) = (
            Arc::new(MemoryStore::default()),
            Arc::new(ManualClock::default()),
        );
        let told = Arc::new(RecordedEnds::default());
        let ports = AccountPorts {
            users: store.clone(),
            sessions: store.clone(),
            session_events: told.clone(),
            hasher: Arc::new(InsecureHasher::default()),
            clock: clock.clone(),
        };
        let administration = Administration::new(ports, store, Duration::ZERO);
        Self {
            clock,
            told,
            administration,
        }
    }

    async fn create(&self, email: &str) -> Result<User, AccountError> {
        let registration = Registration::parse(email, "correct horse").unwrap();
        self.administration.create_user(registration).await
    }

    async fn sign_in(&self, user: &User) -> SessionId {
        let stored = self
            .administration
            .ports
            .users
            .credentials_of(user.id)
            .await
            .unwrap();
        let sign_in = SignIn {
            session: Session::begin(user.id, "", self.clock.now()),
            verified: stored.unwrap().hash,
            rehashed: None,
        };
        let opened = self
            .administration
            .ports
            .sessions
            .open(&sign_in)
            .await
            .unwrap();
        assert!(opened.is_some());
        sign_in.session.id
    }
}

#[tokio::test]
async fn a_user_made_by_an_operator_is_signed_in_nowhere() {
    let house = House::new();
    let user = house.create("ada@example.org").await.unwrap();
    let sessions = house
        .administration
        .ports
        .sessions
        .list(user.id, house.clock.now())
        .await
        .unwrap();
    assert_eq!(sessions, []);
    assert_eq!(
        house.administration.find_user(&user.email).await.unwrap(),
        Some(user)
    );
    let again = house.create("ADA@example.org").await;
    assert!(matches!(again, Err(AccountError::EmailTaken)));
}

#[tokio::test]
async fn a_set_password_counts_and_signs_out_everywhere() {
    let house = House::new();
    let user = house.create("ada@example.org").await.unwrap();
    let session = house.sign_in(&user).await;
    let old = house
        .administration
        .ports
        .users
        .credentials_of(user.id)
        .await
        .unwrap()
        .unwrap();

    let password = Password::parse("a better horse").unwrap();
    assert!(
        house
            .administration
            .set_password(user.id, &password)
            .await
            .unwrap()
    );
    let new = house
        .administration
        .ports
        .users
        .credentials_of(user.id)
        .await
        .unwrap()
        .unwrap();
    assert_ne!(new.hash.reveal(), old.hash.reveal());
    assert_eq!(house.told.take(), [session]);
    assert_eq!(
        house.administration.end_sessions(user.id).await.unwrap(),
        []
    );
    assert!(
        !house
            .administration
            .set_password(UserId::new(house.clock.now()), &password)
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn a_clean_up_goes_on_until_nothing_is_left() {
    let house = House::new();
    let user = house.create("ada@example.org").await.unwrap();
    let many = 2 * CLEANUP_BATCH + 1;
    for _ in 0..many {
        house.sign_in(&user).await;
    }
    assert_eq!(house.administration.remove_expired().await.unwrap(), 0);
    house.clock.advance(IDLE_LIFETIME);
    assert_eq!(
        house.administration.remove_expired().await.unwrap(),
        u64::from(many)
    );
}
