//! Rows, and how they become domain values. The rules for input are not asked again on the way out: they may have been
//! others when the row was written, and one such row would make a whole page unreadable. What has never been allowed is a
//! defect, and is reported by table, column and id; never by its content.

use diesel::prelude::{Insertable, Queryable, Selectable};
use taskhive_domain::change::{ChangeNumber, StoredTask};
use taskhive_domain::identity::ExternalIdentity;
use taskhive_domain::listing::fold;
use taskhive_domain::ports::{EndedSession, InfraError, InfraErrorKind};
use taskhive_domain::session::Session;
use taskhive_domain::task::{Priority, Rank, Task, TaskDescription, TaskTitle};
use taskhive_domain::user::{EmailAddress, PasswordHash, StoredCredentials, User};
use taskhive_domain::{SessionId, TaskId, UserId};
use uuid::Uuid;

use super::schema::{ended_sessions, external_identities, sessions, tasks, users};
use super::tags;
use super::types::{DbDay, DbId, DbTime};

/// A text as the database has it, and folded for searching.
#[derive(Debug, Clone)]
pub(crate) struct Folded {
    pub(crate) text: String,
    pub(crate) folded: String,
}

impl Folded {
    pub(crate) fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            folded: fold(text),
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = tasks)]
pub(crate) struct TaskRow {
    id: DbId,
    title: String,
    description: String,
    created_at: DbTime,
    updated_at: DbTime,
    completed_at: Option<DbTime>,
    version: i32,
    due_on: Option<DbDay>,
    priority: i16,
    tags: String,
    rank: i64,
    change: i64,
    moved_change: Option<i64>,
}

impl TaskRow {
    pub(crate) const fn id(&self) -> DbId {
        self.id
    }

    /// Whether this change was the newest one of the task.
    pub(crate) const fn is_of(&self, change: i64) -> bool {
        self.change == change
    }

    pub(crate) fn parse(self) -> Result<Task, InfraError> {
        let id = self.id.0;
        Ok(Task {
            id: TaskId::from_uuid(id),
            title: readable("tasks.title", id, TaskTitle::from_stored(self.title))?,
            description: TaskDescription::from_stored(self.description),
            created_at: self.created_at.0,
            updated_at: self.updated_at.0,
            completed_at: self.completed_at.map(|at| at.0),
            version: self.version,
            due_on: self.due_on.map(|day| day.0),
            priority: readable("tasks.priority", id, priority(self.priority))?,
            tags: readable("tasks.tags", id, tags::read(&self.tags))?,
            rank: Rank::new(self.rank),
            change: ChangeNumber::new(self.change),
            moved: self.moved_change.map(ChangeNumber::new),
        })
    }
}

/// A task, and the change that brought it here.
#[derive(Queryable, Selectable)]
#[diesel(table_name = tasks)]
pub(crate) struct StoredTaskRow {
    #[diesel(embed)]
    task: TaskRow,
    created_change: i64,
}

