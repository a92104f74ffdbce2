//! The use cases around accounts, on repositories in memory.

mod account;
mod external;
mod races;
mod sign_in;

use super::*;
use crate::identity::Identity;
use crate::ports::{AuthenticationError, Verification};
use crate::session::{ENDED_MEMORY, IDLE_LIFETIME, ROTATION_GRACE, TokenRejection};
use crate::testing::{InsecureHasher, ManualClock, MemoryStore, PlainIssuer, RecordedEnds};
use crate::user::{Credentials, EmailAddress, Registration};

const MILLISECOND: Duration = Duration::from_millis(1);
const PASSWORD: &str = "correct horse";

struct House {
    store: Arc<MemoryStore>,
    clock: Arc<ManualClock>,
    told: Arc<RecordedEnds>,
    accounts: Accounts,
}

impl House {
    fn new() -> Self {
        Self::on(Arc::default(), InsecureHasher::default())
    }

    fn on(store: Arc<MemoryStore>, hasher: impl PasswordHasher + 'static) -> Self {
        let clock = Arc::new(ManualClock::default());
        let told = Arc::new(RecordedEnds::default());
        let ports = AccountPorts {
            users: store.clone(),
            sessions: store.clone(),
            session_events: told.clone(),
            hasher: Arc::new(hasher),
            clock: clock.clone(),
        };
        Self {
            store,
            clock,
            told,
            accounts: Accounts::new(ports, Arc::new(PlainIssuer)),
        }
    }

    async fn register(&self, email: &str) -> Result<SignedIn, AccountError> {
        let registration = Registration::parse(email, PASSWORD).unwrap();
        self.accounts.register(registration, "test").await
    }

    async fn login(&self, email: &str, password: &str) -> Result<SignedIn, AccountError> {
        let credentials = Credentials::parse(email, password);
        self.accounts.login(credentials, "test").await
    }

    async fn identity(&self, signed_in: &SignedIn) -> Identity {
        let token = signed_in.access_token.reveal();
        self.accounts.authenticate(token).await.unwrap().identity
    }

    /// The sessions that every instance finds to have ended: those that were told here, and no others.
    async fn ended(&self) -> Vec<SessionId> {
        let since = self.clock.now().minus(ENDED_MEMORY);
        let ended = self.store.ended_since(since, None, 1000).await.unwrap();
        let mut ids: Vec<SessionId> = ended.into_iter().map(|ended| ended.id).collect();
        ids.sort();
        let mut told = self.told.take();
        told.sort();
        assert_eq!(told, ids);
        ids
    }

    async fn stored_user(&self, email: &str) -> UserId {
        let email = EmailAddress::parse(email).unwrap();
        let stored = self.store.credentials(&email).await.unwrap().unwrap();
        stored.user.id
    }

    async fn stored_hash(&self, email: &str) -> String {
        let email = EmailAddress::parse(email).unwrap();
        let stored = self.store.credentials(&email).await.unwrap().unwrap();
        stored.hash.reveal().to_owned()
    }
}
