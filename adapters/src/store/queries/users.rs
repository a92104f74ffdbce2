//! Users.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::FutureExt;
use taskhive_domain::UserId;
use taskhive_domain::ports::{InfraError, RegistrationOutcome, UserRepository};
use taskhive_domain::session::Session;
use taskhive_domain::user::{EmailAddress, PasswordHash, StoredCredentials, User};

use super::backend::Database;
use super::transaction::transaction;
use crate::store::rows::{CredentialsRow, NewUserRow, SessionRow, UserRow};
use crate::store::schema::{sessions, users};
use crate::store::types::DbId;

/// All users.
pub(crate) struct DieselUsers(pub(crate) Database);

#[async_trait]
impl UserRepository for DieselUsers {
    async fn register(
        &self,
        user: &User,
        hash: &PasswordHash,
        session: &Session,
    ) -> Result<RegistrationOutcome, InfraError> {
        let (user, session) = (NewUserRow::new(user, hash), SessionRow::from(session));
        self.0
            .write("register a user", |conn| {
                transaction(conn, |conn| {
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
                        diesel::insert_into(sessions::table)
                            .values(session)
                            .execute(conn)
                            .await?;
                        Ok(RegistrationOutcome::Registered)
                    }
                    .boxed()
                })
                .boxed()
            })
            .await
    }

    async fn find(&self, id: UserId) -> Result<Option<User>, InfraError> {
        let row = self
            .0
            .read("find a user", move |conn| {
                users::table
                    .find(DbId(id.uuid()))
                    .select(UserRow::as_select())
                    .get_result(conn)
                    .map(OptionalExtension::optional)
                    .boxed()
            })
            .await?;
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

    async fn rehash(
        &self,
        id: UserId,
        old: &PasswordHash,
        new: &PasswordHash,
    ) -> Result<bool, InfraError> {
        let (old, new) = (old.reveal().to_owned(), new.reveal().to_owned());
        let updated = self
            .0
            .write("replace a password hash", move |conn| {
                let unchanged = users::table
                    .find(DbId(id.uuid()))
                    .filter(users::password_hash.eq(old));
                diesel::update(unchanged)
                    .set(users::password_hash.eq(new))
                    .execute(conn)
                    .boxed()
            })
            .await?;
        Ok(updated > 0)
    }
}
