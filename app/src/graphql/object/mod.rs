//! Output objects: their types in the schema and their resolution, from one list of fields.
//!
//! [`object!`] makes of the list the same type in the schema as the library's derives would, and an eager resolution: the
//! library makes a future and a box of every field, which for a page of tasks costs more than reading it from the database.
//! Here one walk over the selection asks the object for what is selected, and for nothing else: an ID or a cursor becomes
//! text when somebody wants it. Fields of objects have no arguments, do not wait and do not fail; whatever needs a use case
//! is a root field, and those stay with the library.

mod define;
mod registration;
mod values;

use std::collections::HashMap;

use async_graphql::indexmap::IndexMap;
use async_graphql::indexmap::map::Entry;
use async_graphql::parser::types::{Field, FragmentDefinition, Selection, SelectionSet};
use async_graphql::{
    Context, ContextSelectionSet, Name, OutputType, Positioned, ServerError, ServerResult, Value,
};

pub(crate) use define::object;
pub(crate) use registration::{FieldDefinition, InterfaceDefinition, register, register_interface};
pub(crate) use values::{Eager, leaf};

/// An object of the schema. Implemented by [`object!`] alone.
pub(crate) trait Object: OutputType {
    /// One of its fields.
    type Field: Copy + 'static;

    /// Its name in the schema.
    const NAME: &'static str;
    /// The lines of its description.
    const DESCRIPTION: &'static [&'static str];
    /// The interfaces it implements.
    const INTERFACES: &'static [InterfaceDefinition];
    /// Its fields in the order of the schema.
    const FIELDS: &'static [FieldDefinition];

    /// The field of that name.
    fn named(name: &str) -> Option<Self::Field>;

    /// The value of one field. `below` is what was selected in it, for fields that hold objects themselves.
    fn value_of(&self, field: Self::Field, below: Selections<'_>) -> ServerResult<Value>;
}

/// A selection set and the fragments it may spread. `@skip` and `@include` have been applied to it before.
#[derive(Clone, Copy)]
pub(crate) struct Selections<'a> {
    set: &'a SelectionSet,
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
}

impl<'a> Selections<'a> {
    /// What is selected in the field that is being resolved.
    pub(crate) fn in_field(ctx: &Context<'a>) -> Self {
        Self {
            set: &ctx.item.node.selection_set.node,
            fragments: &ctx.query_env.fragments,
        }
    }

    /// What is selected in the object that is being resolved.
    pub(crate) fn of(ctx: &ContextSelectionSet<'a>) -> Self {
        Self {
            set: &ctx.item.node,
            fragments: &ctx.query_env.fragments,
        }
    }

    /// Whether the field of that name is selected of a `T`, under whatever alias.
    pub(crate) fn ask_for<T: Object>(self, name: &str) -> bool {
        let mut found = false;
        let visited = self.each::<T>(&mut |field| {
            found |= field.name.node == name;
            Ok(())
        });
        visited.is_ok() && found
    }

    /// The object as it was asked for.
    pub(crate) fn resolve<T: Object>(self, object: &T) -> ServerResult<Value> {
        let mut fields = IndexMap::with_capacity(self.set.items.len());
        self.each::<T>(&mut |field| {
            let value = match field.name.node.as_str() {
                "__typename" => T::NAME.into(),
                name => {
                    object.value_of(known_field::<T>(name)?, self.within(&field.selection_set))?
                }
            };
            merge(&mut fields, field.response_key().node.clone(), value);
            Ok(())
        })?;
        Ok(Value::Object(fields))
    }

    /// Visits each field that is selected of a `T`, in the order of the document and through the fragments that apply.
    fn each<T: Object>(
        self,
        visit: &mut impl FnMut(&'a Field) -> ServerResult<()>,
    ) -> ServerResult<()> {
        let applies = |condition: &str| {
            condition == T::NAME || T::INTERFACES.iter().any(|one| one.name == condition)
        };
        for selection in &self.set.items {
            match &selection.node {
                Selection::Field(field) => visit(&field.node)?,
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref();
                    if condition.is_none_or(|condition| applies(&condition.node.on.node)) {
                        self.within(&fragment.node.selection_set).each::<T>(visit)?;
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = self.fragments.get(&spread.node.fragment_name.node);
                    if let Some(Positioned { node, .. }) = fragment
                        && applies(&node.type_condition.node.on.node)
                    {
                        self.within(&node.selection_set).each::<T>(visit)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn within(self, set: &'a Positioned<SelectionSet>) -> Self {
        Self {
            set: &set.node,
            ..self
        }
    }
}

/// Admission knows the same list of fields, so it has refused every other name. Were one to get here, the error has no code:
/// it is masked and logged.
fn known_field<T: Object>(name: &str) -> ServerResult<T::Field> {
    T::named(name)
        .ok_or_else(|| ServerError::new(format!("`{}` has no field `{name}`", T::NAME), None))
}

/// A key that is selected twice is one key with what both selections want (GraphQL, "Field Selection Merging").
fn merge(fields: &mut IndexMap<Name, Value>, key: Name, value: Value) {
    match (fields.entry(key), value) {
        (Entry::Vacant(entry), value) => {
            entry.insert(value);
        }
        (Entry::Occupied(entry), value) => match (entry.into_mut(), value) {
            (Value::Object(present), Value::Object(more)) => merge_objects(present, more),
            (Value::List(present), Value::List(more)) => {
                for (present, more) in present.iter_mut().zip(more) {
                    if let (Value::Object(present), Value::Object(more)) = (present, more) {
                        merge_objects(present, more);
                    }
                }
            }
            _ => {}
        },
    }
}

fn merge_objects(present: &mut IndexMap<Name, Value>, more: IndexMap<Name, Value>) {
    for (key, value) in more {
        merge(present, key, value);
    }
}

#[cfg(test)]
mod tests;
