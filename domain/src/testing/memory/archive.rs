//! Whole accounts in memory.

use async_trait::async_trait;

use super::{MemoryStore, Records};
use crate::archive::{AccountRecord, Archive};
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
        }
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
    ) -> Result<Vec<Task>, InfraError> {
        let records = self.records();
        let tasks = records.tasks_of(owner);
        let tasks = tasks.filter(|task| after.is_none_or(|after| task.id > after));
        Ok(tasks.take(limit as usize).cloned().collect())
    }

    async fn conflicts(&self, accounts: &[AccountRecord]) -> Result<Vec<UserId>, InfraError> {
        let records = self.records();
        let conflicts = accounts
            .iter()
            .filter(|each| records.is_in_the_way_of(each));
        Ok(conflicts.map(|account| account.user.id).collect())
    }

    async fn restore_accounts(&self, accounts: &[AccountRecord]) -> Result<u64, InfraError> {
        let mut records = self.records();
        if accounts.iter().any(|each| records.is_in_the_way_of(each)) {
            return Err(InfraError::bare(
                InfraErrorKind::Broken,
                "an account is in the way",
            ));
        }
        let mut restored = 0;
        for account in accounts {
            let id = account.user.id;
            let identities = account.identities.iter().cloned();
            records.external.extend(identities.map(|each| (each, id)));
            records.users.entry(id).or_insert_with(|| {
                restored += 1;
                StoredCredentials {
                    user: account.user.clone(),
                    hash: account.hash.clone(),
                }
            });
        }
        Ok(restored)
    }

    async fn restore_tasks(&self, owner: UserId, tasks: &[Task]) -> Result<u64, InfraError> {
        let mut records = self.records();
        if !records.users.contains_key(&owner) {
            return Err(InfraError::bare(
                InfraErrorKind::Broken,
                "there is no such owner",
            ));
        }
        let mut restored = 0;
        for task in tasks {
            records.tasks.entry((owner, task.id)).or_insert_with(|| {
                restored += 1;
                task.clone()
            });
        }
        Ok(restored)
    }
}
