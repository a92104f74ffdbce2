//! From lines to a database. The file is read three times: to see that it is whole and sound, to see that nothing in the
//! database is in its way, and to store it. So a file that cannot be imported as a whole changes nothing.

use std::io::{self, Read, Seek};

use taskhive_domain::UserId;
use taskhive_domain::archive::{AccountRecord, Archive, Numbering};
use taskhive_domain::change::{DeletedTask, StoredTask};
use taskhive_domain::ports::InfraError;

use super::Counts;
use super::format::{FormatError, WITH_NUMBERS};
use super::lines::{Lines, Record};

/// Accounts that are looked up or stored at a time.
const ACCOUNTS: usize = 100;
/// Tasks that are stored in one transaction: short enough to let others write in between.
const TASKS: usize = 200;
/// How many accounts a message names that are in the way.
const NAMED: usize = 10;

/// What an import did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Imported {
    /// What the file holds.
    pub(crate) found: Counts,
    /// What of it was not there before.
    pub(crate) new: Counts,
}

/// Why nothing, or not all, was imported.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ImportError {
    /// The file is not what it should be. Nothing was changed.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// The file cannot be read.
    #[error("the export cannot be read")]
    Io(#[from] io::Error),
    /// Accounts of the database are in the way. Nothing was changed.
    #[error(
        "these accounts cannot be imported, because others here have their address, their identity or their id: {0}"
    )]
    Conflicts(String),
    /// The database failed. What was imported so far stays; importing again goes on.
    #[error(transparent)]
    Infra(#[from] InfraError),
}

/// Whether the file is an export, whole and sound, and what it holds.
pub(crate) fn verify(file: &mut (impl Read + Seek)) -> Result<Counts, ImportError> {
    let mut lines = Lines::of(file)?;
    let mut counts = Counts::default();
    while let Some(record) = lines.next()? {
        match record {
            Record::Account(_) => counts.accounts += 1,
            _ if counts.accounts == 0 => {
                return Err(lines.wrong("a task comes before all accounts").into());
            }
            Record::Task(_) => counts.tasks += 1,
            Record::Deleted(_) => counts.deleted += 1,
        }
    }
    let end = lines.end.as_ref().map(|end| Counts {
        accounts: end.accounts,
        tasks: end.tasks,
        deleted: end.deleted,
    });
    if end == Some(counts) {
        Ok(counts)
    } else {
        Err(FormatError::Damaged.into())
    }
}

/// Stores what is not there yet. `progress` hears after each transaction how much of the file is done.
pub(crate) async fn import(
    archive: &dyn Archive,
    file: &mut (impl Read + Seek),
    mut progress: impl FnMut(Counts),
) -> Result<Imported, ImportError> {
    let found = verify(file)?;
    refuse_conflicts(archive, file).await?;
    let mut lines = Lines::of(file)?;
    let mut store = Store {
        archive,
        with_numbers: lines.version >= WITH_NUMBERS,
        imported: Imported {
            found,
            ..Imported::default()
        },
        accounts: Vec::new(),
        owner: None,
        numbering: Numbering::New,
        tasks: Vec::new(),
        deleted: Vec::new(),
        done: Counts::default(),
    };
    while let Some(record) = lines.next()? {
        if store.add(record).await? {
            progress(store.done);
        }
    }
    store.flush().await?;
    progress(store.done);
    Ok(store.imported)
}

async fn refuse_conflicts(
    archive: &dyn Archive,
    file: &mut (impl Read + Seek),
) -> Result<(), ImportError> {
    let mut lines = Lines::of(file)?;
    let (mut batch, mut conflicts) = (Vec::new(), Vec::new());
    loop {
        let record = lines.next()?;
        let over = record.is_none();
        if let Some(Record::Account(account)) = record {
            batch.push(account);
        }
        if over || batch.len() == ACCOUNTS {
            conflicts.extend(archive.conflicts(&batch).await?);
            batch.clear();
        }
        if over || conflicts.len() >= NAMED {
            break;
        }
    }
    if conflicts.is_empty() {
        return Ok(());
    }
    conflicts.truncate(NAMED);
    let named: Vec<String> = conflicts.iter().map(UserId::to_string).collect();
    Err(ImportError::Conflicts(named.join(", ")))
}

/// Collects records until they are worth a transaction. Accounts are stored before tasks, so no task comes before its owner.
struct Store<'a> {
    archive: &'a dyn Archive,
    /// Whether the file says in which order things were changed.
    with_numbers: bool,
    imported: Imported,
    accounts: Vec<AccountRecord>,
    owner: Option<UserId>,
    /// That of the last account that was stored.
    numbering: Numbering,
    tasks: Vec<StoredTask>,
    deleted: Vec<DeletedTask>,
    /// What of the file was stored, or was there already.
    done: Counts,
}

impl Store<'_> {
    /// Says whether anything was stored.
    async fn add(&mut self, record: Record) -> Result<bool, InfraError> {
        let full = match record {
            Record::Account(account) => {
                self.flush_tasks().await?;
                self.owner = Some(account.user.id);
                self.accounts.push(account);
                self.accounts.len() == ACCOUNTS
            }
            Record::Task(task) => {
                self.tasks.push(task);
                self.tasks.len() == TASKS
            }
            Record::Deleted(deleted) => {
                self.deleted.push(deleted);
                self.deleted.len() == TASKS
            }
        };
        if full {
            self.flush().await?;
        }
        Ok(full)
    }

    async fn flush(&mut self) -> Result<(), InfraError> {
        self.flush_accounts().await?;
        self.flush_tasks().await
    }

    async fn flush_accounts(&mut self) -> Result<(), InfraError> {
        if let Some(last) = self.accounts.last() {
            let restored = self.archive.restore_accounts(&self.accounts).await?;
            self.numbering = self.numbering_of(last, &restored).await?;
            self.imported.new.accounts += restored.len() as u64;
            self.done.accounts += self.accounts.len() as u64;
            self.accounts.clear();
        }
        Ok(())
    }

    /// The numbers of the file hold for an account that is new, or has not been changed since it was archived or an import of it
    /// broke off.
    async fn numbering_of(
        &self,
        account: &AccountRecord,
        restored: &[UserId],
    ) -> Result<Numbering, InfraError> {
        if !self.with_numbers {
            return Ok(Numbering::New);
        }
        if restored.contains(&account.user.id) {
            return Ok(Numbering::Kept);
        }
        let stored = self.archive.account(&account.user.email).await?;
        let unchanged = stored.is_some_and(|stored| stored.counter == account.counter);
        Ok(if unchanged {
            Numbering::Kept
        } else {
            Numbering::New
        })
    }

    async fn flush_tasks(&mut self) -> Result<(), InfraError> {
        let none = self.tasks.is_empty() && self.deleted.is_empty();
        let Some(owner) = self.owner.filter(|_| !none) else {
            return Ok(());
        };
        self.flush_accounts().await?;
        let (archive, numbering) = (self.archive, self.numbering);
        if !self.tasks.is_empty() {
            let restored = archive.restore_tasks(owner, &self.tasks, numbering);
            self.imported.new.tasks += restored.await?;
            self.done.tasks += self.tasks.len() as u64;
            self.tasks.clear();
        }
        if !self.deleted.is_empty() {
            let restored = archive.restore_deleted_tasks(owner, &self.deleted, numbering);
            self.imported.new.deleted += restored.await?;
            self.done.deleted += self.deleted.len() as u64;
            self.deleted.clear();
        }
        Ok(())
    }
}
