//! The ports of the domain, implemented. What a caller gets are constructors and trait objects; the techniques behind
//! them (Diesel among them) appear in no public signature.

pub mod store;
