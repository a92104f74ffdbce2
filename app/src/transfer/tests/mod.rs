//! Files that come back whole, and files that are refused.

use std::io::Cursor;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use taskhive_domain::archive::{AccountRecord, Archive, Numbering};
use taskhive_domain::change::{ChangeNumber, DeletedTask, StoredTask, TaskCounter};
use taskhive_domain::identity::ExternalIdentity;
use taskhive_domain::ports::{InfraError, InfraErrorKind};
use taskhive_domain::task::{DueDay, Priority, Rank, Tags, Task, TaskDescription, TaskTitle};
use taskhive_domain::testing::MemoryStore;
use taskhive_domain::user::{EmailAddress, PasswordHash, User};
use taskhive_domain::{TaskId, Timestamp, UserId};

use super::format::FormatError;
use super::import::{ImportError, Imported};
use super::*;

mod numbers;

const NOW: Timestamp = Timestamp::from_millis(1_763_888_400_123);

fn account(name: &str, identities: &[&str]) -> AccountRecord {
    let identity = |subject: &&str| {
        ExternalIdentity::new("https://auth.example.org".into(), (*subject).to_owned()).unwrap()
    };
    AccountRecord {
        user: User {
            id: UserId::new(NOW),
            email: EmailAddress::parse(&format!("{name}@example.org")).unwrap(),
            created_at: NOW,
        },
        hash: PasswordHash::new("$argon2id$v=19$canary".to_owned()),
        identities: identities.iter().map(identity).collect(),
        counter: TaskCounter {
            last_change: ChangeNumber::new(900),
            forgotten_change: ChangeNumber::new(3),
        },
    }
}

fn task(title: &str, completed: bool, change: i64) -> StoredTask {
    let task = Task {
        id: TaskId::new(NOW),
        title: TaskTitle::parse(title).unwrap(),
        description: TaskDescription::from_stored("two\nlines, \"ä\" and \u{1f40c}".to_owned()),
        created_at: NOW,
        updated_at: NOW,
        completed_at: completed.then_some(NOW),
        version: 2,
        change: ChangeNumber::new(change),
        due_on: completed.then(|| DueDay::parse("2026-01-31").unwrap()),
        priority: if completed {
            Priority::Urgent
        } else {
            Priority::Low
        },
        tags: Tags::parse(["Straße", "home"]).unwrap(),
        rank: Rank::new(change - 500),
        moved: completed.then_some(ChangeNumber::new(change + 1)),
    };
    StoredTask {
        task,
        created_change: ChangeNumber::new(change / 2),
    }
}

/// What is left of the task with this number; every other one can be restored.
fn deleted(change: i64) -> DeletedTask {
    let task = task("Gone", false, change).task;
    DeletedTask {
        id: task.id,
        change: task.change,
        deleted_at: NOW,
        task: (change % 2 == 0).then_some(task),
    }
}

/// Two people: one with more tasks, and more deleted ones, than a transaction takes, one with none.
async fn store() -> MemoryStore {
    let store = MemoryStore::default();
    let (ada, bob) = (account("ada", &[]), account("bob", &["1", "2"]));
    let owner = ada.user.id;
    store.restore_accounts(&[ada, bob]).await.unwrap();
    let tasks: Vec<StoredTask> = (0..700)
        .map(|n| task(&format!("Task {n}"), n % 3 == 0, 700 - n))
        .collect();
    let kept = Numbering::Kept;
    store.restore_tasks(owner, &tasks, kept).await.unwrap();
    let gone: Vec<DeletedTask> = (0..201).map(|n| deleted(700 + n)).collect();
    let restored = store.restore_deleted_tasks(owner, &gone, kept).await;
    assert_eq!(restored.unwrap(), 201);
    store
}

async fn exported(archive: &dyn Archive) -> Vec<u8> {
    let mut file = Vec::new();
    export(archive, None, &mut file, |_| {}).await.unwrap();
    file
}

async fn imported(archive: &dyn Archive, file: &[u8]) -> Result<Imported, ImportError> {
    import(archive, &mut Cursor::new(file), |_| {}).await
}

const ALL: Counts = Counts {
    accounts: 2,
    tasks: 700,
    deleted: 201,
};

#[tokio::test]
async fn what_is_imported_is_exported_to_the_same_bytes() {
    let file = exported(&store().await).await;
    let copy = MemoryStore::default();
    let (found, new) = (ALL, ALL);
    assert_eq!(
        imported(&copy, &file).await.unwrap(),
        Imported { found, new }
    );
    assert_eq!(exported(&copy).await, file);
    let new = Counts::default();
    assert_eq!(
        imported(&copy, &file).await.unwrap(),
        Imported { found, new }
    );
    assert_eq!(exported(&copy).await, file);
}

