//! Whole accounts in memory.

use async_trait::async_trait;

use super::{MemoryStore, Records};
use crate::archive::{AccountRecord, Archive, Numbering};
use crate::change::{ChangeNumber, DeletedTask, StoredTask};
use crate::id::{TaskId, UserId};
use crate::ports::{InfraError, InfraErrorKind};
use crate::task::Task;
use crate::user::{EmailAddress, StoredCredentials};

impl Records {
    fn record(&self, stored: &StoredCredentials) -> AccountRecord {
        let of_user = |(_, user): &(_, &UserId)| **user == stored.user.id;
        let identities = self.external.iter().filter(of_user);
        let mut identities: Vec<_> = identities.map(|(identity, _)| identity.clone()).collect();
        identities.sort_by(|one, other| {
            (one.issuer(), one.subject()).cmp(&(other.issuer(), other.subject()))
        });
        AccountRecord {
            user: stored.user.clone(),
            hash: stored.hash.clone(),
            identities,
            counter: self
                .counters
                .get(&stored.user.id)
                .copied()
                .unwrap_or_default(),
        }
    }

    /// Whether a task with this id is there, or was.
    fn knows(&self, owner: UserId, id: TaskId) -> bool {
        self.tasks.contains_key(&(owner, id)) || self.deleted.contains_key(&(owner, id))
    }

    /// The number for something that had `change` where it came from.
    fn renumber(
        &mut self,
        owner: UserId,
        change: ChangeNumber,
        numbering: Numbering,
    ) -> Result<ChangeNumber, InfraError> {
        let nobody = || InfraError::bare(InfraErrorKind::Broken, "there is no such owner");
        if numbering == Numbering::New {
            return self.tick(owner).ok_or_else(nobody);
        }
        let counter = self.counters.get_mut(&owner).ok_or_else(nobody)?;
        if change > counter.last_change {
            counter.last_change = change;
            counter.forgotten_change = change;
        }
        Ok(change)
    }

    fn is_in_the_way_of(&self, account: &AccountRecord) -> bool {
        let id = account.user.id;
        self.users
            .values()
            .any(|stored| (stored.user.id == id) != (stored.user.email == account.user.email))
            || account
                .identities
                .iter()
                .any(|identity| self.external.get(identity).is_some_and(|user| *user != id))
    }
}

#[async_trait]
impl Archive for MemoryStore {
    async fn accounts(
        &self,
        after: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<AccountRecord>, InfraError> {
        let records = self.records();
        let mut users: Vec<&StoredCredentials> = records.users.values().collect();
        users.retain(|stored| after.is_none_or(|after| stored.user.id > after));
        users.sort_by_key(|stored| stored.user.id);
        users.truncate(limit as usize);
        Ok(users.into_iter().map(|user| records.record(user)).collect())
    }

    async fn account(&self, email: &EmailAddress) -> Result<Option<AccountRecord>, InfraError> {
        let records = self.records();
        let mut users = records.users.values();
        let found = users.find(|stored| stored.user.email == *email);
        Ok(found.map(|stored| records.record(stored)))
    }

    async fn tasks(
        &self,
        owner: UserId,
        after: Option<TaskId>,
        limit: u32,
    ) -> Result<Vec<StoredTask>, InfraError> {
        let records = self.records();
        let tasks = records.stored_of(owner);
        let tasks = tasks.filter(|stored| after.is_none_or(|after| stored.task.id > after));
        Ok(tasks.take(limit as usize).cloned().collect())
    }

    async fn deleted_tasks(
        &self,
        owner: UserId,
        after: Option<TaskId>,
        limit: u32,
    ) -> Result<Vec<DeletedTask>, InfraError> {
        let records = self.records();
        let deleted = records.deleted_of(owner);
        let deleted = deleted.filter(|deleted| after.is_none_or(|after| deleted.id > after));
        Ok(deleted.take(limit as usize).cloned().collect())
    }

    async fn conflicts(&self, accounts: &[AccountRecord]) -> Result<Vec<UserId>, InfraError> {
        let records = self.records();
        let conflicts = accounts
            .iter()
            .filter(|each| records.is_in_the_way_of(each));
        Ok(conflicts.map(|account| account.user.id).collect())
    }

    async fn restore_accounts(
        &self,
        accounts: &[AccountRecord],
    ) -> Result<Vec<UserId>, InfraError> {
        let mut records = self.records();
        if accounts.iter().any(|each| records.is_in_the_way_of(each)) {
            return Err(InfraError::bare(
                InfraErrorKind::Broken,
                "an account is in the way",
            ));
        }
        let mut restored = Vec::new();
        for account in accounts {
            let id = account.user.id;
            let identities = account.identities.iter().cloned();
            records.external.extend(identities.map(|each| (each, id)));
            records.users.entry(id).or_insert_with(|| {
                restored.push(id);
                StoredCredentials {
                    user: account.user.clone(),
                    hash: account.hash.clone(),
                }
            });
            records.counters.entry(id).or_insert(account.counter);
        }
        Ok(restored)
    }

    async fn restore_tasks(
        &self,
        owner: UserId,
        tasks: &[StoredTask],
        numbering: Numbering,
    ) -> Result<u64, InfraError> {
        let mut records = self.records();
        let mut tasks = tasks.to_vec();
        tasks.sort_by_key(|stored| {
            let task = &stored.task;
            (task.newest_change(), task.updated_at, task.id)
        });
        let mut restored = 0;
        for stored in tasks {
            let (id, old) = (stored.task.id, stored.task.newest_change());
            if records.knows(owner, id) {
                continue;
            }
            let change = records.renumber(owner, old, numbering)?;
            let last = records
                .counters
                .get(&owner)
                .map(|counter| counter.last_change);
            let rank = |change| {
                let last = last.unwrap_or_default();
                stored.task.rank.or_plausible(last, change)
            };
            if numbering == Numbering::Kept {
                let rank = rank(stored.created_change);
                let task = Task {
                    rank,
                    ..stored.task
                };
                records
                    .tasks
                    .insert((owner, id), StoredTask { task, ..stored });
            } else {
                let rank = rank(change);
                let task = Task {
                    rank,
                    ..stored.task
                };
                records.store(owner, &task, change);
            }
            restored += 1;
        }
        Ok(restored)
    }

    async fn restore_deleted_tasks(
        &self,
        owner: UserId,
        tasks: &[DeletedTask],
        numbering: Numbering,
    ) -> Result<u64, InfraError> {
        let mut records = self.records();
        let mut tasks = tasks.to_vec();
        tasks.sort_by_key(|deleted| deleted.change);
        let mut restored = 0;
        for mut deleted in tasks {
            if records.knows(owner, deleted.id) {
                continue;
            }
            deleted.change = records.renumber(owner, deleted.change, numbering)?;
            if let Some(task) = &mut deleted.task {
                task.change = deleted.change;
            }
            records.deleted.insert((owner, deleted.id), deleted);
            restored += 1;
        }
        Ok(restored)
    }
}
