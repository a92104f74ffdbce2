//! Stand-ins for the outside, and the contract every repository keeps.
//!
//! The stand-ins keep every promise of their ports but those that cost time or need secrecy: passwords and tokens are readable
//! here. Only for tests; the feature `testing` must never be switched on in a release.

pub mod contract;
mod events;
mod memory;
mod plain;

pub use events::MemoryEvents;
pub use memory::MemoryStore;
pub use plain::{InsecureHasher, ManualClock, PlainIssuer, RecordedEnds, signed_in};
