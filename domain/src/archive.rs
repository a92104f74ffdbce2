//! Whole accounts, to be kept in a file or moved to another database. Everything that is stored of a person belongs to one,
//! but for sessions: they are short-lived, and whoever signs in again gets a new one.

use async_trait::async_trait;

use crate::id::{TaskId, UserId};
use crate::identity::ExternalIdentity;
use crate::ports::InfraError;
use crate::task::Task;
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
    ) -> Result<Vec<Task>, InfraError>;
    /// Those of the accounts that cannot be restored, because their id has another address here, or somebody else has
    /// their address or one of their identities.
    async fn conflicts(&self, accounts: &[AccountRecord]) -> Result<Vec<UserId>, InfraError>;
    /// Stores the accounts that are not there yet, all or none, and says how many they were. An account that
    /// [`conflicts`](Self::conflicts) names fails all.
    async fn restore_accounts(&self, accounts: &[AccountRecord]) -> Result<u64, InfraError>;
    /// Stores the tasks whose ids the owner has none with yet, all or none, and says how many they were. Fails if there is no
    /// such owner.
    async fn restore_tasks(&self, owner: UserId, tasks: &[Task]) -> Result<u64, InfraError>;
}
