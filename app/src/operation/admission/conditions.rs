//! What a document asks for once its variables are known: the selections that are left when `@skip` and `@include` have been
//! applied, with values in place of variables.

use apollo_compiler::response::{JsonMap, JsonValue};
use async_graphql::parser::types::{
    Directive, Field, FragmentDefinition, InlineFragment, Selection, SelectionSet,
};
use async_graphql::{Name, Positioned};
use async_graphql_value::Value;

use super::lowering::LoweredOperation;
use super::variables::value_of;
use crate::graphql::object::GivenArgument;

/// Whether what is answered depends on a variable: what is selected, or an argument below the root fields. (The executor knows
/// the arguments of those.)
pub(super) fn ask_variables(lowered: &LoweredOperation) -> bool {
    let fragments = lowered.fragments.values();
    let mut sets = fragments.map(|fragment| {
        (
            &fragment.node.selection_set.node,
            is_at_root(&fragment.node),
        )
    });
    asks_variables(&lowered.operation.node.selection_set.node, true)
        || sets.any(|(set, at_root)| asks_variables(set, at_root))
}

/// Whether a fragment holds root fields.
pub(super) fn is_at_root(fragment: &FragmentDefinition) -> bool {
    let condition = fragment.type_condition.node.on.node.as_str();
    matches!(condition, "Query" | "Mutation" | "Subscription")
}

fn asks_variables(set: &SelectionSet, at_root: bool) -> bool {
    let asks = |directive: &Positioned<Directive>| {
        let mut arguments = directive.node.arguments.iter();
        arguments.any(|(_, value)| matches!(value.node, Value::Variable(_)))
    };
    set.items.iter().any(|selection| {
        selection.node.directives().iter().any(asks)
            || match &selection.node {
                Selection::Field(field) => {
                    let mut arguments = field.node.arguments.iter();
                    (!at_root && arguments.any(|(_, value)| holds_variable(&value.node)))
                        || asks_variables(&field.node.selection_set.node, false)
                }
                Selection::InlineFragment(inline) => {
                    asks_variables(&inline.node.selection_set.node, at_root)
                }
                Selection::FragmentSpread(_) => false,
            }
    })
}

fn holds_variable(value: &Value) -> bool {
    match value {
        Value::Variable(_) => true,
        Value::List(items) => items.iter().any(holds_variable),
        Value::Object(fields) => fields.values().any(holds_variable),
        _ => false,
    }
}

/// The arguments with values in place of variables. What is set to a variable that has none is left out.
fn with_values(arguments: &[GivenArgument], variables: &JsonMap) -> Vec<GivenArgument> {
    let given = arguments.iter().filter_map(|(name, value)| {
        let node = valued(&value.node, variables)?;
        Some((name.clone(), Positioned::new(node, value.pos)))
    });
    given.collect()
}

/// `None` for a variable without a value. In a list it is null.
fn valued(value: &Value, variables: &JsonMap) -> Option<Value> {
    Some(match value {
        Value::Variable(name) => {
            let value = variables.get(name.as_str())?;
            value_of(value.clone()).into_value()
        }
        Value::List(items) => {
            let item = |item| valued(item, variables).unwrap_or(Value::Null);
            Value::List(items.iter().map(item).collect())
        }
        Value::Object(fields) => {
            let fields = fields.iter();
            let given =
                |(name, value): (&Name, &Value)| Some((name.clone(), valued(value, variables)?));
            Value::Object(fields.filter_map(given).collect())
        }
        other => other.clone(),
    })
}

/// What is left of a selection set, without the directives. `at_root`, arguments stay as they are.
pub(super) fn applied(
    set: &Positioned<SelectionSet>,
    variables: &JsonMap,
    at_root: bool,
) -> Positioned<SelectionSet> {
    let left = set.node.items.iter().filter_map(|selection| {
        if !is_included(selection.node.directives(), variables) {
            return None;
        }
        let left = match &selection.node {
            Selection::Field(field) => {
                let left = Field {
                    directives: Vec::new(),
                    selection_set: applied(&field.node.selection_set, variables, false),
                    alias: field.node.alias.clone(),
                    name: field.node.name.clone(),
                    arguments: if at_root {
                        field.node.arguments.clone()
                    } else {
                        with_values(&field.node.arguments, variables)
                    },
                };
                Selection::Field(Positioned::new(left, field.pos))
            }
            Selection::InlineFragment(inline) => {
                let left = InlineFragment {
                    directives: Vec::new(),
                    selection_set: applied(&inline.node.selection_set, variables, at_root),
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
