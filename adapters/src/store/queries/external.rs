//! Users who sign in elsewhere: which user an identity stands for, and making one at first sight.

use diesel::QueryResult;
use diesel::prelude::*;
use diesel::result::Error as DieselError;
use futures_util::FutureExt;
use taskhive_domain::UserId;
use taskhive_domain::change::TaskCounter;
use taskhive_domain::identity::ExternalIdentity;
use taskhive_domain::ports::InfraError;
use taskhive_domain::user::{EmailAddress, PasswordHash, User};

use super::backend::{Conn, Database, RunQueryDsl};
use super::counters;
use super::transaction::transaction;
use crate::store::errors;
use crate::store::rows::{ExternalIdentityRow, NewUserRow};
use crate::store::schema::{external_identities, users};
use crate::store::types::DbId;

/// The user, read; or stored, and if somebody else was faster, read again.
pub(super) async fn find_or_register(
    database: &Database,
    identity: &ExternalIdentity,
    newcomer: &User,
) -> Result<UserId, InfraError> {
    if let Some(user) = find(database, identity).await? {
        return Ok(user);
    }
    let (row, newcomer) = (
        ExternalIdentityRow::new(identity, newcomer.id),
        newcomer.clone(),
    );
    let registered = database
        .write("register an external user", move |conn| {
            async move {
                let work = transaction(conn, move |conn| register(conn, row, newcomer).boxed());
                match work.await {
                    Err(DieselError::RollbackTransaction) => Ok(None),
                    outcome => outcome.map(Some),
                }
            }
            .boxed()
        })
        .await?;
    match registered {
        Some(user) => Ok(user),
        None => find(database, identity)
            .await?
            .ok_or_else(|| errors::changed_meanwhile("register an external user")),
    }
}

async fn find(
    database: &Database,
    identity: &ExternalIdentity,
) -> Result<Option<UserId>, InfraError> {
    let key = (identity.issuer().to_owned(), identity.subject().to_owned());
    let id = database
        .read("find an external user", move |conn| {
            external_identities::table
                .find(key)
                .select(external_identities::user_id)
                .get_result::<DbId>(conn)
                .map(OptionalExtension::optional)
                .boxed()
        })
        .await?;
    Ok(id.map(|id| UserId::from_uuid(id.0)))
}

/// The user first, because the identity refers to it. A second one who comes with the same identity waits at the unique key
/// until the first is through, and is then taken back whole.
async fn register(
    conn: &mut Conn,
    identity: ExternalIdentityRow,
    newcomer: User,
) -> QueryResult<UserId> {
    let id = newcomer.id;
    if !insert(conn, &newcomer).await? {
        let email = EmailAddress::placeholder(id);
        insert(conn, &User { email, ..newcomer }).await?;
    }
    counters::make(conn, id, TaskCounter::default()).await?;
    let inserted = diesel::insert_into(external_identities::table)
        .values(identity)
        .on_conflict((external_identities::issuer, external_identities::subject))
        .do_nothing()
        .execute(conn)
        .await?;
    if inserted == 0 {
        return Err(DieselError::RollbackTransaction);
    }
    Ok(id)
}

/// Whether the address was free.
async fn insert(conn: &mut Conn, user: &User) -> QueryResult<bool> {
    let inserted = diesel::insert_into(users::table)
        .values(NewUserRow::new(user, &PasswordHash::unusable()))
        .on_conflict(users::email)
        .do_nothing()
        .execute(conn)
        .await?;
    Ok(inserted > 0)
}
