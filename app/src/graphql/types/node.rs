//! Objects that can be fetched again by their ID.

use async_graphql::{ID, Interface};

use super::account::{Session, User};
use super::task::Task;

/// An object that can be fetched again by its ID.
#[derive(Interface)]
#[graphql(field(
    name = "id",
    ty = "&ID",
    desc = "Globally unique and opaque. Safe to put in a URL."
))]
pub(crate) enum Node {
    User(User),
    Task(Task),
    Session(Session),
}
