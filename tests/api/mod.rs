//! Drives the service from outside, over HTTP, as its clients do. Everything runs on the database that
//! `TASKHIVE_TEST_DATABASE` names, `sqlite` (the default) or `postgres`: `make test` runs it on both.
//!
//! Reading order: the modules in the order of the public contract.

mod access;
mod accounts;
mod arranging;
mod audit;
mod batches;
mod both;
mod changes;
mod hostile;
mod http;
mod list;
mod listing;
mod masking;
mod readme;
mod sessions;
mod story;
mod validation;
mod walks;
