//! Stand-ins for the outside, and the contract every repository keeps.
