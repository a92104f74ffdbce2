//! The oracle: the same schema, served by the library's plain integration with its own parser and validation, answers what
//! our own way answers. For every operation of the contract, and for a few thousand generated ones.
//!
//! Where the two differ, the library is wrong, and [`differences`] says where and proves it.

#![expect(
    clippy::expect_used,
    reason = "a test that cannot go on says why and fails"
)]

mod answer;
mod case;
mod contract;
mod differences;
#[path = "../judge/generate.rs"]
mod generate;
mod generated;
mod grounding;
mod integration;
mod library;
#[path = "../judge/mutate.rs"]
mod mutate;
#[path = "../judge/random.rs"]
mod random;
mod reads;
mod scene;
mod service;
mod socket;
mod subscriptions;
#[path = "../judge/values.rs"]
mod values;
mod writes;

use case::Case;
