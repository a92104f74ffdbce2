//! What is selected of an object, as it stands in the document.

use std::collections::HashMap;

use async_graphql::parser::types::{Field, FragmentDefinition, Selection, SelectionSet};
use async_graphql::{
    Context, ContextSelectionSet, Name, Positioned, QueryEnv, Value as ConstValue,
};

use super::Object;

/// The fragments of a document, by name.
pub(crate) type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

/// A selection set and the fragments it may spread. `@skip` and `@include` have been applied to it before.
#[derive(Clone, Copy)]
pub(crate) struct Selections<'a> {
    set: &'a SelectionSet,
    fragments: &'a Fragments,
    /// Where variables are looked up. Nowhere if they have been replaced by their values.
    variables: Option<&'a QueryEnv>,
}

impl<'a> Selections<'a> {
    /// What a document holds.
    pub(crate) fn new(set: &'a SelectionSet, fragments: &'a Fragments) -> Self {
        Self {
            set,
            fragments,
            variables: None,
        }
    }

    /// What is selected in the field that is being resolved.
    pub(super) fn in_field(ctx: &Context<'a>) -> Self {
        Self {
            variables: Some(ctx.query_env),
            ..Self::new(&ctx.item.node.selection_set.node, &ctx.query_env.fragments)
        }
    }

    /// What is selected in the object that is being resolved.
    pub(super) fn of(ctx: &ContextSelectionSet<'a>) -> Self {
        Self {
            variables: Some(ctx.query_env),
            ..Self::new(&ctx.item.node, &ctx.query_env.fragments)
        }
    }

    /// The value of a variable: what was given, or its default.
    pub(super) fn variable(self, name: &Name) -> Option<ConstValue> {
        let env = self.variables?;
        let given = env.variables.get(name).cloned();
        given.or_else(|| {
            let mut declared = env.operation.node.variable_definitions.iter();
            let declared = declared.find(|variable| variable.node.name.node == *name)?;
            declared
                .node
                .default_value
                .as_ref()
                .map(|value| value.node.clone())
        })
    }

    /// Visits each field that is selected of a `T`, in the order of the document and through the fragments that apply.
    pub(super) fn each<T: Object>(self, visit: &mut impl FnMut(&'a Field)) {
        let applies = |condition: &str| {
            condition == T::NAME || T::INTERFACES.iter().any(|one| one.name == condition)
        };
        for selection in &self.set.items {
            match &selection.node {
                Selection::Field(field) => visit(&field.node),
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref();
                    if condition.is_none_or(|condition| applies(&condition.node.on.node)) {
                        self.within(&fragment.node.selection_set).each::<T>(visit);
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = self.fragments.get(&spread.node.fragment_name.node);
                    if let Some(Positioned { node, .. }) = fragment
                        && applies(&node.type_condition.node.on.node)
                    {
                        self.within(&node.selection_set).each::<T>(visit);
                    }
                }
            }
        }
    }

    /// What stands in a selection set of the same document.
    pub(super) fn within(self, set: &'a Positioned<SelectionSet>) -> Self {
        Self {
            set: &set.node,
            ..self
        }
    }
}
