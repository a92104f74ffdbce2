//! The oracle: the same schema, served by the library's plain integration with its own parser and validation, answers what
//! our own way answers. For every operation of the contract, and for a few thousand generated ones.
//!
//! Where the two differ, the library is wrong, and [`differences`] says where and proves it.

mod answer;
mod case;
mod contract;
mod differences;
mod generated;
mod grounding;
mod integration;
mod library;
mod reads;
mod scene;
mod service;
mod socket;
mod subscriptions;
mod writes;
