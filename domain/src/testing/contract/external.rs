//! Promises about users who sign in elsewhere: an identity is one user for good, and no address makes it another.

use futures_util::future::join_all;

use super::fixtures::{START, address, hash, start_plus, task, user};
use super::{Outcome, Repositories};
use crate::id::UserId;
use crate::identity::ExternalIdentity;
use crate::listing::TaskFilter;
use crate::ports::{InfraError, RegistrationOutcome};
use crate::user::{EmailAddress, User};

const HERE: &str = "https://auth.example.org";
const THERE: &str = "https://login.example.net";

fn identity(issuer: &str, subject: &str) -> ExternalIdentity {
    ExternalIdentity::new(issuer.into(), subject.to_owned())
        .unwrap_or_else(|| panic!("{subject:?} is a subject"))
}

impl Repositories {
    /// The user behind an identity that is seen now.
    async fn sight(&self, identity: &ExternalIdentity, email: &str) -> Result<UserId, InfraError> {
        let newcomer = User::first_seen(Some(address(email)), START);
        self.external.find_or_register(identity, &newcomer).await
    }

    async fn address_of(&self, user: UserId) -> Result<Option<EmailAddress>, InfraError> {
        Ok(self.users.find(user).await?.map(|user| user.email))
    }
}

/// At every sight the same, whatever the address is by then; another subject, or the same one elsewhere, is another user.
/// Subjects are compared byte for byte.
pub async fn an_external_identity_is_one_user(repositories: &Repositories) -> Outcome {
    let newcomer = User::first_seen(Some(address("ada@here.example")), start_plus(7));
    let ada = identity(HERE, "Zq3 kJ/ä:1");
    let users = &repositories.users;
    let id = repositories
        .external
        .find_or_register(&ada, &newcomer)
        .await?;
    assert_eq!(id, newcomer.id);
    assert_eq!(users.find(id).await?, Some(newcomer));
    let stored = users.credentials_of(id).await?;
    assert!(stored.is_some_and(|stored| stored.hash.usable().is_none()));
    assert_eq!(repositories.sight(&ada, "moved@here.example").await?, id);
    assert_eq!(
        repositories.address_of(id).await?,
        Some(address("ada@here.example"))
    );
    let longest = "x".repeat(ExternalIdentity::MAX_LENGTH);
    let mut seen = vec![id];
    for (issuer, subject) in [
        (THERE, "Zq3 kJ/ä:1"),
        (HERE, "zq3 kJ/ä:1"),
        (HERE, "Zq3 kJ/a\u{308}:1"),
        (HERE, "Zq3 kJ/ä:1 "),
        (HERE, longest.as_str()),
    ] {
        let email = format!("{}@there.example", seen.len());
        let other = repositories
            .sight(&identity(issuer, subject), &email)
            .await?;
        assert!(!seen.contains(&other), "{issuer} {subject}");
        seen.push(other);
    }
    repositories.store(id, &task("Pack", START)).await?;
    let all = TaskFilter::default();
    for (user, tasks) in seen.into_iter().zip([1, 0, 0, 0, 0, 0]) {
        assert_eq!(repositories.tasks.count(user, &all).await?, tasks);
    }
    Ok(())
}

/// However many requests arrive at once with somebody's first token, with one address or with several.
pub async fn concurrent_first_sights_make_one_user(repositories: &Repositories) -> Outcome {
    let crowd = identity(HERE, "crowd");
    let emails: Vec<String> = (0..20).map(|n| format!("c{}@e.org", n % 3)).collect();
    let sights = emails.iter().map(|email| repositories.sight(&crowd, email));
    let ids = join_all(sights).await;
    let mut ids = ids.into_iter().collect::<Result<Vec<_>, _>>()?;
    ids.dedup();
    let [id] = ids.as_slice() else {
        panic!("{} users", ids.len());
    };
    // Nobody was left behind by those who came too late.
    let kept = repositories.address_of(*id).await?;
    for email in emails.iter().map(|email| address(email)) {
        let stored = repositories.users.credentials(&email).await?;
        assert_eq!(stored.is_some(), Some(email) == kept);
    }
    Ok(())
}

/// Neither with a user of ours nor with another external one: each has an account of their own, and the newcomer's
/// address is one that leads nowhere.
pub async fn a_taken_address_is_not_shared_with_an_external_user(
    repositories: &Repositories,
) -> Outcome {
    let (ours, session) = user("shared@example.org");
    let password = hash("aGFzaA");
    let users = &repositories.users;
    users.register(&ours, &password, Some(&session)).await?;
    let mut ids = vec![ours.id];
    for issuer in [HERE, THERE] {
        let id = repositories
            .sight(&identity(issuer, "sam"), "shared@example.org")
            .await?;
        assert!(!ids.contains(&id));
        ids.push(id);
        assert_eq!(
            repositories.address_of(id).await?,
            Some(EmailAddress::placeholder(id))
        );
    }
    let stored = users.credentials(&ours.email).await?;
    assert_eq!(stored.map(|stored| stored.user), Some(ours));

    let theirs = repositories
        .sight(&identity(HERE, "tom"), "tom@example.org")
        .await?;
    let (late, session) = user("tom@example.org");
    let outcome = users.register(&late, &password, Some(&session)).await?;
    assert_eq!(outcome, RegistrationOutcome::EmailTaken);
    let tom = Some(address("tom@example.org"));
    assert_eq!(repositories.address_of(theirs).await?, tom);
    Ok(())
}

/// The identity is forgotten with the account; a later sight is a first one.
pub async fn an_external_user_who_left_comes_back_as_another(
    repositories: &Repositories,
) -> Outcome {
    let leaver = identity(HERE, "leaver");
    let id = repositories.sight(&leaver, "leaver@example.org").await?;
    repositories.store(id, &task("Pack", START)).await?;
    let users = &repositories.users;
    let Some(stored) = users.credentials_of(id).await? else {
        panic!("just stored");
    };
    assert_eq!(users.delete(id, &stored.hash, START).await?, Some(vec![]));
    let back = repositories.sight(&leaver, "leaver@example.org").await?;
    assert_ne!(back, id);
    assert_eq!(users.find(id).await?, None);
    let all = TaskFilter::default();
    assert_eq!(repositories.tasks.count(back, &all).await?, 0);
    assert_eq!(
        repositories.address_of(back).await?,
        Some(address("leaver@example.org"))
    );
    Ok(())
}
