//! The document that was validated, in the executor's own types.
//!
//! The executor never parses: its grammar differs from the specification (it refuses `ID !`, reads the list `[truest]` as
//! `true` and `st`, has no `\u{…}`), and its parser overflows the stack on deep values. What runs is what was checked,
//! node by node.

use std::collections::HashMap;

use apollo_compiler::parser::SourceSpan;
use apollo_compiler::{Name as SourceName, Node, ast};
use async_graphql::parser::types::{
    BaseType, Directive, DocumentOperations, ExecutableDocument, Field, FragmentDefinition,
    FragmentSpread, InlineFragment, OperationDefinition, OperationType, Selection, SelectionSet,
    Type, TypeCondition, VariableDefinition,
};
use async_graphql::{Name, Pos, Positioned, Value as ConstValue, indexmap::IndexMap};
use async_graphql_value::Value;

use super::line_index::LineIndex;
use crate::graphql::object::Fragments;

/// One operation in the executor's types, and the fragments it needs and no others.
pub(super) struct LoweredOperation {
    pub(super) operation: Positioned<OperationDefinition>,
    pub(super) fragments: Fragments,
}

impl LoweredOperation {
    /// A document of this operation with these root fields instead of its own. Without a name: there is one to choose from.
    pub(super) fn running(
        &self,
        roots: Vec<Positioned<Field>>,
        fragments: &Fragments,
    ) -> ExecutableDocument {
        let below = roots
            .iter()
            .any(|root| !root.node.selection_set.node.items.is_empty());
        let selected = roots.into_iter().map(|root| {
            let pos = root.pos;
            Positioned::new(Selection::Field(root), pos)
        });
        let items = selected.collect();
        let OperationDefinition {
            ty,
            variable_definitions,
            directives,
            selection_set,
        } = &self.operation.node;
        let operation = OperationDefinition {
            ty: *ty,
            variable_definitions: variable_definitions.clone(),
            directives: directives.clone(),
            selection_set: Positioned::new(SelectionSet { items }, selection_set.pos),
        };
        ExecutableDocument {
            operations: DocumentOperations::Single(Positioned::new(operation, self.operation.pos)),
            fragments: if below {
                fragments.clone()
            } else {
                Fragments::new()
            },
        }
    }
}

/// Translates the operations of one document; fragments are translated once.
pub(super) struct Lowering<'doc> {
    lines: &'doc LineIndex,
    fragments: HashMap<
        &'doc SourceName,
        (
            &'doc ast::FragmentDefinition,
            Positioned<FragmentDefinition>,
        ),
    >,
}

impl<'doc> Lowering<'doc> {
    pub(super) fn of(document: &'doc ast::Document, lines: &'doc LineIndex) -> Self {
        let mut lowering = Self {
            lines,
            fragments: HashMap::new(),
        };
        for definition in &document.definitions {
            if let ast::Definition::FragmentDefinition(fragment) = definition {
                let translated = lowering.fragment(fragment);
                lowering
                    .fragments
                    .insert(&fragment.name, (fragment, translated));
            }
        }
        lowering
    }

    /// This operation, and the fragments it needs.
    pub(super) fn operation(
        &self,
        operation: &'doc Node<ast::OperationDefinition>,
    ) -> LoweredOperation {
        let mut fragments = Fragments::new();
        let mut pending = vec![operation.selection_set.as_slice()];
        while let Some(selections) = pending.pop() {
            for selection in selections {
                match selection {
                    ast::Selection::Field(field) => pending.push(&field.selection_set),
                    ast::Selection::InlineFragment(inline) => pending.push(&inline.selection_set),
                    ast::Selection::FragmentSpread(spread) => {
                        let name = Name::new(spread.fragment_name.as_str());
                        if let Some((source, translated)) =
                            self.fragments.get(&spread.fragment_name)
                            && !fragments.contains_key(&name)
                        {
                            fragments.insert(name, translated.clone());
                            pending.push(&source.selection_set);
                        }
                    }
                }
            }
        }
        LoweredOperation {
            operation: self.positioned(operation.location(), self.definition(operation)),
            fragments,
        }
    }

    fn definition(&self, operation: &Node<ast::OperationDefinition>) -> OperationDefinition {
        let variables = operation.variables.iter().map(|variable| {
            let translated = VariableDefinition {
                name: self.name(&variable.name),
                var_type: self.positioned(variable.ty.location(), type_of(&variable.ty)),
                directives: self.directives(&variable.directives),
                default_value: variable
                    .default_value
                    .as_ref()
                    .map(|value| self.positioned(value.location(), constant(value))),
            };
            self.positioned(variable.location(), translated)
        });
        OperationDefinition {
            ty: match operation.operation_type {
                ast::OperationType::Query => OperationType::Query,
                ast::OperationType::Mutation => OperationType::Mutation,
                ast::OperationType::Subscription => OperationType::Subscription,
            },
            variable_definitions: variables.collect(),
            directives: self.directives(&operation.directives),
            selection_set: self.selections(operation.location(), &operation.selection_set),
        }
    }

