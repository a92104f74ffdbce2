//! A sign-in that is under way while the account changes: hashing takes long enough for somebody else to be faster.

use std::sync::Mutex;

use async_trait::async_trait;

use super::*;
use crate::user::{Password, PasswordHash};

/// Compares rightly, but the first time somebody sets another hash before the answer is out.
struct OvertakenHasher {
    store: Arc<MemoryStore>,
    user: UserId,
    meanwhile: Mutex<Option<PasswordHash>>,
    parameters: u32,
}

#[async_trait]
impl PasswordHasher for OvertakenHasher {
    async fn hash(&self, password: &Password) -> Result<PasswordHash, InfraError> {
        let parameters = self.parameters;
        InsecureHasher { parameters }.hash(password).await
    }

    async fn verify(
        &self,
        password: Option<&Password>,
        hash: Option<&PasswordHash>,
    ) -> Result<Verification, InfraError> {
        let parameters = self.parameters;
        let verification = InsecureHasher { parameters }.verify(password, hash).await?;
        let meanwhile = self.meanwhile.lock().unwrap().take();
        if let Some(new) = meanwhile {
            let now = ManualClock::default().now();
            self.store.set_password(self.user, &new, now).await?;
        }
        Ok(verification)
    }
}

/// Ada signs in with her old password; `meanwhile` is stored while it is compared under these `parameters`.
async fn overtaken(meanwhile: &str, parameters: u32) -> (House, Result<SignedIn, AccountError>) {
    let house = House::new();
    let ada = house.register("ada@example.org").await.unwrap();
    let hasher = OvertakenHasher {
        store: house.store.clone(),
        user: ada.user.id,
        meanwhile: Mutex::new(Some(PasswordHash::new(meanwhile.to_owned()))),
        parameters,
    };
    let slow = House::on(house.store.clone(), hasher);
    let outcome = slow.login("ada@example.org", PASSWORD).await;
    (slow, outcome)
}

#[tokio::test]
async fn a_sign_in_that_a_new_password_overtakes_is_refused() {
    for parameters in [1, 2] {
        let (house, outcome) = overtaken("$plain$1$a better horse", parameters).await;
        assert!(
            matches!(outcome, Err(AccountError::CredentialsWrong)),
            "{outcome:?}"
        );
        let user = house.stored_user("ada@example.org").await;
        let living = SessionRepository::list(&*house.store, user, house.clock.now());
        assert_eq!(living.await.unwrap(), []);
        let stored = house.stored_hash("ada@example.org").await;
        assert_eq!(stored, "$plain$1$a better horse");
    }
}

/// Two devices at once, after the parameters were raised: the one that comes second finds the hash replaced by the first.
#[tokio::test]
async fn a_sign_in_that_another_one_overtakes_goes_through() {
    let (house, outcome) = overtaken("$plain$2$correct horse", 2).await;
    assert!(outcome.is_ok(), "{outcome:?}");
    let stored = house.stored_hash("ada@example.org").await;
    assert_eq!(stored, "$plain$2$correct horse");
}
