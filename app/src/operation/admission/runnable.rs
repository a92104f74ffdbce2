//! What the executor runs: the root fields of an operation, each key once, and beside them what is answered below each.
//!
//! The executor runs a root field that is selected twice under one key twice, and puts the two answers together item by item.
//! Between two pages of tasks somebody may have changed a task, and one answer would show the title of one beside the id of
//! another. By the specification ("Field Selection Merging") it is one field, with what both selections want.

use std::sync::Arc;

use apollo_compiler::response::JsonMap;
use async_graphql::indexmap::IndexMap;
use async_graphql::indexmap::map::Entry;
use async_graphql::parser::types::{
    ExecutableDocument, Field, FragmentDefinition, Selection, SelectionSet,
};
use async_graphql::{Name, Positioned};

use super::conditions;
use super::lowering::LoweredOperation;
use crate::graphql::object::{Fragments, PreparedRoots};

/// An operation that is ready to run. Cheap to copy: below the root fields it is shared.
#[derive(Clone)]
pub(super) struct Runnable {
    /// For the executor. What introspection asks for is all there; of everything else, the root fields alone.
    pub(super) document: ExecutableDocument,
    /// What is selected below the root fields.
    pub(super) below_roots: Arc<PreparedRoots>,
    /// The keys of the root in the order in which they are asked for.
    pub(super) response_keys: Arc<[String]>,
}

type RootFields = IndexMap<Name, Positioned<Field>>;

impl Runnable {
    /// What runs of an operation when its variables are these.
    pub(super) fn of(lowered: &LoweredOperation, variables: &JsonMap) -> Self {
        let fragments = lowered.fragments.iter().map(|(name, fragment)| {
            let applied = FragmentDefinition {
                type_condition: fragment.node.type_condition.clone(),
                directives: Vec::new(),
                selection_set: conditions::applied(
                    &fragment.node.selection_set,
                    variables,
                    conditions::is_at_root(&fragment.node),
                ),
            };
            (name.clone(), Positioned::new(applied, fragment.pos))
        });
        let fragments: Fragments = fragments.collect();
        let mut roots = RootFields::new();
        let operation = &lowered.operation.node;
        let selected = conditions::applied(&operation.selection_set, variables, true);
        merge(selected.node, &fragments, &mut roots);
        let (mut executed, mut below) = (Vec::new(), Vec::new());
        let response_keys = roots.keys().map(ToString::to_string).collect();
        for (key, mut root) in roots {
            if !is_introspection(&root.node) {
                let selected = std::mem::take(&mut root.node.selection_set.node);
                below.push((key, selected));
            }
            executed.push(root);
        }
        Self {
            document: lowered.running(executed, &fragments),
            below_roots: Arc::new(PreparedRoots::new(below, fragments)),
            response_keys,
        }
    }
}

/// Adds the root fields of a selection set, through its fragments. They fit whatever their condition says: there is one type
/// at the root, and validation has refused others. So are the arguments of two fields under one key the same.
fn merge(set: SelectionSet, fragments: &Fragments, roots: &mut RootFields) {
    for selection in set.items {
        match selection.node {
            Selection::Field(field) => match roots.entry(field.node.response_key().node.clone()) {
                Entry::Vacant(entry) => {
                    entry.insert(field);
                }
                Entry::Occupied(mut entry) => {
                    let more = field.node.selection_set.node.items;
                    entry.get_mut().node.selection_set.node.items.extend(more);
                }
            },
            Selection::InlineFragment(inline) => {
                merge(inline.node.selection_set.node, fragments, roots);
            }
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = fragments.get(&spread.node.fragment_name.node) {
                    merge(fragment.node.selection_set.node.clone(), fragments, roots);
                }
            }
        }
    }
}

/// The library answers introspection itself, all the way down.
fn is_introspection(root: &Field) -> bool {
    root.name.node.starts_with("__")
}
