//! Objects whose fields are all at hand, resolved in one walk over the selection.
//!
//! The library makes a future and a box of every field, which for a page of tasks costs more than reading it from the
//! database. [`InOneWalk`] gives the same answer without: the schema's types still come from the derived objects.

use std::borrow::Cow;
use std::collections::HashMap;

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{Field, FragmentDefinition, Selection, SelectionSet};
use async_graphql::registry::Registry;
use async_graphql::{
    ContextSelectionSet, Name, OutputType, Positioned, ScalarType, ServerResult, Value,
};

use super::types::account::User;
use super::types::connection::{PageInfo, TaskConnection, TaskEdge};
use super::types::task::Task;

/// An object whose fields are all at hand.
pub(crate) trait Plain {
    /// Its name in the schema, and those of its interfaces.
    const NAMES: &'static [&'static str];

    /// One field. `below` is what was selected in it, for fields that are objects themselves. Admission has refused names that
    /// are not in the schema.
    fn field(&self, name: &str, below: &Selected<'_>) -> Value;
}

/// A selection set and the fragments it may spread.
pub(crate) struct Selected<'a> {
    set: &'a SelectionSet,
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
}

impl Selected<'_> {
    pub(crate) fn object<T: Plain>(&self, object: &T) -> Value {
        let mut fields = IndexMap::with_capacity(self.set.items.len());
        self.collect(object, &mut fields);
        Value::Object(fields)
    }

    pub(crate) fn list<T: Plain>(&self, items: &[T]) -> Value {
        Value::List(items.iter().map(|item| self.object(item)).collect())
    }

    /// `@skip` and `@include` have been applied to the document before.
    fn collect<T: Plain>(&self, object: &T, fields: &mut IndexMap<Name, Value>) {
        for selection in &self.set.items {
            match &selection.node {
                Selection::Field(field) => {
                    let value = self.resolve(object, &field.node);
                    merge(fields, field.node.response_key().node.clone(), value);
                }
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref();
                    if condition.is_none_or(|on| T::NAMES.contains(&on.node.on.node.as_str())) {
                        self.within(&fragment.node.selection_set.node)
                            .collect(object, fields);
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = self.fragments.get(&spread.node.fragment_name.node);
                    let applies = |fragment: &&Positioned<FragmentDefinition>| {
                        T::NAMES.contains(&fragment.node.type_condition.node.on.node.as_str())
                    };
                    if let Some(fragment) = fragment.filter(applies) {
                        self.within(&fragment.node.selection_set.node)
                            .collect(object, fields);
                    }
                }
            }
        }
    }

    fn resolve<T: Plain>(&self, object: &T, field: &Field) -> Value {
        match field.name.node.as_str() {
            "__typename" => Value::from(T::NAMES.first().copied().unwrap_or_default()),
            name => object.field(name, &self.within(&field.selection_set.node)),
        }
    }

    fn within<'b>(&'b self, set: &'b SelectionSet) -> Selected<'b> {
        Selected {
            set,
            fragments: self.fragments,
        }
    }
}

/// A key that is selected twice is one key with what both selections want (GraphQL, "Field Selection Merging").
fn merge(fields: &mut IndexMap<Name, Value>, key: Name, value: Value) {
    match (fields.get_mut(&key), value) {
        (Some(Value::Object(present)), Value::Object(more)) => {
            more.into_iter()
                .for_each(|(key, value)| merge(present, key, value));
        }
        (Some(Value::List(present)), Value::List(more)) => {
            for (present, more) in present.iter_mut().zip(more) {
                if let (Value::Object(present), Value::Object(more)) = (present, more) {
                    more.into_iter()
                        .for_each(|(key, value)| merge(present, key, value));
                }
            }
        }
        (Some(_), _) => {}
        (None, value) => {
            fields.insert(key, value);
        }
    }
}

/// An object that is resolved in one walk. In the schema it is what it wraps.
pub(crate) struct InOneWalk<T>(pub(crate) T);

impl<T: OutputType + Plain> OutputType for InOneWalk<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        _: &Positioned<Field>,
    ) -> ServerResult<Value> {
        let selected = Selected {
            set: &ctx.item.node,
            fragments: &ctx.query_env.fragments,
        };
        Ok(selected.object(&self.0))
    }
}

impl Plain for TaskConnection {
    const NAMES: &'static [&'static str] = &["TaskConnection"];

    fn field(&self, name: &str, below: &Selected<'_>) -> Value {
        match name {
            "edges" => below.list(&self.edges),
            "nodes" => below.list(&self.nodes),
            "pageInfo" => below.object(&self.page_info),
            "totalCount" => self.total_count.into(),
            _ => Value::Null,
        }
    }
}

impl Plain for TaskEdge {
    const NAMES: &'static [&'static str] = &["TaskEdge"];

    fn field(&self, name: &str, below: &Selected<'_>) -> Value {
        match name {
            "cursor" => self.cursor.as_str().into(),
            "node" => below.object(&self.node),
            _ => Value::Null,
        }
    }
}

impl Plain for PageInfo {
    const NAMES: &'static [&'static str] = &["PageInfo"];

    fn field(&self, name: &str, _: &Selected<'_>) -> Value {
        let cursor = |cursor: &Option<String>| cursor.as_deref().map_or(Value::Null, Value::from);
        match name {
            "hasNextPage" => self.has_next_page.into(),
            "hasPreviousPage" => self.has_previous_page.into(),
            "startCursor" => cursor(&self.start_cursor),
            "endCursor" => cursor(&self.end_cursor),
            _ => Value::Null,
        }
    }
}

impl Plain for Task {
    const NAMES: &'static [&'static str] = &["Task", "Node"];

    fn field(&self, name: &str, _: &Selected<'_>) -> Value {
        match name {
            "id" => self.id.as_str().into(),
            "title" => self.title.as_str().into(),
            "description" => self.description.as_str().into(),
            "completed" => self.completed.into(),
            "createdAt" => ScalarType::to_value(&self.created_at),
            "updatedAt" => ScalarType::to_value(&self.updated_at),
            "completedAt" => self
                .completed_at
                .as_ref()
                .map_or(Value::Null, ScalarType::to_value),
            "version" => self.version.into(),
            _ => Value::Null,
        }
    }
}

impl Plain for User {
    const NAMES: &'static [&'static str] = &["User", "Node"];

    fn field(&self, name: &str, _: &Selected<'_>) -> Value {
        match name {
            "id" => self.id.as_str().into(),
            "email" => self.email.as_str().into(),
            "createdAt" => ScalarType::to_value(&self.created_at),
            _ => Value::Null,
        }
    }
}

#[cfg(test)]
mod tests;
