//! The ports of the domain, implemented: each module is named after its technique and opens up as few names as the wiring
//! needs. What a port promises stands in `taskhive_domain::ports`; rules are nowhere in this crate, and no technique (Diesel
//! above all) appears in a public signature.

pub mod argon2;
pub mod clock;
pub mod events;
pub mod external_issuer;
pub mod jwt;
pub mod known_users;
pub mod store;

// The tests in here share their support with the integration tests, which know this crate by its name.
#[cfg(test)]
extern crate self as taskhive_adapters;
