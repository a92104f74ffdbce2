//! The lines of an export, as they are read.

use std::io::{BufRead, BufReader, Read, Seek};

use crc32fast::Hasher;
use serde::de::DeserializeOwned;
use taskhive_domain::archive::AccountRecord;
use taskhive_domain::change::{DeletedTask, StoredTask};

use super::format::{EndLine, FormatError, Header, Line, NAME, VERSION};
use super::import::ImportError;

/// No line that Taskhive writes is as long: 2,000 characters of a description, each as six bytes of JSON, are far less.
const LONGEST_LINE: u64 = 1 << 20;

/// An account, a task, or a deleted one.
pub(super) enum Record {
    Account(AccountRecord),
    Task(StoredTask),
    Deleted(DeletedTask),
}

/// Reads line by line, and knows at the end whether that was all.
pub(super) struct Lines<R: Read> {
    reader: BufReader<R>,
    sum: Hasher,
    number: u64,
    /// That of the format.
    pub(super) version: u32,
    /// Once it was reached.
    pub(super) end: Option<EndLine>,
}

impl<'a, R: Read + Seek> Lines<&'a mut R> {
    /// From the beginning, which must say what it is.
    pub(super) fn of(file: &'a mut R) -> Result<Self, ImportError> {
        file.rewind()?;
        let mut lines = Lines {
            reader: BufReader::with_capacity(1 << 16, file),
            sum: Hasher::new(),
            number: 0,
            version: 0,
            end: None,
        };
        let header = lines.line()?.ok_or(FormatError::Foreign)?;
        let header: Header = serde_json::from_slice(&header).map_err(|_| FormatError::Foreign)?;
        match header {
            Header { format, .. } if format != NAME => Err(FormatError::Foreign.into()),
            Header { version, .. } if version > VERSION => Err(FormatError::Newer(version).into()),
            Header { version, .. } => {
                lines.version = version;
                Ok(lines)
            }
        }
    }
}

impl<R: Read> Lines<R> {
    /// The next account or task; `None` after the end, which must be one.
    pub(super) fn next(&mut self) -> Result<Option<Record>, ImportError> {
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
            Line::Deleted(deleted) => {
                let deleted = deleted.parse().map_err(|what| self.wrong(what))?;
                Ok(Some(Record::Deleted(deleted)))
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

    pub(super) fn wrong(&self, what: &'static str) -> FormatError {
        FormatError::Line {
            line: self.number,
            what,
        }
    }
}
