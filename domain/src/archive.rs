//! Whole accounts, to be kept in a file or moved to another database. Everything that is stored of a person belongs to one,
//! but for sessions: they are short-lived, and whoever signs in again gets a new one.

use async_trait::async_trait;

use crate::change::{DeletedTask, StoredTask, TaskCounter};
use crate::id::{TaskId, UserId};
use crate::identity::ExternalIdentity;
use crate::ports::InfraError;
use crate::user::{EmailAddress, PasswordHash, User};

/// A user and how they sign in.
#[derive(Debug, Clone)]
pub struct AccountRecord {
    /// Who.
    pub user: User,
    /// Of their password; [`PasswordHash::unusable`] if they have none here.
    pub hash: PasswordHash,
    /// Who they are at identity providers, by issuer and subject.
    pub identities: Vec<ExternalIdentity>,
    /// How far the changes of their tasks have come.
    pub counter: TaskCounter,
}

/// Which numbers restored tasks and deletions get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbering {
    /// Those they had, so that positions go on meaning the same: for accounts that were restored a moment ago, with their
    /// counters. A number beyond the counter was given while the account was being archived; all earlier positions expire
    /// with it.
    Kept,
    /// The next ones of the owner, in the order in which they were changed: for accounts that were there already, whose
    /// readers must learn of what is new, and for archives without numbers.
    New,
}

/// Reads accounts as they are stored, and stores them so.
///
/// Restoring leaves alone what is there already, so it can be broken off and repeated: a second time stores what is missing
/// and changes nothing else.
#[async_trait]
pub trait Archive: Send + Sync {
    /// Up to `limit` accounts with ids after this one, by id.
    async fn accounts(
        &self,
        after: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<AccountRecord>, InfraError>;
    /// The account with this address.
    async fn account(&self, email: &EmailAddress) -> Result<Option<AccountRecord>, InfraError>;
    /// Up to `limit` of the owner's tasks with ids after this one, by id.
    async fn tasks(
        &self,
        owner: UserId,
        after: Option<TaskId>,
        limit: u32,
    ) -> Result<Vec<StoredTask>, InfraError>;
    /// Up to `limit` of the owner's deleted tasks with ids after this one, by id.
    async fn deleted_tasks(
        &self,
        owner: UserId,
        after: Option<TaskId>,
        limit: u32,
    ) -> Result<Vec<DeletedTask>, InfraError>;
    /// Those of the accounts that cannot be restored, because their id has another address here, or somebody else has
    /// their address or one of their identities.
    async fn conflicts(&self, accounts: &[AccountRecord]) -> Result<Vec<UserId>, InfraError>;
    /// Stores the accounts that are not there yet, all or none, with their counters, and names them. An account that
    /// [`conflicts`](Self::conflicts) names fails all.
    async fn restore_accounts(&self, accounts: &[AccountRecord])
    -> Result<Vec<UserId>, InfraError>;
    /// Stores the tasks whose ids the owner has none with yet, nor deleted one, all or none, and says how many they were.
    /// Fails if there is no such owner.
    async fn restore_tasks(
        &self,
        owner: UserId,
        tasks: &[StoredTask],
        numbering: Numbering,
    ) -> Result<u64, InfraError>;
    /// The same for deleted tasks.
    async fn restore_deleted_tasks(
        &self,
        owner: UserId,
        tasks: &[DeletedTask],
        numbering: Numbering,
    ) -> Result<u64, InfraError>;
}
