//! Whole accounts, read and stored as they are.

use async_trait::async_trait;
use diesel::QueryResult;
use diesel::prelude::*;
use futures_util::FutureExt;
use taskhive_domain::archive::{AccountRecord, Archive, Numbering};
use taskhive_domain::change::{DeletedTask, StoredTask, TaskCounter};
use taskhive_domain::ports::InfraError;
use taskhive_domain::user::EmailAddress;
use taskhive_domain::{TaskId, UserId};
use uuid::Uuid;

use super::backend::{Conn, Database, RunQueryDsl};
use super::transaction::transaction;
use super::{archived_tasks, counters};
use crate::store::change_rows::{CounterRow, DeletedTaskRow};
use crate::store::rows::{CredentialsRow, ExternalIdentityRow, NewUserRow, StoredTaskRow};
use crate::store::schema::{deleted_tasks, external_identities, task_counters, tasks, users};
use crate::store::types::DbId;

/// All accounts.
pub(crate) struct DieselArchive(pub(crate) Database);

/// Users, and the identities and counters of all that were asked for.
type Rows = (
    Vec<CredentialsRow>,
    Vec<ExternalIdentityRow>,
    Vec<(DbId, CounterRow)>,
);

#[async_trait]
impl Archive for DieselArchive {
    async fn accounts(
        &self,
        after: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<AccountRecord>, InfraError> {
        // No user has the nil id, and none sorts before it.
        let after = DbId(after.map_or_else(Uuid::nil, UserId::uuid));
        let rows = self.0.read("archive accounts", move |conn| {
            async move {
                let users = users::table
                    .filter(users::id.gt(after))
                    .order(users::id)
                    .limit(limit.into())
                    .select(CredentialsRow::as_select())
                    .load(conn)
                    .await?;
                with_identities(conn, users).await
            }
            .boxed()
        });
        records(rows.await?)
    }

    async fn account(&self, email: &EmailAddress) -> Result<Option<AccountRecord>, InfraError> {
        let email = email.as_str().to_owned();
        let rows = self.0.read("archive an account", move |conn| {
            async move {
                let users = users::table
                    .filter(users::email.eq(email))
                    .select(CredentialsRow::as_select())
                    .load(conn)
                    .await?;
                with_identities(conn, users).await
            }
            .boxed()
        });
        Ok(records(rows.await?)?.pop())
    }

    async fn tasks(
        &self,
        owner: UserId,
        after: Option<TaskId>,
        limit: u32,
    ) -> Result<Vec<StoredTask>, InfraError> {
        let owner = DbId(owner.uuid());
        // Clients make ids of their own, but none of these versions is nil.
        let after = DbId(after.map_or_else(Uuid::nil, TaskId::uuid));
        let rows = self
            .0
            .read("archive tasks", move |conn| {
                tasks::table
                    .filter(tasks::owner_id.eq(owner))
                    .filter(tasks::id.gt(after))
                    .order(tasks::id)
                    .limit(limit.into())
                    .select(StoredTaskRow::as_select())
                    .load(conn)
                    .boxed()
            })
            .await?;
        rows.into_iter().map(StoredTaskRow::parse).collect()
    }

    async fn deleted_tasks(
        &self,
        owner: UserId,
        after: Option<TaskId>,
        limit: u32,
    ) -> Result<Vec<DeletedTask>, InfraError> {
        let owner = DbId(owner.uuid());
        let after = DbId(after.map_or_else(Uuid::nil, TaskId::uuid));
        let rows = self
            .0
            .read("archive deleted tasks", move |conn| {
                deleted_tasks::table
                    .filter(deleted_tasks::owner_id.eq(owner))
                    .filter(deleted_tasks::id.gt(after))
                    .order(deleted_tasks::id)
                    .limit(limit.into())
                    .select(DeletedTaskRow::as_select())
                    .load(conn)
                    .boxed()
            })
            .await?;
        rows.into_iter().map(DeletedTaskRow::parse).collect()
    }

    async fn conflicts(&self, accounts: &[AccountRecord]) -> Result<Vec<UserId>, InfraError> {
        let ids: Vec<DbId> = accounts
            .iter()
            .map(|each| DbId(each.user.id.uuid()))
            .collect();
        let emails: Vec<String> = accounts
            .iter()
            .map(|each| each.user.email.as_str().to_owned())
            .collect();
        let subjects: Vec<String> = accounts
            .iter()
            .flat_map(|each| &each.identities)
            .map(|identity| identity.subject().to_owned())
            .collect();
        let (users, identities) = self
            .0
            .read("look for accounts in the way", move |conn| {
                async move {
                    let users = users::table
                        .filter(users::id.eq_any(ids).or(users::email.eq_any(emails)))
                        .select((users::id, users::email))
                        .load::<(DbId, String)>(conn)
                        .await?;
                    let identities = external_identities::table
                        .filter(external_identities::subject.eq_any(subjects))
                        .select(ExternalIdentityRow::as_select())
                        .load(conn)
                        .await?;
                    QueryResult::Ok((users, identities))
                }
                .boxed()
            })
            .await?;
        let is_in_the_way = |account: &&AccountRecord| {
            let (id, email) = (account.user.id.uuid(), account.user.email.as_str());
            users
                .iter()
                .any(|(theirs, address)| (theirs.0 == id) != (address == email))
                || identities
                    .iter()
                    .any(|row| !row.is_of(id) && account.identities.iter().any(|each| row.is(each)))
        };
        let conflicts = accounts.iter().filter(is_in_the_way);
        Ok(conflicts.map(|account| account.user.id).collect())
    }

    async fn restore_accounts(
        &self,
        accounts: &[AccountRecord],
    ) -> Result<Vec<UserId>, InfraError> {
        let rows: Vec<NewAccount> = accounts
            .iter()
            .map(|account| {
                let identities = account.identities.iter();
                let row = |identity| ExternalIdentityRow::new(identity, account.user.id);
                NewAccount {
                    id: account.user.id,
                    user: NewUserRow::new(&account.user, &account.hash),
                    identities: identities.map(row).collect(),
                    counter: account.counter,
                }
            })
            .collect();
        let restored = self.0.write("restore accounts", move |conn| {
            transaction(conn, move |conn| restore(conn, rows).boxed()).boxed()
        });
        restored.await
    }

    async fn restore_tasks(
        &self,
        owner: UserId,
        tasks: &[StoredTask],
        numbering: Numbering,
    ) -> Result<u64, InfraError> {
        archived_tasks::restore(&self.0, owner, tasks.to_vec(), numbering).await
    }

    async fn restore_deleted_tasks(
        &self,
        owner: UserId,
        tasks: &[DeletedTask],
        numbering: Numbering,
    ) -> Result<u64, InfraError> {
        archived_tasks::restore_deleted(&self.0, owner, tasks.to_vec(), numbering).await
    }
}

/// An account as it is stored.
struct NewAccount {
    id: UserId,
    user: NewUserRow,
    identities: Vec<ExternalIdentityRow>,
    counter: TaskCounter,
}

/// The counters first: what changes between the statements then has a number beyond them.
async fn with_identities(conn: &mut Conn, users: Vec<CredentialsRow>) -> QueryResult<Rows> {
    let ids: Vec<DbId> = users.iter().map(CredentialsRow::id).collect();
    let counters = task_counters::table
        .filter(task_counters::owner_id.eq_any(&ids))
        .select((task_counters::owner_id, CounterRow::as_select()))
        .load(conn)
        .await?;
    let identities = external_identities::table
        .filter(external_identities::user_id.eq_any(ids))
        .select(ExternalIdentityRow::as_select())
        .load(conn)
        .await?;
    Ok((users, identities, counters))
}

/// Sorted here and not by the database, whose collations differ.
fn records((users, mut identities, counters): Rows) -> Result<Vec<AccountRecord>, InfraError> {
    identities.sort_by(|one, other| one.key().cmp(&other.key()));
    let record = |row: CredentialsRow| {
        let id = row.id().0;
        let stored = row.parse()?;
        let of_user = identities.iter().filter(|identity| identity.is_of(id));
        let counter = counters.iter().find(|(owner, _)| owner.0 == id);
        Ok(AccountRecord {
            user: stored.user,
            hash: stored.hash,
            identities: of_user
                .map(ExternalIdentityRow::parse)
                .collect::<Result<_, _>>()?,
            counter: counter.map_or_else(TaskCounter::default, |(_, row)| (*row).into()),
        })
    };
    users.into_iter().map(record).collect()
}

/// An address or an identity that somebody else has breaks a unique key, which takes everything back.
async fn restore(conn: &mut Conn, accounts: Vec<NewAccount>) -> QueryResult<Vec<UserId>> {
    let mut restored = Vec::new();
    for account in accounts {
        let inserted = diesel::insert_into(users::table)
            .values(account.user)
            .on_conflict(users::id)
            .do_nothing()
            .execute(conn)
            .await?;
        if inserted > 0 {
            counters::make(conn, account.id, account.counter).await?;
            restored.push(account.id);
        }
        for identity in account.identities {
            diesel::insert_into(external_identities::table)
                .values(identity)
                .on_conflict((external_identities::issuer, external_identities::subject))
                .do_nothing()
                .execute(conn)
                .await?;
        }
    }
    Ok(restored)
}
