//! A password that is looked at while the account changes: hashing takes long enough for somebody else to be faster.

use std::sync::Mutex;

use async_trait::async_trait;

use super::*;
use crate::user::{Password, PasswordHash};

/// What somebody else does.
enum Meanwhile {
    SetsPassword(PasswordHash),
    DeletesAccount,
}

/// Compares rightly, but the first time somebody is faster than the answer.
struct OvertakenHasher {
    store: Arc<MemoryStore>,
    user: UserId,
    meanwhile: Mutex<Option<Meanwhile>>,
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
        let now = ManualClock::default().now();
        match (meanwhile, hash) {
            (Some(Meanwhile::SetsPassword(new)), _) => {
                self.store.set_password(self.user, &new, now).await?;
            }
            (Some(Meanwhile::DeletesAccount), Some(hash)) => {
                UserRepository::delete(&*self.store, self.user, hash, now).await?;
            }
            _ => {}
        }
        Ok(verification)
    }
}

/// A house where Ada is signed in, and somebody is faster than the next look at her password.
async fn slow_house(meanwhile: Meanwhile, parameters: u32) -> (House, SignedIn) {
    let house = House::new();
    let ada = house.register("ada@example.org").await.unwrap();
    let hasher = OvertakenHasher {
        store: house.store.clone(),
        user: ada.user.id,
        meanwhile: Mutex::new(Some(meanwhile)),
        parameters,
    };
    (House::on(house.store.clone(), hasher), ada)
}

/// Ada signs in with her old password; `meanwhile` is stored while it is compared under these `parameters`.
async fn overtaken(meanwhile: &str, parameters: u32) -> (House, Result<SignedIn, AccountError>) {
    let meanwhile = Meanwhile::SetsPassword(PasswordHash::new(meanwhile.to_owned()));
    let (slow, _) = slow_house(meanwhile, parameters).await;
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

/// A client whose answer was lost sends the same again while the first deletion is still under way: the password is right, and
/// nobody is told otherwise.
#[tokio::test]
async fn a_deletion_that_another_one_overtakes_finds_the_account_gone() {
    let (house, ada) = slow_house(Meanwhile::DeletesAccount, 1).await;
    let who = house.identity(&ada).await;
    let password = Password::claimed(PASSWORD);
    let outcome = house.accounts.delete_account(who, password.as_ref()).await;
    assert!(
        matches!(outcome, Err(AccountError::AccountGone)),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_deletion_that_a_new_password_overtakes_is_refused() {
    let new = PasswordHash::new("$plain$1$a better horse".to_owned());
    let (house, ada) = slow_house(Meanwhile::SetsPassword(new), 1).await;
    let who = house.identity(&ada).await;
    let password = Password::claimed(PASSWORD);
    let outcome = house.accounts.delete_account(who, password.as_ref()).await;
    assert!(
        matches!(outcome, Err(AccountError::CredentialsWrong)),
        "{outcome:?}"
    );
    assert!(house.accounts.me(who).await.unwrap().is_some());
}
