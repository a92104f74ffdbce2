//! Users.

use async_trait::async_trait;
use diesel::QueryResult;
use diesel::prelude::*;
use futures_util::FutureExt;
use taskhive_domain::change::TaskCounter;
use taskhive_domain::identity::ExternalIdentity;
use taskhive_domain::ports::{
    ExternalUserRepository, InfraError, PasswordChange, PasswordChangeOutcome, RegistrationOutcome,
    UserRepository,
};
use taskhive_domain::session::Session;
use taskhive_domain::user::{EmailAddress, PasswordHash, StoredCredentials, User};
use taskhive_domain::{SessionId, Timestamp, UserId};

use super::backend::{Conn, Database, RunQueryDsl, locked_hash};
use super::transaction::transaction;
use super::{counters, external, session_ends, sessions};
use crate::store::rows::{CredentialsRow, NewUserRow, SessionRow, UserRow};
use crate::store::schema::{
    deleted_tasks, sessions as sessions_table, task_counters, tasks, users,
};
use crate::store::types::DbId;

/// All users.
pub(crate) struct DieselUsers(pub(crate) Database);

#[async_trait]
impl UserRepository for DieselUsers {
    async fn register(
        &self,
        user: &User,
        hash: &PasswordHash,
        session: Option<&Session>,
    ) -> Result<RegistrationOutcome, InfraError> {
        let id = user.id;
        let (user, session) = (NewUserRow::new(user, hash), session.map(SessionRow::from));
        self.0
            .write("register a user", move |conn| {
                transaction(conn, move |conn| {
                    async move {
                        // Whether the address is free is only certain once it is taken: no reading first. Another conflict
                        // than that of the address (an id twice) is a defect, and fails.
                        let inserted = diesel::insert_into(users::table)
                            .values(user)
                            .on_conflict(users::email)
                            .do_nothing()
                            .execute(conn)
                            .await?;
                        if inserted == 0 {
                            return Ok(RegistrationOutcome::EmailTaken);
                        }
                        counters::make(conn, id, TaskCounter::default()).await?;
                        if let Some(session) = session {
                            diesel::insert_into(sessions_table::table)
                                .values(session)
                                .execute(conn)
                                .await?;
                        }
                        Ok(RegistrationOutcome::Registered)
                    }
                    .boxed()
                })
                .boxed()
            })
            .await
    }

    async fn find(&self, id: UserId) -> Result<Option<User>, InfraError> {
        let query = users::table
            .find(DbId(id.uuid()))
            .select(UserRow::as_select());
        let found = self.0.read_by_key("find a user", query).await?;
        let row = found.into_iter().next();
        row.map(UserRow::parse).transpose()
    }

    async fn credentials(
        &self,
        email: &EmailAddress,
    ) -> Result<Option<StoredCredentials>, InfraError> {
        let email = email.as_str().to_owned();
        let row = self
            .0
            .read("look up credentials", |conn| {
                users::table
                    .filter(users::email.eq(email))
                    .select(CredentialsRow::as_select())
                    .get_result(conn)
                    .map(OptionalExtension::optional)
                    .boxed()
            })
            .await?;
        row.map(CredentialsRow::parse).transpose()
    }

    async fn credentials_of(&self, id: UserId) -> Result<Option<StoredCredentials>, InfraError> {
        let row = self
            .0
            .read("look up credentials", move |conn| {
                users::table
                    .find(DbId(id.uuid()))
                    .select(CredentialsRow::as_select())
                    .get_result(conn)
                    .map(OptionalExtension::optional)
                    .boxed()
            })
            .await?;
        row.map(CredentialsRow::parse).transpose()
    }

    async fn list(&self, after: Option<UserId>, limit: u32) -> Result<Vec<User>, InfraError> {
        // No user has the nil id, and none sorts before it.
        let after = DbId(after.map_or_else(uuid::Uuid::nil, UserId::uuid));
        let rows = self
            .0
            .read("list users", move |conn| {
                users::table
                    .filter(users::id.gt(after))
                    .order(users::id)
                    .limit(limit.into())
                    .select(UserRow::as_select())
                    .load(conn)
                    .boxed()
            })
            .await?;
        rows.into_iter().map(UserRow::parse).collect()
    }

