//! What the domain needs from the outside. The only folder to read before writing an adapter; the promises in prose here are
//! checked by `testing::contract`.

mod authentication;
mod batches;
mod changes;
mod events;
mod sessions;
mod tasks;
mod users;

pub use self::authentication::{
    AuthenticationError, IdentityProvider, PasswordHasher, TokenIssuer, Verification,
};
pub use self::batches::{BatchDeletion, BatchInsertion, BatchUpdate};
pub use self::changes::{ChangesSince, TaskChanges};
pub use self::events::{Poke, TaskEvents, TaskPokes};
pub use self::sessions::{EndedSession, SessionEvents, SessionRepository, SignIn};
pub use self::tasks::{Insertion, Move, Restoration, TaskRepository, Update};
pub use self::users::{
    ExternalUserRepository, PasswordChange, PasswordChangeOutcome, RegistrationOutcome,
    UserRepository,
};
pub use crate::archive::Archive;
pub use crate::infra_error::{InfraError, InfraErrorKind};

use crate::time::Timestamp;

/// Reads the time.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}
