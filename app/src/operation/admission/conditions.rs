//! `@skip` and `@include`: the selections of a document that are left when they have been applied.

use apollo_compiler::response::{JsonMap, JsonValue};
use async_graphql::Positioned;
use async_graphql::parser::types::{Directive, Field, InlineFragment, Selection, SelectionSet};
use async_graphql_value::Value;

use super::lowering::LoweredOperation;

/// Whether what is selected depends on a variable.
pub(super) fn ask_variables(lowered: &LoweredOperation) -> bool {
    let fragments = lowered.fragments.values();
    let mut sets = fragments.map(|fragment| &fragment.node.selection_set.node);
    asks_variables(&lowered.operation.node.selection_set.node) || sets.any(asks_variables)
}

fn asks_variables(set: &SelectionSet) -> bool {
    let asks = |directive: &Positioned<Directive>| {
        let mut arguments = directive.node.arguments.iter();
        arguments.any(|(_, value)| matches!(value.node, Value::Variable(_)))
    };
    set.items.iter().any(|selection| {
        selection.node.directives().iter().any(asks)
            || match &selection.node {
                Selection::Field(field) => asks_variables(&field.node.selection_set.node),
                Selection::InlineFragment(inline) => {
                    asks_variables(&inline.node.selection_set.node)
                }
                Selection::FragmentSpread(_) => false,
            }
    })
}

/// What is left of a selection set, without the directives.
pub(super) fn applied(
    set: &Positioned<SelectionSet>,
    variables: &JsonMap,
) -> Positioned<SelectionSet> {
    let left = set.node.items.iter().filter_map(|selection| {
        if !is_included(selection.node.directives(), variables) {
            return None;
        }
        let left = match &selection.node {
            Selection::Field(field) => {
                let left = Field {
                    directives: Vec::new(),
                    selection_set: applied(&field.node.selection_set, variables),
                    alias: field.node.alias.clone(),
                    name: field.node.name.clone(),
                    arguments: field.node.arguments.clone(),
                };
                Selection::Field(Positioned::new(left, field.pos))
            }
            Selection::InlineFragment(inline) => {
                let left = InlineFragment {
                    directives: Vec::new(),
                    selection_set: applied(&inline.node.selection_set, variables),
                    type_condition: inline.node.type_condition.clone(),
                };
                Selection::InlineFragment(Positioned::new(left, inline.pos))
            }
            Selection::FragmentSpread(spread) => {
                let mut left = spread.clone();
                left.node.directives.clear();
                Selection::FragmentSpread(left)
            }
        };
        Some(Positioned::new(left, selection.pos))
    });
    let items = left.collect();
    Positioned::new(SelectionSet { items }, set.pos)
}

fn is_included(directives: &[Positioned<Directive>], variables: &JsonMap) -> bool {
    directives.iter().all(|directive| {
        let wanted = match directive.node.name.node.as_str() {
            "include" => true,
            "skip" => false,
            _ => return true,
        };
        let condition = directive.node.get_argument("if");
        wanted == condition.is_some_and(|value| is_true(&value.node, variables))
    })
}

/// A variable with a default may still be null where no null is allowed (see "All Variable Usages Are Allowed"); the executor
/// reads that as false.
fn is_true(value: &Value, variables: &JsonMap) -> bool {
    match value {
        Value::Boolean(value) => *value,
        Value::Variable(name) => {
            let value = variables.get(name.as_str());
            value.and_then(JsonValue::as_bool).unwrap_or_default()
        }
        _ => false,
    }
}
