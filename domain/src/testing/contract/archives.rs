//! Promises about accounts that are kept elsewhere and come back: nothing is lost, and nothing is done twice.

use super::fixtures::{START, hash, scattered_id, start_plus, task, user};
use super::{Outcome, Repositories};
use crate::archive::AccountRecord;
use crate::id::{TaskId, UserId};
use crate::identity::ExternalIdentity;
use crate::ports::{InfraError, Insertion};
use crate::task::{Task, TaskDescription};
use crate::user::PasswordHash;

/// A record of somebody who is not stored.
fn record(email: &str, identities: &[(&str, &str)]) -> AccountRecord {
    let identity = |(issuer, subject): &(&str, &str)| {
        ExternalIdentity::new((*issuer).into(), (*subject).to_owned())
            .unwrap_or_else(|| panic!("{subject:?} is a subject"))
    };
    AccountRecord {
        user: user(email).0,
        hash: hash("aGFzaA"),
        identities: identities.iter().map(identity).collect(),
    }
}

fn assert_same(found: &AccountRecord, expected: &AccountRecord) {
    assert_eq!(found.user, expected.user);
    assert_eq!(found.hash.reveal(), expected.hash.reveal());
    assert_eq!(found.identities, expected.identities);
}

/// Tasks in every state, by id.
fn tasks() -> Vec<Task> {
    let mut tasks: Vec<Task> = (0..7)
        .map(|n| Task {
            id: scattered_id(n),
            description: TaskDescription::from_stored("ä\n\u{1f40c} \"x\" ".repeat(3)),
            updated_at: start_plus(7),
            completed_at: (n % 2 == 0).then(|| start_plus(5)),
            version: 3,
            ..task(&format!("Straße {n}"), start_plus(1))
        })
        .collect();
    tasks.sort_by_key(|task| task.id);
    tasks
}

impl Repositories {
    /// The archived tasks of an owner, two at a time.
    async fn archived(&self, owner: UserId) -> Result<Vec<Task>, InfraError> {
        let mut all: Vec<Task> = Vec::new();
        loop {
            let after: Option<TaskId> = all.last().map(|task| task.id);
            let page = self.archive.tasks(owner, after, 2).await?;
            if page.is_empty() {
                return Ok(all);
            }
            all.extend(page);
        }
    }
}

/// To the last field, hashes and identities included, and they can be used at once.
pub async fn a_restored_account_is_the_one_that_was_kept(repositories: &Repositories) -> Outcome {
    let archive = &repositories.archive;
    let identities = [
        ("https://a.example", "Zq3 kJ/ä:1"),
        ("https://b.example", "Zq3"),
    ];
    let ada = record("archived@example.org", &identities);
    let id = ada.user.id;
    let all = std::slice::from_ref(&ada);
    assert_eq!(archive.conflicts(all).await?, []);
    assert_eq!(archive.restore_accounts(all).await?, 1);
    let Some(found) = archive.account(&ada.user.email).await? else {
        panic!("just stored");
    };
    assert_same(&found, &ada);
    assert_eq!(archive.restore_tasks(id, &tasks()).await?, 7);
    assert_eq!(repositories.archived(id).await?, tasks());
    let stored = repositories.users.credentials(&ada.user.email).await?;
    assert!(stored.is_some_and(|stored| stored.has(&ada.hash)));
    let newcomer = user("newcomer@example.org").0;
    let external = &repositories.external;
    let seen = external
        .find_or_register(&ada.identities[0], &newcomer)
        .await?;
    assert_eq!(seen, id);
    Ok(())
}

