//! Objects that can be fetched again by their ID.

use std::borrow::Cow;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{ContextSelectionSet, ID, OutputType, Positioned, ServerResult, Value};

use super::account::{Session, User};
use super::task::Task;
use crate::graphql::object::{FieldDefinition, Object, register_interface, resolve};

/// An object that can be fetched again by its ID.
pub(crate) enum Node {
    User(User),
    Task(Task),
    Session(Session),
}

/// By hand, because the library's derive resolves an object through futures of its fields, which ours do not have.
impl OutputType for Node {
    fn type_name() -> Cow<'static, str> {
        "Node".into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        let id = FieldDefinition {
            name: "id",
            description: &["Globally unique and opaque. Safe to put in a URL."],
            arguments: |_| Vec::new(),
            register: <ID as OutputType>::create_type_info,
        };
        let description = &["An object that can be fetched again by its ID."];
        let objects = [User::NAME, Task::NAME, Session::NAME];
        register_interface::<Self>(registry, description, &[id], &objects)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        let key = &field.node.response_key().node;
        match self {
            Self::User(user) => resolve(user, key, ctx),
            Self::Task(task) => resolve(task, key, ctx),
            Self::Session(session) => resolve(session, key, ctx),
        }
    }
}
