//! The ports of the domain, implemented: each module is named after its technique and opens up as few names as the wiring
//! needs. What a port promises stands in `taskhive_domain::ports`; rules are nowhere in this crate, and no technique (Diesel
//! above all) appears in a public signature.

pub mod argon2;
pub mod backend;
pub mod clock;
mod error_chain;
pub mod events;
pub mod external_issuer;
mod https;
pub mod jwt;
pub mod known_users;
pub mod store;
mod tls;
pub mod traces;

pub use self::error_chain::error_chain;
