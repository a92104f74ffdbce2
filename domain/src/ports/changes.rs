//! Where the order of changes is read: what happened after a position, how far owners have come, what may be forgotten.

use std::time::Duration;

use async_trait::async_trait;

use super::InfraError;
use crate::change::{ChangeNumber, Changes, Position};
use crate::id::UserId;
use crate::time::Timestamp;

/// What is known of the changes after a position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangesSince {
    /// Everything: here are the first of them.
    Known(Changes),
    /// Not everything, as [`Position::is_expired`] says: whoever was there must begin with nothing.
    Expired,
    /// There is no such owner (any more).
    UnknownOwner,
}

/// Reads the changes of tasks. Positions mean the same to every instance, and after a restart.
#[async_trait]
pub trait TaskChanges: Send + Sync {
    /// The first changes after a position, as they are at one moment and as [`Changes`] defines them; without a position,
    /// those after [`Position::beginning`]. Whatever is not told now lies after [`Changes::end`]: who asks on from there
    /// learns of every change, in whatever order those were committed that were made at the same time.
    ///
    /// Deletions that do not matter to whoever is there ([`Position::misses_deletion`]) are left out.
    async fn since(
        &self,
        owner: UserId,
        after: Option<Position>,
        first: u32,
    ) -> Result<ChangesSince, InfraError>;
    /// How far the changes of these owners have come, in one query for all; those that are not there (any more) are missing.
    async fn newest(&self, owners: &[UserId]) -> Result<Vec<(UserId, ChangeNumber)>, InfraError>;
    /// Clears away up to `limit` of what is kept of deleted tasks, of all owners, and says how many rows that were; 0 means
    /// that nothing is left to do. Texts go after [`RESTORABLE_FOR`](crate::change::RESTORABLE_FOR). The rest goes after
    /// `keep`, if that is longer, and with it the positions expire that lie before it.
    async fn clear_deletions(
        &self,
        now: Timestamp,
        keep: Duration,
        limit: u32,
    ) -> Result<u64, InfraError>;
}