#[tokio::test]
async fn one_account_can_be_exported_alone() {
    let mut file = Vec::new();
    let store = store().await;
    let bob = EmailAddress::parse("bob@example.org").unwrap();
    let counts = export(&store, Some(&bob), &mut file, |_| {}).await.unwrap();
    assert_eq!(
        counts,
        Counts {
            accounts: 1,
            tasks: 0,
            deleted: 0
        }
    );
    let text = String::from_utf8(file).unwrap();
    assert_eq!(text.lines().count(), 3, "{text}");
    assert!(text.starts_with(
        "{\"format\":\"taskhive-export\",\"version\":3}\n{\"account\":{\"id\":\"user_"
    ));
    let eve = EmailAddress::parse("eve@example.org").unwrap();
    let missing = export(&store, Some(&eve), Vec::new(), |_| {}).await;
    assert!(matches!(missing, Err(ExportError::NoSuchAccount)));
}

/// Why a file is refused; and nothing of it was stored.
async fn refusal(file: &[u8]) -> FormatError {
    let copy = MemoryStore::default();
    let Err(ImportError::Format(error)) = imported(&copy, file).await else {
        panic!("{} bytes were taken", file.len());
    };
    let empty = copy.accounts(None, 10).await.unwrap();
    assert!(empty.is_empty());
    assert!(!error.to_string().contains("canary"), "{error}");
    error
}

#[tokio::test]
async fn a_file_that_was_cut_short_is_refused_wherever_it_ends() {
    let file = exported(&store().await).await;
    let ends: Vec<usize> = (0..file.len())
        .filter(|&at| file[at] == b'\n')
        .map(|at| at + 1)
        .collect();
    for &end in ends.iter().take(5).chain(ends.iter().rev().skip(1).take(3)) {
        let line = ends.iter().position(|&at| at == end).unwrap() as u64 + 1;
        assert_eq!(refusal(&file[..end]).await, FormatError::CutShort(line));
        let within = refusal(&file[..end + 9]).await;
        assert_eq!(within, FormatError::CutShort(line));
    }
    // The line feed of the last line is part of it.
    assert!(matches!(
        refusal(&file[..file.len() - 1]).await,
        FormatError::CutShort(_)
    ));
}

#[tokio::test]
async fn what_is_no_export_or_a_newer_one_is_refused() {
    for foreign in [
        "",
        "\n",
        "hello\n",
        "{\"format\":\"another\",\"version\":1}\n",
        "SQLite format 3\0",
        "[]\n",
        "{}\n",
    ] {
        assert_eq!(
            refusal(foreign.as_bytes()).await,
            FormatError::Foreign,
            "{foreign}"
        );
    }
    let newer = "{\"format\":\"taskhive-export\",\"version\":4,\"more\":true}\n{\"new\":{}}\n";
    assert_eq!(refusal(newer.as_bytes()).await, FormatError::Newer(4));
}

#[tokio::test]
async fn a_changed_file_is_refused() {
    let file = String::from_utf8(exported(&store().await).await).unwrap();
    let changed = |from: &str, to: &str| file.replacen(from, to, 1).into_bytes();
    let damaged = FormatError::Damaged;
    assert_eq!(refusal(&changed("Task 5\"", "Task 6\"")).await, damaged);
    assert_eq!(
        refusal(&changed("\"tasks\":700", "\"tasks\":699")).await,
        damaged
    );
    let second = file.lines().nth(1).unwrap();
    assert_eq!(
        refusal(&changed(&format!("{second}\n"), ""))
            .await
            .to_string(),
        "line 2: a task comes before all accounts"
    );
    let what = refusal(&changed(
        "\"version\":2,\"dueOn\"",
        "\"version\":0,\"dueOn\"",
    ))
    .await;
    assert_eq!(what.to_string(), "line 3: `version` is less than 1");
    for (from, to, wrong) in [
        (
            "\"dueOn\":\"2026-01-31\"",
            "\"dueOn\":\"2026-02-30\"",
            "`dueOn` is no day",
        ),
        ("\"priority\":3", "\"priority\":4", "`priority` is none"),
        (
            "[\"home\"",
            "[\"\\n\"",
            "`tags` holds what is no label, or too many",
        ),
    ] {
        let what = refusal(&changed(from, to)).await;
        assert_eq!(what.to_string(), format!("line 3: {wrong}"));
    }
    let what = refusal(&changed("\"change\":700,", "\"change\":-1,")).await;
    assert_eq!(
        what.to_string(),
        "line 3: the number of a change is out of range"
    );
    let what = refusal(&changed("\"forgottenChange\":3", "\"forgottenChange\":901")).await;
    assert_eq!(
        what.to_string(),
        "line 2: `forgottenChange` is greater than `lastChange`"
    );
    let what = refusal(&changed("\"title\":\"Task 0\"", "\"canary\":1")).await;
    assert!(
        what.to_string().starts_with("line 3: it is neither"),
        "{what}"
    );
    let long = format!("{second}{}\n", " ".repeat(1 << 20));
    let what = refusal(&changed(&format!("{second}\n"), &long)).await;
    assert_eq!(what.to_string(), "line 2: it is too long");
    let twice = format!("{file}{file}").into_bytes();
    assert!(matches!(refusal(&twice).await, FormatError::AfterTheEnd(_)));
}