impl StoredTaskRow {
    pub(crate) fn parse(self) -> Result<StoredTask, InfraError> {
        Ok(StoredTask {
            task: self.task.parse()?,
            created_change: ChangeNumber::new(self.created_change),
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions)]
pub(crate) struct SessionRow {
    id: DbId,
    user_id: DbId,
    generation: i32,
    user_agent: String,
    created_at: DbTime,
    last_used_at: DbTime,
    renewed_at: Option<DbTime>,
}

impl From<&Session> for SessionRow {
    fn from(session: &Session) -> Self {
        Self {
            id: DbId(session.id.uuid()),
            user_id: DbId(session.user.uuid()),
            generation: session.generation,
            user_agent: session.user_agent.clone(),
            created_at: DbTime(session.created_at),
            last_used_at: DbTime(session.last_used_at),
            renewed_at: session.renewed_at.map(DbTime),
        }
    }
}

/// A session has no text with rules, so its row cannot fail to parse.
impl From<SessionRow> for Session {
    fn from(row: SessionRow) -> Self {
        Self {
            id: SessionId::from_uuid(row.id.0),
            user: UserId::from_uuid(row.user_id.0),
            generation: row.generation,
            user_agent: row.user_agent,
            created_at: row.created_at.0,
            last_used_at: row.last_used_at.0,
            renewed_at: row.renewed_at.map(|at| at.0),
        }
    }
}

/// The columns of a user that anybody but the sign-in needs. The hash is not among them.
#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
pub(crate) struct UserRow {
    id: DbId,
    email: String,
    created_at: DbTime,
}

impl UserRow {
    pub(crate) fn parse(self) -> Result<User, InfraError> {
        Ok(User {
            id: UserId::from_uuid(self.id.0),
            email: readable(
                "users.email",
                self.id.0,
                EmailAddress::from_stored(self.email),
            )?,
            created_at: self.created_at.0,
        })
    }
}

/// A user with the hash of their password.
#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
pub(crate) struct CredentialsRow {
    #[diesel(embed)]
    user: UserRow,
    password_hash: String,
}

impl CredentialsRow {
    /// The user's.
    pub(crate) fn id(&self) -> DbId {
        self.user.id
    }

    pub(crate) fn parse(self) -> Result<StoredCredentials, InfraError> {
        Ok(StoredCredentials {
            user: self.user.parse()?,
            hash: PasswordHash::new(self.password_hash),
        })
    }
}

#[derive(Insertable)]
#[diesel(table_name = users)]
pub(crate) struct NewUserRow {
    id: DbId,
    email: String,
    password_hash: String,
    created_at: DbTime,
}

impl NewUserRow {
    pub(crate) fn new(user: &User, hash: &PasswordHash) -> Self {
        Self {
            id: DbId(user.id.uuid()),
            email: user.email.as_str().to_owned(),
            password_hash: hash.reveal().to_owned(),
            created_at: DbTime(user.created_at),
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = ended_sessions)]
pub(crate) struct EndedSessionRow {
    session_id: DbId,
    ended_at: DbTime,
}

impl From<EndedSessionRow> for EndedSession {
    fn from(row: EndedSessionRow) -> Self {
        Self {
            id: SessionId::from_uuid(row.session_id.0),
            ended_at: row.ended_at.0,
        }
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = external_identities)]
pub(crate) struct ExternalIdentityRow {
    issuer: String,
    subject: String,
    user_id: DbId,
}

impl ExternalIdentityRow {
    pub(crate) fn new(identity: &ExternalIdentity, user: UserId) -> Self {
        Self {
            issuer: identity.issuer().to_owned(),
            subject: identity.subject().to_owned(),
            user_id: DbId(user.uuid()),
        }
    }

    pub(crate) fn key(&self) -> (&str, &str) {
        (&self.issuer, &self.subject)
    }

    /// Whether it is the row of this identity.
    pub(crate) fn is(&self, identity: &ExternalIdentity) -> bool {
        self.key() == (identity.issuer(), identity.subject())
    }

    /// Whether it belongs to this user.
    pub(crate) fn is_of(&self, user: Uuid) -> bool {
        self.user_id.0 == user
    }

    pub(crate) fn parse(&self) -> Result<ExternalIdentity, InfraError> {
        let identity = ExternalIdentity::new(self.issuer.as_str().into(), self.subject.clone());
        readable("external_identities.subject", self.user_id.0, identity)
    }
}

/// The priority of this level.
pub(super) fn priority(level: i16) -> Option<Priority> {
    u8::try_from(level).ok().and_then(Priority::from_level)
}

/// Not by the rules for input: they may have been others when the row was written.
pub(crate) fn readable<T>(column: &str, id: Uuid, read: Option<T>) -> Result<T, InfraError> {
    read.ok_or_else(|| {
        let context = format!("{column} of row {id} holds what was never allowed there");
        InfraError::bare(InfraErrorKind::Broken, context)
    })
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use aws_lc_rs::digest;

    use super::*;

    /// What every character is folded to. Folded texts are stored: a table that folds one of them differently makes searches
    /// miss rows that were written before, so it needs a migration (docs/operations.md, "Upgrades") before this may change.
    const FOLDING: &str = "b6b39a8637f383ad7dedb14892c2975f5b34b4660ace98154610b095d052b5e9";

    #[test]
    fn stored_texts_are_folded_as_searches_are() {
        let mut hash = digest::Context::new(&digest::SHA256);
        for char in char::MIN..=char::MAX {
            hash.update(Folded::new(char.encode_utf8(&mut [0; 4])).folded.as_bytes());
            hash.update(b"\n");
        }
        let hash = hash.finish();
        let hexadecimal = hash.as_ref().iter().fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").unwrap();
            text
        });
        assert_eq!(hexadecimal, FOLDING);
    }
}
