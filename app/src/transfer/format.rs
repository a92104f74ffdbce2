//! The lines of an export:
//!
//! 1. `{"format":"taskhive-export","version":3}`. A reader takes every version up to its own.
//! 2. For each account, by id, one line, after it one for each of its tasks, by id, and then one for each task that was deleted
//!    and is still remembered, by id:
//!    `{"account":{"id":"user_…","email":"…","passwordHash":"$argon2id$…","createdAt":1763888400123,"identities":[],"lastChange":9,"forgottenChange":0}}`,
//!    `{"task":{"id":"task_…","title":"…","description":"","createdAt":…,"updatedAt":…,"completedAt":null,"version":1,"dueOn":"2026-01-31","priority":1,"tags":["home"],"rank":-8388608,"change":8,"moved":null,"createdChange":3}}` and
//!    `{"deleted":{"id":"task_…","change":9,"deletedAt":…,"task":null}}`, with the task as it was while it can be restored.
//!    Points in time are milliseconds since 1970; changes are numbers in the order of the account's changes, so that positions
//!    in it (`cursor`, `asOf`) go on meaning the same. Priorities go from 0, which can wait, to 3, which is urgent; ranks are
//!    places in the order of the owner's own making, the smaller ones first; `moved` is the change of the rank that is newer
//!    than the newest edit.
//! 3. `{"end":{"accounts":1,"tasks":1,"deleted":1,"crc32":"…"}}`: how many there were, and the check sum (CRC-32, hexadecimal) of
//!    all bytes before this line. A file without it was cut short.
//!
//! Version 1 has no numbers and no deleted tasks, version 2 no days, priorities, labels, ranks and moves.
//!
//! The same accounts always make the same bytes: no line has a name of a release or the time of the export.

use serde::{Deserialize, Serialize};
use taskhive_domain::archive::AccountRecord;
use taskhive_domain::change::{ChangeNumber, DeletedTask, StoredTask, TaskCounter};
use taskhive_domain::identity::ExternalIdentity;
use taskhive_domain::task::{DueDay, Priority, Rank, Tags, Task, TaskDescription, TaskTitle};
use taskhive_domain::user::{EmailAddress, PasswordHash, User};
use taskhive_domain::{TaskId, Timestamp, UserId};

/// What the first line calls the file.
pub(super) const NAME: &str = "taskhive-export";
/// The version that is written.
pub(super) const VERSION: u32 = 3;
/// The first version in which changes have numbers.
pub(super) const WITH_NUMBERS: u32 = 2;
/// The largest number of a change: ranks are made of numbers, and must not overflow either. It takes centuries to get there.
const LAST_NUMBER: i64 = 1 << 42;

/// The first line. Later versions may say more in it.
#[derive(Serialize, Deserialize)]
pub(super) struct Header {
    pub(super) format: String,
    pub(super) version: u32,
}

/// Any other line.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) enum Line {
    Account(AccountLine),
    Task(TaskLine),
    Deleted(DeletedLine),
    End(EndLine),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct AccountLine {
    id: String,
    email: String,
    password_hash: String,
    created_at: i64,
    identities: Vec<IdentityLine>,
    #[serde(default)]
    last_change: i64,
    #[serde(default)]
    forgotten_change: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IdentityLine {
    issuer: String,
    subject: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct TaskLine {
    id: String,
    title: String,
    description: String,
    created_at: i64,
    updated_at: i64,
    completed_at: Option<i64>,
    version: i32,
    #[serde(default)]
    due_on: Option<String>,
    #[serde(default = "normal")]
    priority: u8,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    rank: Option<i64>,
    #[serde(default)]
    change: i64,
    #[serde(default)]
    moved: Option<i64>,
    #[serde(default)]
    created_change: i64,
}

fn normal() -> u8 {
    Priority::Normal.level()
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct DeletedLine {
    id: String,
    change: i64,
    deleted_at: i64,
    task: Option<TaskLine>,
}

#[derive(Serialize, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(super) struct EndLine {
    pub(super) accounts: u64,
    pub(super) tasks: u64,
    #[serde(default)]
    pub(super) deleted: u64,
    pub(super) crc32: String,
}

/// Why a file is no export that can be read here. It names lines and fields, never what they hold.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FormatError {
    /// Something else altogether.
    #[error("this is no export of Taskhive: its first line does not say so")]
    Foreign,
    /// Written by a later release.
    #[error(
        "the export has format version {0}, this release reads up to {VERSION}: use a later release"
    )]
    Newer(u32),
    /// The end is missing.
    #[error("the export was cut short: it ends after line {0} without saying that this is its end")]
    CutShort(u64),
    /// There is more after the end.
    #[error("line {0} comes after the end of the export")]
    AfterTheEnd(u64),
    /// The bytes are not those that were written.
    #[error(
        "the export was changed or damaged: its check sum or its counts are not those of its last line"
    )]
    Damaged,
    /// A line is not what it should be.
    #[error("line {line}: {what}")]
    Line {
        /// Which, from 1.
        line: u64,
        /// What is wrong with it.
        what: &'static str,
    },
}

impl Header {
    pub(super) fn ours() -> Self {
        Self {
            format: NAME.to_owned(),
            version: VERSION,
        }
    }
}

impl From<&AccountRecord> for Line {
    fn from(account: &AccountRecord) -> Self {
        let identity = |identity: &ExternalIdentity| IdentityLine {
            issuer: identity.issuer().to_owned(),
            subject: identity.subject().to_owned(),
        };
        Self::Account(AccountLine {
            id: account.user.id.to_string(),
            email: account.user.email.as_str().to_owned(),
            password_hash: account.hash.reveal().to_owned(),
            created_at: account.user.created_at.millis(),
            identities: account.identities.iter().map(identity).collect(),
            last_change: account.counter.last_change.get(),
            forgotten_change: account.counter.forgotten_change.get(),
        })
    }
}