    async fn change_password(
        &self,
        id: UserId,
        change: &PasswordChange,
        now: Timestamp,
    ) -> Result<PasswordChangeOutcome, InfraError> {
        let change = change.clone();
        self.0
            .write("change a password", move |conn| {
                transaction(conn, move |conn| {
                    change_password(conn, id, change, now).boxed()
                })
                .boxed()
            })
            .await
    }

    async fn set_password(
        &self,
        id: UserId,
        new: &PasswordHash,
        now: Timestamp,
    ) -> Result<Option<Vec<SessionId>>, InfraError> {
        let new = new.clone();
        self.0
            .write("set a password", move |conn| {
                transaction(conn, move |conn| set_password(conn, id, new, now).boxed()).boxed()
            })
            .await
    }

    async fn delete(
        &self,
        id: UserId,
        expected: &PasswordHash,
        now: Timestamp,
    ) -> Result<Option<Vec<SessionId>>, InfraError> {
        let expected = expected.clone();
        self.0
            .write("delete a user", move |conn| {
                transaction(conn, move |conn| delete(conn, id, expected, now).boxed()).boxed()
            })
            .await
    }
}

#[async_trait]
impl ExternalUserRepository for DieselUsers {
    async fn find_or_register(
        &self,
        identity: &ExternalIdentity,
        newcomer: &User,
    ) -> Result<UserId, InfraError> {
        external::find_or_register(&self.0, identity, newcomer).await
    }
}

/// Whether this is the stored hash. If it is, it stays so until the end of the transaction.
pub(super) async fn has_hash(
    conn: &mut Conn,
    id: UserId,
    expected: &PasswordHash,
) -> QueryResult<bool> {
    let stored = locked_hash(conn, DbId(id.uuid())).await?;
    Ok(stored.is_some_and(|stored| stored == expected.reveal()))
}

/// Stores another hash, and locks the user until the end of the transaction; false if there is none.
pub(super) async fn store_hash(
    conn: &mut Conn,
    id: UserId,
    new: &PasswordHash,
) -> QueryResult<bool> {
    let updated = diesel::update(users::table.find(DbId(id.uuid())))
        .set(users::password_hash.eq(new.reveal().to_owned()))
        .execute(conn)
        .await?;
    Ok(updated > 0)
}

async fn change_password(
    conn: &mut Conn,
    id: UserId,
    change: PasswordChange,
    now: Timestamp,
) -> QueryResult<PasswordChangeOutcome> {
    // The user is locked before the session, as everywhere, though the session is judged first.
    let is_expected = has_hash(conn, id, &change.expected).await?;
    let Some(kept) = sessions::renewed(conn, id, change.keep, now).await? else {
        return Ok(PasswordChangeOutcome::SessionEnded);
    };
    if !is_expected {
        return Ok(PasswordChangeOutcome::HashMismatch);
    }
    store_hash(conn, id, &change.new).await?;
    sessions::store_generation(conn, &kept).await?;
    let ended = session_ends::end_others(conn, id, Some(kept.id), now).await?;
    Ok(PasswordChangeOutcome::Changed { kept, ended })
}

/// The hash first, which locks the user: a sign-in that is under way is through already, or finds another hash.
async fn set_password(
    conn: &mut Conn,
    id: UserId,
    new: PasswordHash,
    now: Timestamp,
) -> QueryResult<Option<Vec<SessionId>>> {
    if !store_hash(conn, id, &new).await? {
        return Ok(None);
    }
    session_ends::end_others(conn, id, None, now)
        .await
        .map(Some)
}

/// Sessions first, so that they are remembered; then the counter, so that whoever waits for it to store a task then finds no
/// owner; the rest of the account goes with the user.
async fn delete(
    conn: &mut Conn,
    id: UserId,
    expected: PasswordHash,
    now: Timestamp,
) -> QueryResult<Option<Vec<SessionId>>> {
    if !has_hash(conn, id, &expected).await? {
        return Ok(None);
    }
    let ended = session_ends::end_others(conn, id, None, now).await?;
    let id = DbId(id.uuid());
    diesel::delete(task_counters::table.find(id))
        .execute(conn)
        .await?;
    diesel::delete(tasks::table.filter(tasks::owner_id.eq(id)))
        .execute(conn)
        .await?;
    diesel::delete(deleted_tasks::table.filter(deleted_tasks::owner_id.eq(id)))
        .execute(conn)
        .await?;
    diesel::delete(users::table.find(id)).execute(conn).await?;
    Ok(Some(ended))
}