/// What somebody has changed since the first time stays so.
pub async fn restoring_again_changes_nothing(repositories: &Repositories) -> Outcome {
    let archive = &repositories.archive;
    let ada = record("again@example.org", &[("https://a.example", "again")]);
    let bob = record("late@example.org", &[]);
    let id = ada.user.id;
    let first = std::slice::from_ref(&ada);
    archive.restore_accounts(first).await?;
    let (some, all) = (tasks()[..3].to_vec(), tasks());
    assert_eq!(archive.restore_tasks(id, &some).await?, 3);
    repositories.tasks.delete(id, all[0].id).await?;
    let other = task("Another", START);
    let other = Task {
        id: all[0].id,
        ..other
    };
    repositories.store(id, &other).await?;
    repositories
        .users
        .set_password(id, &PasswordHash::new("$changed".to_owned()), START)
        .await?;

    let both = [ada.clone(), bob.clone()];
    assert_eq!(archive.conflicts(&both).await?, []);
    assert_eq!(archive.restore_accounts(&both).await?, 1);
    assert_eq!(archive.restore_tasks(id, &all).await?, 4);
    assert_eq!(archive.restore_tasks(id, &all).await?, 0);
    let expected = [&[other], &all[1..]].concat();
    assert_eq!(repositories.archived(id).await?, expected);
    let found = archive.account(&ada.user.email).await?;
    assert!(found.is_some_and(|found| found.hash.reveal() == "$changed"));
    Ok(())
}

/// Address and identity belong to somebody else, or the id does: told beforehand, and nothing is stored of any of them.
pub async fn an_account_that_cannot_be_restored_is_named(repositories: &Repositories) -> Outcome {
    let archive = &repositories.archive;
    let there = record("there@example.org", &[("https://a.example", "there")]);
    archive
        .restore_accounts(std::slice::from_ref(&there))
        .await?;
    let free = record("free@example.org", &[("https://b.example", "there")]);
    let address = record("there@example.org", &[]);
    let identity = record("elsewhere@example.org", &[("https://a.example", "there")]);
    let mut id = record("moved@example.org", &[]);
    id.user.id = there.user.id;
    let all = [free.clone(), address.clone(), identity.clone(), id.clone()];
    let mut expected = vec![address.user.id, identity.user.id, id.user.id];
    let mut named = archive.conflicts(&all).await?;
    expected.sort();
    named.sort();
    assert_eq!(named, expected);
    let taken = [free.clone(), address];
    assert!(archive.restore_accounts(&taken).await.is_err());
    assert!(archive.account(&free.user.email).await?.is_none());
    Ok(())
}

/// In pages, each once and in the order of their ids; tasks of one owner only.
pub async fn accounts_are_archived_in_pages(repositories: &Repositories) -> Outcome {
    let archive = &repositories.archive;
    let records: Vec<AccountRecord> = (0..5)
        .map(|n| {
            record(
                &format!("page{n}@example.org"),
                &[("https://p.example", &format!("{n}"))],
            )
        })
        .collect();
    archive.restore_accounts(&records).await?;
    let mut seen: Vec<AccountRecord> = Vec::new();
    loop {
        let after = seen.last().map(|last| last.user.id);
        let page = archive.accounts(after, 2).await?;
        if page.is_empty() {
            break;
        }
        assert!(page.len() <= 2);
        seen.extend(page);
    }
    assert!(seen.is_sorted_by(|one, next| one.user.id < next.user.id));
    for record in &records {
        let found = seen.iter().find(|found| found.user.id == record.user.id);
        assert_same(found.unwrap_or_else(|| panic!("{:?}", record.user)), record);
        let own = task("Own", START);
        let inserted = repositories.tasks.insert(record.user.id, &own).await?;
        assert_eq!(inserted, Insertion::Created(own.clone()));
        assert_eq!(repositories.archived(record.user.id).await?, [own]);
    }
    Ok(())
}

/// There is nobody to have them.
pub async fn tasks_of_nobody_are_not_restored(repositories: &Repositories) -> Outcome {
    let nobody = UserId::new(START);
    let restored = repositories.archive.restore_tasks(nobody, &tasks()).await;
    assert!(restored.is_err());
    assert_eq!(repositories.archived(nobody).await?, []);
    Ok(())
}
