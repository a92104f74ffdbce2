//! From lines to a database. The file is read three times: to see that it is whole and sound, to see that nothing in the
//! database is in its way, and to store it. So a file that cannot be imported as a whole changes nothing.

use std::io::{self, BufRead, BufReader, Read, Seek};

use crc32fast::Hasher;
use serde::de::DeserializeOwned;
use taskhive_domain::UserId;
use taskhive_domain::archive::{AccountRecord, Archive};
use taskhive_domain::ports::InfraError;
use taskhive_domain::task::Task;

use super::Counts;
use super::format::{EndLine, FormatError, Header, Line, NAME, VERSION};

/// Accounts that are looked up or stored at a time.
const ACCOUNTS: usize = 100;
/// Tasks that are stored in one transaction: short enough to let others write in between.
const TASKS: usize = 200;
/// No line that Taskhive writes is as long: 2,000 characters of a description, each as six bytes of JSON, are far less.
const LONGEST_LINE: u64 = 1 << 20;
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
            Record::Task(_) if counts.accounts == 0 => {
                return Err(lines.wrong("a task comes before all accounts").into());
            }
            Record::Task(_) => counts.tasks += 1,
        }
    }
    if lines.end.as_ref().map(|end| (end.accounts, end.tasks))
        == Some((counts.accounts, counts.tasks))
    {
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
    let mut store = Store {
        archive,
        imported: Imported {
            found,
            ..Imported::default()
        },
        accounts: Vec::new(),
        owner: None,
        tasks: Vec::new(),
        done: Counts::default(),
    };
    let mut lines = Lines::of(file)?;
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
    imported: Imported,
    accounts: Vec<AccountRecord>,
    owner: Option<UserId>,
    tasks: Vec<Task>,
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
        if !self.accounts.is_empty() {
            self.imported.new.accounts += self.archive.restore_accounts(&self.accounts).await?;
            self.done.accounts += self.accounts.len() as u64;
            self.accounts.clear();
        }
        Ok(())
    }

    async fn flush_tasks(&mut self) -> Result<(), InfraError> {
        if let Some(owner) = self.owner.filter(|_| !self.tasks.is_empty()) {
            self.flush_accounts().await?;
            self.imported.new.tasks += self.archive.restore_tasks(owner, &self.tasks).await?;
            self.done.tasks += self.tasks.len() as u64;
            self.tasks.clear();
        }
        Ok(())
    }
}

enum Record {
    Account(AccountRecord),
    Task(Task),
}

/// Reads line by line, and knows at the end whether that was all.
struct Lines<R: Read> {
    reader: BufReader<R>,
    sum: Hasher,
    number: u64,
    end: Option<EndLine>,
}

impl<'a, R: Read + Seek> Lines<&'a mut R> {
    /// From the beginning, which must say what it is.
    fn of(file: &'a mut R) -> Result<Self, ImportError> {
        file.rewind()?;
        let mut lines = Lines {
            reader: BufReader::with_capacity(1 << 16, file),
            sum: Hasher::new(),
            number: 0,
            end: None,
        };
        let header = lines.line()?.ok_or(FormatError::Foreign)?;
        let header: Header = serde_json::from_slice(&header).map_err(|_| FormatError::Foreign)?;
        match header {
            Header { format, .. } if format != NAME => Err(FormatError::Foreign.into()),
            Header { version, .. } if version > VERSION => Err(FormatError::Newer(version).into()),
            Header { .. } => Ok(lines),
        }
    }
}

impl<R: Read> Lines<R> {
    /// The next account or task; `None` after the end, which must be one.
    fn next(&mut self) -> Result<Option<Record>, ImportError> {
        let before = self.sum.clone().finalize();
        let Some(bytes) = self.line()? else {
            return Err(FormatError::CutShort(self.number).into());
        };
        match self.parsed(&bytes)? {
            Line::Account(account) => {
                let account = account.parse().map_err(|what| self.wrong(what))?;
                Ok(Some(Record::Account(account)))
            }
            Line::Task(task) => {
                let task = task.parse().map_err(|what| self.wrong(what))?;
                Ok(Some(Record::Task(task)))
            }
            Line::End(end) if end.crc32 != format!("{before:08x}") => {
                Err(FormatError::Damaged.into())
            }
            Line::End(end) => {
                self.end = Some(end);
                match self.line()? {
                    None => Ok(None),
                    Some(_) => Err(FormatError::AfterTheEnd(self.number).into()),
                }
            }
        }
    }

    fn parsed<T: DeserializeOwned>(&self, bytes: &[u8]) -> Result<T, FormatError> {
        serde_json::from_slice(bytes)
            .map_err(|_| self.wrong("it is neither an account nor a task nor the end"))
    }

    /// The bytes of the next line without its end; `None` where the file ends. Half a line is one that was cut short.
    fn line(&mut self) -> Result<Option<Vec<u8>>, ImportError> {
        let mut bytes = Vec::new();
        let mut limited = self.reader.by_ref().take(LONGEST_LINE);
        if limited.read_until(b'\n', &mut bytes)? == 0 {
            return Ok(None);
        }
        self.sum.update(&bytes);
        self.number += 1;
        if bytes.pop() != Some(b'\n') {
            return Err(match (self.number, bytes.len() as u64 + 1) {
                (1, _) => FormatError::Foreign.into(),
                (_, LONGEST_LINE) => self.wrong("it is too long").into(),
                _ => FormatError::CutShort(self.number - 1).into(),
            });
        }
        Ok(Some(bytes))
    }

    fn wrong(&self, what: &'static str) -> FormatError {
        FormatError::Line {
            line: self.number,
            what,
        }
    }
}
