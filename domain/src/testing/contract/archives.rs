//! Promises about accounts that are kept elsewhere and come back: nothing is lost, and nothing is done twice.

use super::fixtures::{START, hash, scattered_id, start_plus, task, title, unnumbered, user};
use super::{Outcome, Repositories};
use crate::archive::{AccountRecord, Numbering};
use crate::change::{ChangeNumber, DeletedTask, StoredTask, TaskCounter};
use crate::id::{TaskId, UserId};
use crate::identity::ExternalIdentity;
use crate::ports::{InfraError, Insertion};
use crate::task::{DueDay, Priority, Rank, Tags, Task, TaskDescription, TaskEdit};
use crate::user::PasswordHash;

/// A record of somebody who is not stored.
pub(super) fn record(email: &str, identities: &[(&str, &str)]) -> AccountRecord {
    let identity = |(issuer, subject): &(&str, &str)| {
        ExternalIdentity::new((*issuer).into(), (*subject).to_owned())
            .unwrap_or_else(|| panic!("{subject:?} is a subject"))
    };
    AccountRecord {
        user: user(email).0,
        hash: hash("aGFzaA"),
        identities: identities.iter().map(identity).collect(),
        counter: COUNTER,
    }
}

/// Far enough for all of [`tasks`] and [`deleted`].
const COUNTER: TaskCounter = TaskCounter {
    last_change: ChangeNumber::new(20),
    forgotten_change: ChangeNumber::new(2),
};

fn assert_same(found: &AccountRecord, expected: &AccountRecord) {
    assert_eq!(found.user, expected.user);
    assert_eq!(found.hash.reveal(), expected.hash.reveal());
    assert_eq!(found.identities, expected.identities);
    assert_eq!(found.counter, expected.counter);
}

/// Tasks in every state, by id.
pub(super) fn tasks() -> Vec<StoredTask> {
    let mut tasks: Vec<StoredTask> = (0..7)
        .zip(5..)
        .map(|(n, change)| StoredTask {
            task: Task {
                id: scattered_id(n),
                description: TaskDescription::from_stored("ä\n\u{1f40c} \"x\" ".repeat(3)),
                updated_at: start_plus(50 - change),
                completed_at: (n % 2 == 0).then(|| start_plus(5)),
                version: 3,
                due_on: DueDay::from_days(i32::try_from(change * 1000).unwrap_or(0))
                    .filter(|_| n > 2),
                priority: Priority::Low,
                tags: Tags::from_stored(["ä b", "Zoë"]).unwrap_or_default(),
                rank: Rank::new(100 - change * change),
                change: ChangeNumber::new(change),
                moved: (n == 4).then(|| ChangeNumber::new(13)),
                ..task(&format!("Straße {n}"), start_plus(1))
            },
            created_change: ChangeNumber::new(change / 2),
        })
        .collect();
    tasks.sort_by_key(|stored| stored.task.id);
    tasks
}

/// One that can be restored, and one of which no more is known than that, by id.
pub(super) fn deleted() -> Vec<DeletedTask> {
    let deleted = |n, change, task| DeletedTask {
        id: scattered_id(n),
        change: ChangeNumber::new(change),
        deleted_at: start_plus(40),
        task,
    };
    let restorable = Task {
        id: scattered_id(8),
        version: 7,
        due_on: DueDay::from_days(-1),
        priority: Priority::Urgent,
        tags: Tags::from_stored(["gone"]).unwrap_or_default(),
        rank: Rank::new(-3),
        change: ChangeNumber::new(15),
        ..task("Gone", START)
    };
    let mut both = [deleted(8, 15, Some(restorable)), deleted(9, 14, None)];
    both.sort_by_key(|deleted| deleted.id);
    both.to_vec()
}

impl Repositories {
    /// The archived tasks of an owner, two at a time.
    pub(super) async fn archived(&self, owner: UserId) -> Result<Vec<StoredTask>, InfraError> {
        let mut all: Vec<StoredTask> = Vec::new();
        loop {
            let after: Option<TaskId> = all.last().map(|stored| stored.task.id);
            let page = self.archive.tasks(owner, after, 2).await?;
            if page.is_empty() {
                return Ok(all);
            }
            all.extend(page);
        }
    }

    /// The archived deleted tasks of an owner, one at a time.
    async fn archived_deleted(&self, owner: UserId) -> Result<Vec<DeletedTask>, InfraError> {
        let mut all: Vec<DeletedTask> = Vec::new();
        loop {
            let after: Option<TaskId> = all.last().map(|deleted| deleted.id);
            let page = self.archive.deleted_tasks(owner, after, 1).await?;
            if page.is_empty() {
                return Ok(all);
            }
            all.extend(page);
        }
    }