#[tokio::test]
async fn accounts_in_the_way_are_named_and_nothing_is_changed() {
    let file = exported(&store().await).await;
    let copy = MemoryStore::default();
    let other = account("bob", &[]);
    copy.restore_accounts(std::slice::from_ref(&other))
        .await
        .unwrap();
    let before = exported(&copy).await;
    let Err(ImportError::Conflicts(named)) = imported(&copy, &file).await else {
        panic!("it was imported");
    };
    assert!(named.starts_with("user_") && !named.contains(&other.user.id.to_string()));
    assert_eq!(exported(&copy).await, before);
}

/// A store whose process is killed after some transactions.
struct Dying<'a> {
    store: &'a MemoryStore,
    left: AtomicU32,
}

impl Dying<'_> {
    fn beat(&self) -> Result<(), InfraError> {
        let left = self.left.load(Ordering::Relaxed);
        self.left.store(left.saturating_sub(1), Ordering::Relaxed);
        let dead = || InfraError::bare(InfraErrorKind::Interrupted, "dead");
        (left > 0).then_some(()).ok_or_else(dead)
    }
}

#[async_trait]
impl Archive for Dying<'_> {
    async fn accounts(
        &self,
        after: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<AccountRecord>, InfraError> {
        self.store.accounts(after, limit).await
    }
    async fn account(&self, email: &EmailAddress) -> Result<Option<AccountRecord>, InfraError> {
        self.store.account(email).await
    }
    async fn tasks(
        &self,
        owner: UserId,
        after: Option<TaskId>,
        limit: u32,
    ) -> Result<Vec<StoredTask>, InfraError> {
        self.store.tasks(owner, after, limit).await
    }
    async fn deleted_tasks(
        &self,
        owner: UserId,
        after: Option<TaskId>,
        limit: u32,
    ) -> Result<Vec<DeletedTask>, InfraError> {
        self.store.deleted_tasks(owner, after, limit).await
    }
    async fn conflicts(&self, accounts: &[AccountRecord]) -> Result<Vec<UserId>, InfraError> {
        self.store.conflicts(accounts).await
    }
    async fn restore_accounts(
        &self,
        accounts: &[AccountRecord],
    ) -> Result<Vec<UserId>, InfraError> {
        self.beat()?;
        self.store.restore_accounts(accounts).await
    }
    async fn restore_tasks(
        &self,
        owner: UserId,
        tasks: &[StoredTask],
        numbering: Numbering,
    ) -> Result<u64, InfraError> {
        self.beat()?;
        self.store.restore_tasks(owner, tasks, numbering).await
    }
    async fn restore_deleted_tasks(
        &self,
        owner: UserId,
        tasks: &[DeletedTask],
        numbering: Numbering,
    ) -> Result<u64, InfraError> {
        self.beat()?;
        let store = self.store;
        store.restore_deleted_tasks(owner, tasks, numbering).await
    }
}

#[tokio::test]
async fn an_import_that_broke_off_is_finished_by_the_next_one() {
    let file = exported(&store().await).await;
    for transactions in 0..6 {
        let copy = MemoryStore::default();
        let dying = Dying {
            store: &copy,
            left: AtomicU32::new(transactions),
        };
        let broken = imported(&dying, &file).await;
        assert!(
            matches!(broken, Err(ImportError::Infra(_))),
            "after {transactions}"
        );
        let finished = imported(&copy, &file).await.unwrap();
        assert_eq!(finished.found, ALL);
        assert_eq!(exported(&copy).await, file, "after {transactions}");
    }
}