impl From<&StoredTask> for Line {
    fn from(stored: &StoredTask) -> Self {
        Self::Task(TaskLine::new(&stored.task, stored.created_change))
    }
}

impl From<&DeletedTask> for Line {
    fn from(deleted: &DeletedTask) -> Self {
        let task = deleted.task.as_ref();
        Self::Deleted(DeletedLine {
            id: deleted.id.to_string(),
            change: deleted.change.get(),
            deleted_at: deleted.deleted_at.millis(),
            task: task.map(|task| TaskLine::new(task, task.change)),
        })
    }
}

impl TaskLine {
    fn new(task: &Task, created_change: ChangeNumber) -> Self {
        Self {
            id: task.id.to_string(),
            title: task.title.as_str().to_owned(),
            description: task.description.as_str().to_owned(),
            created_at: task.created_at.millis(),
            updated_at: task.updated_at.millis(),
            completed_at: task.completed_at.map(Timestamp::millis),
            version: task.version,
            due_on: task.due_on.map(|day| day.to_string()),
            priority: task.priority.level(),
            tags: task
                .tags
                .as_slice()
                .iter()
                .map(|tag| tag.as_str().to_owned())
                .collect(),
            rank: Some(task.rank.get()).filter(|_| task.rank != Rank::NONE),
            change: task.change.get(),
            moved: task.moved.map(ChangeNumber::get),
            created_change: created_change.get(),
        }
    }
}

impl AccountLine {
    /// What is wrong is the name of a field.
    pub(super) fn parse(self) -> Result<AccountRecord, &'static str> {
        let id = UserId::parse(&self.id).map_err(|_| "`id` is not an id of a user")?;
        let identity = |line: IdentityLine| ExternalIdentity::new(line.issuer.into(), line.subject);
        let identities = self.identities.into_iter().map(identity);
        if self.password_hash.is_empty() {
            return Err("`passwordHash` is empty");
        }
        let email = EmailAddress::from_stored(self.email)
            .filter(|email| email.as_str().len() <= EmailAddress::MAX_LENGTH as usize)
            .filter(|email| !email.as_str().bytes().any(|byte| byte.is_ascii_uppercase()))
            .ok_or("`email` is not an address as they are stored")?;
        let counter = TaskCounter {
            last_change: number(self.last_change)?,
            forgotten_change: number(self.forgotten_change)?,
        };
        if counter.forgotten_change > counter.last_change {
            return Err("`forgottenChange` is greater than `lastChange`");
        }
        Ok(AccountRecord {
            user: User {
                id,
                email,
                created_at: Timestamp::from_millis(self.created_at),
            },
            hash: PasswordHash::new(self.password_hash),
            identities: identities
                .collect::<Option<_>>()
                .ok_or("`identities` holds one that cannot be")?,
            counter,
        })
    }
}

impl TaskLine {
    /// By the rules for what is stored, not by those for input, which may be stricter today.
    pub(super) fn parse(self) -> Result<StoredTask, &'static str> {
        let fits = |text: &str, most: u32| text.chars().count() <= most as usize;
        if !fits(&self.title, TaskTitle::MAX_LENGTH) {
            return Err("`title` is too long");
        }
        if !fits(&self.description, TaskDescription::MAX_LENGTH) || self.description.contains('\0')
        {
            return Err("`description` is too long, or no text");
        }
        if self.version < 1 {
            return Err("`version` is less than 1");
        }
        let due_on = self.due_on.as_deref().map(DueDay::parse);
        let task = Task {
            id: TaskId::parse(&self.id).map_err(|_| "`id` is not an id of a task")?,
            title: TaskTitle::from_stored(self.title).ok_or("`title` is not one")?,
            description: TaskDescription::from_stored(self.description),
            created_at: Timestamp::from_millis(self.created_at),
            updated_at: Timestamp::from_millis(self.updated_at),
            completed_at: self.completed_at.map(Timestamp::from_millis),
            version: self.version,
            due_on: due_on.transpose().map_err(|_| "`dueOn` is no day")?,
            priority: Priority::from_level(self.priority).ok_or("`priority` is none")?,
            tags: Tags::from_stored(self.tags.iter().map(String::as_str))
                .filter(|tags| tags.as_slice().len() <= Tags::MAX as usize)
                .ok_or("`tags` holds what is no label, or too many")?,
            rank: self.rank.map_or(Rank::NONE, Rank::new),
            change: number(self.change)?,
            moved: self.moved.map(number).transpose()?,
        };
        Ok(StoredTask {
            task,
            created_change: number(self.created_change)?,
        })
    }
}

impl DeletedLine {
    pub(super) fn parse(self) -> Result<DeletedTask, &'static str> {
        let task = self.task.map(TaskLine::parse).transpose()?;
        let deleted = DeletedTask {
            id: TaskId::parse(&self.id).map_err(|_| "`id` is not an id of a task")?,
            change: number(self.change)?,
            deleted_at: Timestamp::from_millis(self.deleted_at),
            task: task.map(|stored| stored.task),
        };
        let agrees = |task: &Task| task.id == deleted.id && task.change == deleted.change;
        if deleted.task.as_ref().is_none_or(agrees) {
            Ok(deleted)
        } else {
            Err("`task` is another one than was deleted")
        }
    }
}

fn number(number: i64) -> Result<ChangeNumber, &'static str> {
    if (0..=LAST_NUMBER).contains(&number) {
        Ok(ChangeNumber::new(number))
    } else {
        Err("the number of a change is out of range")
    }
}