    fn fragment(&self, fragment: &Node<ast::FragmentDefinition>) -> Positioned<FragmentDefinition> {
        let translated = FragmentDefinition {
            type_condition: self.type_condition(&fragment.type_condition),
            directives: self.directives(&fragment.directives),
            selection_set: self.selections(fragment.location(), &fragment.selection_set),
        };
        self.positioned(fragment.location(), translated)
    }

    fn selections(
        &self,
        span: Option<SourceSpan>,
        selections: &[ast::Selection],
    ) -> Positioned<SelectionSet> {
        let items = selections.iter().map(|selection| match selection {
            ast::Selection::Field(field) => {
                let translated = self.positioned(field.location(), self.field(field));
                self.positioned(field.location(), Selection::Field(translated))
            }
            ast::Selection::FragmentSpread(spread) => {
                let translated = FragmentSpread {
                    fragment_name: self.name(&spread.fragment_name),
                    directives: self.directives(&spread.directives),
                };
                let translated = self.positioned(spread.location(), translated);
                self.positioned(spread.location(), Selection::FragmentSpread(translated))
            }
            ast::Selection::InlineFragment(inline) => {
                let translated = InlineFragment {
                    type_condition: inline
                        .type_condition
                        .as_ref()
                        .map(|name| self.type_condition(name)),
                    directives: self.directives(&inline.directives),
                    selection_set: self.selections(inline.location(), &inline.selection_set),
                };
                let translated = self.positioned(inline.location(), translated);
                self.positioned(inline.location(), Selection::InlineFragment(translated))
            }
        });
        let items = items.collect();
        self.positioned(span, SelectionSet { items })
    }

    fn field(&self, field: &Node<ast::Field>) -> Field {
        Field {
            alias: field.alias.as_ref().map(|alias| self.name(alias)),
            name: self.name(&field.name),
            arguments: self.arguments(&field.arguments),
            directives: self.directives(&field.directives),
            selection_set: self.selections(field.location(), &field.selection_set),
        }
    }

    fn type_condition(&self, name: &SourceName) -> Positioned<TypeCondition> {
        let on = self.name(name);
        self.positioned(name.location(), TypeCondition { on })
    }

    fn directives(&self, directives: &[Node<ast::Directive>]) -> Vec<Positioned<Directive>> {
        let translated = directives.iter().map(|directive| {
            let translated = Directive {
                name: self.name(&directive.name),
                arguments: self.arguments(&directive.arguments),
            };
            self.positioned(directive.location(), translated)
        });
        translated.collect()
    }

    fn arguments(
        &self,
        arguments: &[Node<ast::Argument>],
    ) -> Vec<(Positioned<Name>, Positioned<Value>)> {
        let translated = arguments.iter().map(|argument| {
            let value = self.positioned(argument.value.location(), literal(&argument.value));
            (self.name(&argument.name), value)
        });
        translated.collect()
    }

    fn name(&self, name: &SourceName) -> Positioned<Name> {
        self.positioned(name.location(), Name::new(name.as_str()))
    }

    fn positioned<T>(&self, span: Option<SourceSpan>, node: T) -> Positioned<T> {
        let (line, column) = self.lines.of_span(span);
        Positioned::new(node, Pos { line, column })
    }
}

fn type_of(source: &ast::Type) -> Type {
    let base = match source {
        ast::Type::Named(name) | ast::Type::NonNullNamed(name) => {
            BaseType::Named(Name::new(name.as_str()))
        }
        ast::Type::List(item) | ast::Type::NonNullList(item) => {
            BaseType::List(Box::new(type_of(item)))
        }
    };
    Type {
        base,
        nullable: !source.is_non_null(),
    }
}

fn literal(value: &ast::Value) -> Value {
    match value {
        ast::Value::Null => Value::Null,
        ast::Value::Enum(name) => Value::Enum(Name::new(name.as_str())),
        ast::Value::Variable(name) => Value::Variable(Name::new(name.as_str())),
        ast::Value::String(text) => Value::String(text.clone()),
        ast::Value::Boolean(value) => Value::Boolean(*value),
        ast::Value::Int(number) => integer(number.as_str()),
        ast::Value::Float(number) => float(number.as_str()),
        ast::Value::List(items) => Value::List(items.iter().map(|item| literal(item)).collect()),
        ast::Value::Object(fields) => Value::Object(
            fields
                .iter()
                .map(|(name, value)| (Name::new(name.as_str()), literal(value)))
                .collect::<IndexMap<_, _>>(),
        ),
    }
}

/// Of the types in a schema only `ID` takes an integer that no machine word holds, and an ID is a text.
fn integer(digits: &str) -> Value {
    digits.parse::<i64>().map_or_else(
        |_| Value::String(digits.to_owned()),
        |number| Value::Number(number.into()),
    )
}

/// Validation has refused those that are not finite.
fn float(digits: &str) -> Value {
    digits.parse().map_or(Value::Null, Value::Number)
}

/// A default value. Validation has refused variables in it.
pub(super) fn constant(value: &ast::Value) -> ConstValue {
    literal(value).into_const().unwrap_or_default()
}
