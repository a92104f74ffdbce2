//! Input objects that name a field twice, which the compiler lets pass.
//!
//! The executor runs with its own validation off (`ValidationMode::Fast`), so nothing behind this module looks again.

use std::collections::HashSet;

use apollo_compiler::ast::{Argument, Definition, Directive, Document, Selection, Value};
use apollo_compiler::{Node, parser::SourceSpan};

use super::line_index::LineIndex;
use super::refusal::{Refusal, RefusalError, RefusalKind};

/// Refuses a document in which a value names an input field twice.
pub(super) fn check(document: &Document, lines: &LineIndex) -> Result<(), Refusal> {
    let mut found = DuplicateFields {
        lines,
        errors: Vec::new(),
    };
    for definition in &document.definitions {
        match definition {
            Definition::OperationDefinition(operation) => {
                for variable in &operation.variables {
                    found.directives(&variable.directives);
                    if let Some(default) = &variable.default_value {
                        found.value(default);
                    }
                }
                found.directives(&operation.directives);
                found.selections(&operation.selection_set);
            }
            Definition::FragmentDefinition(fragment) => {
                found.directives(&fragment.directives);
                found.selections(&fragment.selection_set);
            }
            _ => {}
        }
    }
    if found.errors.is_empty() {
        return Ok(());
    }
    Err(Refusal::many(RefusalKind::Validation, found.errors))
}

struct DuplicateFields<'doc> {
    lines: &'doc LineIndex,
    errors: Vec<RefusalError>,
}

impl DuplicateFields<'_> {
    fn selections(&mut self, selections: &[Selection]) {
        for selection in selections {
            match selection {
                Selection::Field(field) => {
                    self.arguments(&field.arguments);
                    self.directives(&field.directives);
                    self.selections(&field.selection_set);
                }
                Selection::InlineFragment(inline) => {
                    self.directives(&inline.directives);
                    self.selections(&inline.selection_set);
                }
                Selection::FragmentSpread(spread) => self.directives(&spread.directives),
            }
        }
    }

    fn directives(&mut self, directives: &[Node<Directive>]) {
        for directive in directives {
            self.arguments(&directive.arguments);
        }
    }

    fn arguments(&mut self, arguments: &[Node<Argument>]) {
        for argument in arguments {
            self.value(&argument.value);
        }
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::List(items) => items.iter().for_each(|item| self.value(item)),
            Value::Object(fields) => {
                let mut seen = HashSet::new();
                for (name, value) in fields {
                    if !seen.insert(name) {
                        self.note(
                            format!("There can be only one input field named `{name}`."),
                            name.location(),
                        );
                    }
                    self.value(value);
                }
            }
            _ => {}
        }
    }

    fn note(&mut self, message: String, span: Option<SourceSpan>) {
        let place = span.map(|span| self.lines.at(span.offset()));
        self.errors.push(RefusalError::new(message, place));
    }
}
