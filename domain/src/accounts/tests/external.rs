//! Users who sign in elsewhere: which account a token leads to, and what is refused to those who have no password here.

use async_trait::async_trait;

use super::*;
use crate::identity::{ExternalClaims, ExternalIdentity};
use crate::ports::{InfraErrorKind, SessionRepository};
use crate::user::{NewPassword, Password};

/// A provider whose tokens are `subject` or `subject email`, good for a minute. Of the subject `lost` it has lost the key.
struct PlainProvider;

#[async_trait]
impl IdentityProvider for PlainProvider {
    async fn verify(
        &self,
        token: &str,
        now: Timestamp,
    ) -> Result<ExternalClaims, AuthenticationError> {
        let (subject, email) = token.split_once(' ').unwrap_or((token, ""));
        if subject == "lost" {
            return Err(InfraError::bare(InfraErrorKind::Unavailable, "no key").into());
        }
        let issuer = Arc::from("https://auth.example.org");
        let identity = ExternalIdentity::new(issuer, subject.to_owned());
        Ok(ExternalClaims {
            identity: identity.ok_or(TokenRejection::Invalid)?,
            email: EmailAddress::parse(email).ok(),
            session: SessionId::from_uuid(uuid::Uuid::from_u128(subject.len() as u128)),
            expires_at: now.plus(Duration::from_mins(1)),
        })
    }
}

struct Elsewhere {
    store: Arc<MemoryStore>,
    clock: Arc<ManualClock>,
    accounts: Accounts,
}

impl Elsewhere {
    fn new() -> Self {
        let (store, clock) = (Arc::<MemoryStore>::default(), Arc::<ManualClock>::default());
        let ports = AccountPorts {
            users: store.clone(),
            sessions: store.clone(),
            session_events: Arc::new(RecordedEnds::default()),
            hasher: Arc::new(InsecureHasher::default()),
            clock: clock.clone(),
        };
        let external = ExternalPorts {
            provider: Arc::new(PlainProvider),
            users: store.clone(),
        };
        let accounts = Accounts::with_identity_provider(ports, external);
        Self {
            store,
            clock,
            accounts,
        }
    }

    async fn identity(&self, token: &str) -> Identity {
        self.accounts.authenticate(token).await.unwrap().identity
    }

    async fn email(&self, who: Identity) -> String {
        let user = self.accounts.me(who).await.unwrap().unwrap();
        user.email.as_str().to_owned()
    }
}

#[tokio::test]
async fn a_good_token_is_an_account() {
    let house = Elsewhere::new();
    let who = house.identity("ada Ada@example.org").await;
    assert_eq!(house.email(who).await, "ada@example.org");
    assert_eq!(house.identity("ada").await, who);
    let other = house.identity("bob ada@example.org").await;
    assert_ne!(other.user(), who.user());
    let placeholder = format!("{}@users.invalid", other.user());
    assert_eq!(house.email(other).await, placeholder);
    assert!(EmailAddress::parse(&placeholder).is_ok());
    let nameless = house.identity("eve").await;
    assert!(house.email(nameless).await.ends_with("@users.invalid"));
}

#[tokio::test]
async fn what_is_refused_and_what_cannot_be_told_are_two_things() {
    let house = Elsewhere::new();
    let refused = house.accounts.authenticate("").await;
    assert!(matches!(
        refused,
        Err(AuthenticationError::Rejected(TokenRejection::Invalid))
    ));
    let unknown = house.accounts.authenticate("lost").await;
    assert!(matches!(unknown, Err(AuthenticationError::Infra(_))));
}

#[tokio::test]
async fn what_needs_a_password_of_ours_is_refused() {
    let house = Elsewhere::new();
    let who = house.identity("ada ada@example.org").await;
    let accounts = &house.accounts;
    let credentials = Credentials::parse("ada@example.org", "!");
    let registration = Registration::parse("new@example.org", "correct horse").unwrap();
    let change = NewPassword::parse("!", "correct horse").unwrap();
    let password = Password::claimed("!");
    for outcome in [
        accounts.register(registration, "").await.map(drop),
        accounts.login(credentials, "").await.map(drop),
        accounts
            .refresh(&RefreshToken::new(String::new()))
            .await
            .map(drop),
        accounts.change_password(who, change).await.map(drop),
        accounts.delete_account(who, password.as_ref()).await,
    ] {
        assert!(matches!(outcome, Err(AccountError::PasswordLoginDisabled)));
    }
    assert_eq!(house.email(who).await, "ada@example.org");
}

#[tokio::test]
async fn a_session_elsewhere_is_not_ended_here() {
    let house = Elsewhere::new();
    let who = house.identity("ada").await;
    house.accounts.logout(who).await.unwrap();
    assert_eq!(house.accounts.sessions(who).await.unwrap(), []);
    let ended = house.store.ended_since(Timestamp::from_millis(0), None, 10);
    assert_eq!(ended.await.unwrap(), []);
    assert_eq!(house.identity("ada").await, who);
}

/// The same store, as it is when passwords are switched on again.
#[tokio::test]
async fn nobody_signs_in_with_the_hash_that_nothing_matches() {
    let house = Elsewhere::new();
    house.identity("ada ada@example.org").await;
    let accounts = Accounts::new(house.accounts.ports.clone(), Arc::new(PlainIssuer));
    for password in ["!", "", "correct horse"] {
        let credentials = Credentials::parse("ada@example.org", password);
        let outcome = accounts.login(credentials, "").await;
        assert!(matches!(outcome, Err(AccountError::CredentialsWrong)));
    }
}

#[tokio::test]
async fn an_account_that_was_deleted_is_another_one_when_its_user_comes_back() {
    let house = Elsewhere::new();
    let who = house.identity("ada").await;
    let hash = crate::user::PasswordHash::unusable();
    let now = house.clock.now();
    let deleted = house.store.delete(who.user(), &hash, now).await.unwrap();
    assert_eq!(deleted, Some(vec![]));
    assert_ne!(house.identity("ada").await.user(), who.user());
}

#[test]
fn a_subject_is_short_text_without_control_characters() {
    let new = |subject: &str| ExternalIdentity::new("i".into(), subject.to_owned());
    assert!(new(&"ä".repeat(255)).is_some());
    for subject in ["", "a\0b", "a\nb", &"ä".repeat(256)] {
        assert!(new(subject).is_none());
    }
    let shown = format!("{:?}", new("ada@example.org"));
    assert!(!shown.contains("ada"), "{shown}");
}
