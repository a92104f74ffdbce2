//! Variables in places whose type does not allow them. The compiler looks at arguments only; this looks inside input
//! objects and lists, too: `createTask(input: {title: $title})` with a `$title` that may be null.
//!
//! See "All Variable Usages Are Allowed" in the specification.

use std::collections::HashSet;

use apollo_compiler::ast::{Argument, InputValueDefinition, Type, Value, VariableDefinition};
use apollo_compiler::executable::{
    Directive, ExecutableDocument, Operation, Selection, SelectionSet,
};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Name, Node, Schema};

use super::line_index::LineIndex;
use super::refusal::{Refusal, RefusalError, RefusalKind};

/// Refuses an operation that uses a variable where its type does not fit.
pub(super) fn check(
    document: &ExecutableDocument,
    schema: &Schema,
    lines: &LineIndex,
) -> Result<(), Refusal> {
    let mut errors = Vec::new();
    for operation in document.operations.iter() {
        if operation.variables.is_empty() {
            continue;
        }
        let mut walk = Walk {
            document,
            schema,
            lines,
            operation,
            seen: HashSet::new(),
            errors: &mut errors,
        };
        walk.directives(&operation.directives);
        walk.selections(&operation.selection_set);
    }
    if errors.is_empty() {
        return Ok(());
    }
    Err(Refusal::many(RefusalKind::Validation, errors))
}

struct Walk<'doc> {
    document: &'doc ExecutableDocument,
    schema: &'doc Schema,
    lines: &'doc LineIndex,
    operation: &'doc Operation,
    /// Fragments this operation's variables were held against already.
    seen: HashSet<&'doc Name>,
    errors: &'doc mut Vec<RefusalError>,
}

impl<'doc> Walk<'doc> {
    fn selections(&mut self, set: &'doc SelectionSet) {
        for selection in &set.selections {
            self.directives(selection.directives());
            match selection {
                Selection::Field(field) => {
                    self.arguments(&field.arguments, &field.definition.arguments);
                    self.selections(&field.selection_set);
                }
                Selection::InlineFragment(inline) => self.selections(&inline.selection_set),
                Selection::FragmentSpread(spread) => {
                    let fragment = self.document.fragments.get(&spread.fragment_name);
                    if let Some(fragment) = fragment
                        && self.seen.insert(&spread.fragment_name)
                    {
                        self.directives(&fragment.directives);
                        self.selections(&fragment.selection_set);
                    }
                }
            }
        }
    }

    fn directives(&mut self, directives: &[Node<Directive>]) {
        for directive in directives {
            if let Some(definition) = self.schema.directive_definitions.get(&directive.name) {
                self.arguments(&directive.arguments, &definition.arguments);
            }
        }
    }

    fn arguments(&mut self, given: &[Node<Argument>], defined: &[Node<InputValueDefinition>]) {
        for argument in given {
            if let Some(definition) = defined.iter().find(|one| one.name == argument.name) {
                self.input(definition, &argument.value);
            }
        }
    }

    fn input(&mut self, definition: &InputValueDefinition, value: &Node<Value>) {
        self.value(&definition.ty, definition.default_value.is_some(), value);
    }

    fn value(&mut self, expected: &Type, has_default: bool, value: &Node<Value>) {
        match value.as_ref() {
            Value::Variable(name) => {
                let declared = self
                    .operation
                    .variables
                    .iter()
                    .find(|one| one.name == *name);
                if let Some(declared) = declared
                    && !is_allowed(declared, expected, has_default)
                {
                    let message = format!(
                        "Variable `${name}` of type `{}` cannot be used where `{expected}` is expected.",
                        declared.ty
                    );
                    let place = self.lines.of_span(value.location());
                    self.errors.push(RefusalError::new(message, Some(place)));
                }
            }
            Value::List(items) => {
                for item in items {
                    self.value(expected.item_type(), false, item);
                }
            }
            Value::Object(fields) => {
                let Some(ExtendedType::InputObject(object)) =
                    self.schema.types.get(expected.inner_named_type())
                else {
                    return;
                };
                for (name, value) in fields {
                    if let Some(definition) = object.fields.get(name) {
                        self.input(definition, value);
                    }
                }
            }
            _ => {}
        }
    }
}

/// `IsVariableUsageAllowed` of the specification.
fn is_allowed(variable: &VariableDefinition, expected: &Type, has_default: bool) -> bool {
    let never_null = variable
        .default_value
        .as_ref()
        .is_some_and(|value| !value.is_null());
    if expected.is_non_null() && !variable.ty.is_non_null() && (never_null || has_default) {
        return variable.ty.is_assignable_to(&expected.clone().nullable());
    }
    variable.ty.is_assignable_to(expected)
}
