//! The ports of the domain, implemented. What a caller gets are constructors and trait objects; the techniques behind
//! them (Diesel among them) appear in no public signature.

pub mod store;

// The tests in here share their support with the integration tests, which know this crate by its name.
#[cfg(test)]
extern crate self as taskhive_adapters;
