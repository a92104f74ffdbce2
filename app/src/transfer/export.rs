//! From a database to lines. At no time there is more in memory than a batch.

use std::io::{self, Write};

use crc32fast::Hasher;
use serde::Serialize;
use taskhive_domain::UserId;
use taskhive_domain::archive::{AccountRecord, Archive};
use taskhive_domain::user::EmailAddress;

use super::format::{EndLine, Header, Line};
use super::{Counts, ExportError};

/// Accounts and tasks that are read at a time.
const BATCH: u32 = 500;

/// Writes all accounts, or the one with this address. `progress` hears now and then how many there were so far.
///
/// Each batch is read at a moment of its own: what is changed meanwhile is in the file as it was before or after. Where an account
/// was changed meanwhile, its readers may have to begin anew once it is imported.
pub(crate) async fn export(
    archive: &dyn Archive,
    only: Option<&EmailAddress>,
    out: impl Write,
    mut progress: impl FnMut(Counts),
) -> Result<Counts, ExportError> {
    let mut lines = Lines::new(out);
    let mut after = None;
    lines.write(&Header::ours())?;
    if let Some(email) = only {
        let account = archive.account(email).await?;
        let account = account.ok_or(ExportError::NoSuchAccount)?;
        write_account(archive, &account, &mut lines, &mut progress).await?;
    } else {
        loop {
            let accounts = archive.accounts(after, BATCH).await?;
            let Some(last) = accounts.last() else { break };
            after = Some(last.user.id);
            for account in &accounts {
                write_account(archive, account, &mut lines, &mut progress).await?;
            }
        }
    }
    Ok(lines.finish()?)
}

async fn write_account(
    archive: &dyn Archive,
    account: &AccountRecord,
    lines: &mut Lines<impl Write>,
    progress: &mut impl FnMut(Counts),
) -> Result<(), ExportError> {
    let owner: UserId = account.user.id;
    lines.write(&Line::from(account))?;
    lines.counts.accounts += 1;
    let mut after = None;
    loop {
        let tasks = archive.tasks(owner, after, BATCH).await?;
        for task in &tasks {
            lines.write(&Line::from(task))?;
        }
        lines.counts.tasks += tasks.len() as u64;
        progress(lines.counts);
        match tasks.last() {
            Some(last) if tasks.len() == BATCH as usize => after = Some(last.task.id),
            _ => break,
        }
    }
    write_deleted(archive, owner, lines, progress).await
}

async fn write_deleted(
    archive: &dyn Archive,
    owner: UserId,
    lines: &mut Lines<impl Write>,
    progress: &mut impl FnMut(Counts),
) -> Result<(), ExportError> {
    let mut after = None;
    loop {
        let deleted = archive.deleted_tasks(owner, after, BATCH).await?;
        for task in &deleted {
            lines.write(&Line::from(task))?;
        }
        lines.counts.deleted += deleted.len() as u64;
        progress(lines.counts);
        match deleted.last() {
            Some(last) if deleted.len() == BATCH as usize => after = Some(last.id),
            _ => return Ok(()),
        }
    }
}

/// Counts and sums up what it writes.
struct Lines<W: Write> {
    out: W,
    sum: Hasher,
    counts: Counts,
}

impl<W: Write> Lines<W> {
    fn new(out: W) -> Self {
        Self {
            out,
            sum: Hasher::new(),
            counts: Counts::default(),
        }
    }

    fn write(&mut self, line: &impl Serialize) -> io::Result<()> {
        let mut bytes = serde_json::to_vec(line)?;
        bytes.push(b'\n');
        self.sum.update(&bytes);
        self.out.write_all(&bytes)
    }

    fn finish(mut self) -> io::Result<Counts> {
        let end = Line::End(EndLine {
            accounts: self.counts.accounts,
            tasks: self.counts.tasks,
            deleted: self.counts.deleted,
            crc32: format!("{:08x}", self.sum.clone().finalize()),
        });
        self.write(&end)?;
        self.out.flush()?;
        Ok(self.counts)
    }
}