    /// An account with [`tasks`] and [`deleted`], as they were.
    pub(super) async fn restored(&self, record: &AccountRecord) -> Result<(), InfraError> {
        let (archive, id) = (&self.archive, record.user.id);
        let all = std::slice::from_ref(record);
        assert_eq!(archive.restore_accounts(all).await?, [id]);
        let kept = Numbering::Kept;
        assert_eq!(archive.restore_tasks(id, &tasks(), kept).await?, 7);
        let restored = archive.restore_deleted_tasks(id, &deleted(), kept).await?;
        assert_eq!(restored, 2);
        Ok(())
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
    repositories.restored(&ada).await?;
    let Some(found) = archive.account(&ada.user.email).await? else {
        panic!("just stored");
    };
    assert_same(&found, &ada);
    assert_eq!(repositories.archived(id).await?, tasks());
    assert_eq!(repositories.archived_deleted(id).await?, deleted());
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

/// What somebody has changed since the first time stays so, and what is new has new numbers: readers must learn of it.
pub async fn restoring_again_changes_nothing(repositories: &Repositories) -> Outcome {
    let archive = &repositories.archive;
    let ada = record("again@example.org", &[("https://a.example", "again")]);
    let bob = record("late@example.org", &[]);
    let id = ada.user.id;
    let first = std::slice::from_ref(&ada);
    archive.restore_accounts(first).await?;
    let (some, all) = (tasks()[..3].to_vec(), tasks());
    let (kept, new) = (Numbering::Kept, Numbering::New);
    assert_eq!(archive.restore_tasks(id, &some, kept).await?, 3);
    let renamed = TaskEdit {
        title: Some(title("Another")),
        ..TaskEdit::default()
    };
    repositories
        .updated(id, all[0].task.id, &renamed, start_plus(60))
        .await?;
    assert!(repositories.deleted(id, all[1].task.id).await?);
    repositories
        .users
        .set_password(id, &PasswordHash::new("$changed".to_owned()), START)
        .await?;

    let both = [ada.clone(), bob.clone()];
    assert_eq!(archive.conflicts(&both).await?, []);
    assert_eq!(archive.restore_accounts(&both).await?, [bob.user.id]);
    assert_eq!(archive.restore_tasks(id, &all, new).await?, 4);
    assert_eq!(archive.restore_tasks(id, &all, new).await?, 0);
    let restored = archive.restore_deleted_tasks(id, &deleted(), new).await?;
    assert_eq!(restored, 2);
    let expected = [&all[..1], &all[2..]].concat();
    let expected = expected.into_iter().map(|stored| unnumbered(stored.task));
    let mut expected: Vec<Task> = expected.collect();
    if let Some(changed) = expected[0].apply(&renamed, start_plus(60)) {
        expected[0] = changed;
    }
    let archived = repositories.archived(id).await?;
    let archived = archived.into_iter().map(|stored| unnumbered(stored.task));
    assert_eq!(archived.collect::<Vec<Task>>(), expected);
    let found = archive.account(&ada.user.email).await?;
    assert!(found.is_some_and(|found| found.hash.reveal() == "$changed"));
    // The edit was 21, the deletion 22.
    let changed = repositories.changed_after(id, 22).await?;
    let mut news: Vec<TaskId> = changed.into_iter().flatten().map(|(_, id)| id).collect();
    news.sort();
    let mut expected: Vec<TaskId> = all[3..].iter().map(|stored| stored.task.id).collect();
    expected.extend(deleted().iter().map(|deleted| deleted.id));
    expected.sort();
    assert_eq!(news, expected);
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
        let Insertion::Created(own) = repositories.tasks.insert(record.user.id, &own).await? else {
            panic!("{own:?} is new");
        };
        let own = StoredTask {
            created_change: own.change,
            task: own,
        };
        assert_eq!(repositories.archived(record.user.id).await?, [own]);
    }
    Ok(())
}

/// There is nobody to have them.
pub async fn tasks_of_nobody_are_not_restored(repositories: &Repositories) -> Outcome {
    let nobody = UserId::new(START);
    let archive = &repositories.archive;
    for numbering in [Numbering::Kept, Numbering::New] {
        let restored = archive.restore_tasks(nobody, &tasks(), numbering).await;
        assert!(restored.is_err());
        let restored = archive
            .restore_deleted_tasks(nobody, &deleted(), numbering)
            .await;
        assert!(restored.is_err());
    }
    assert_eq!(repositories.archived(nobody).await?, []);
    assert_eq!(repositories.archived_deleted(nobody).await?, []);
    Ok(())
}
