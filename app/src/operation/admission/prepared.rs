//! A document that passed every check that does not depend on the request, ready to run many times.

use std::sync::Arc;

use apollo_compiler::ast::{self, Definition, OperationType};
use apollo_compiler::executable::{
    ExecutableDocument as ValidDocument, Operation, Selection, SelectionSet,
};
use apollo_compiler::parser::Parser;
use apollo_compiler::response::JsonMap;
use apollo_compiler::validation::Valid;
use apollo_compiler::{Node, Schema};

use super::limits::Limits;
use super::line_index::LineIndex;
use super::lowering::{LoweredOperation, Lowering};
use super::operation_name::OperationName;
use super::refusal::Refusal;
use super::runnable::Runnable;
use super::{
    conditions, cost, cost::Cost, diagnostics, expansion, scan, syntax, unique_input_fields,
    variable_usage,
};
use crate::graphql::FieldPolicy;

/// A field of `Query`, `Mutation` or `Subscription` that an operation selects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootField {
    /// Its name in the schema, not its alias; `__schema`, `__type` and `__typename` are among them.
    pub name: String,
    /// The rules for it.
    pub policy: FieldPolicy,
}

/// One operation of a validated document.
pub(super) struct PreparedOperation {
    pub(super) kind: OperationType,
    pub(super) name: Arc<OperationName>,
    pub(super) roots: Arc<[RootField]>,
    pub(super) cost: Cost,
    /// The declared variables; the selection set is left empty, it would only take up memory.
    pub(super) declared: Operation,
    execution: Execution,
}

/// How an operation runs.
enum Execution {
    /// Always in the same way.
    Fixed(Runnable),
    /// As its variables say, because `@skip` or `@include` ask them.
    ByVariables(LoweredOperation),
}

/// A validated document.
pub(super) struct PreparedDocument {
    pub(super) operations: Vec<PreparedOperation>,
    /// Estimated memory.
    pub(super) bytes: u64,
}

/// A token ends up as a few nodes with names and positions, in the executor's document.
const BYTES_PER_TOKEN: usize = 200;

impl PreparedDocument {
    /// Runs every check that needs only the text and the schema, the cheap and bounding ones first.
    pub(super) fn prepare(
        source: &str,
        schema: &Valid<Schema>,
        limits: &Limits,
    ) -> Result<Self, Refusal> {
        let scan = scan::check(source, limits)?;
        let lines = LineIndex::of(source);
        let document = parse(source, &lines, limits)?;
        expansion::check(&document, schema, limits)?;
        // In two steps: a field that does not exist would otherwise be followed by complaints about what is left without it.
        let valid = document
            .to_executable(schema)
            .map_err(|invalid| diagnostics::validation(&invalid.errors, &lines))?
            .validate(schema)
            .map_err(|invalid| diagnostics::validation(&invalid.errors, &lines))?;
        unique_input_fields::check(&document, &lines)?;
        variable_usage::check(&valid, schema, &lines)?;
        let lowering = Lowering::of(&document, &lines);
        let operations = document
            .definitions
            .iter()
            .filter_map(|definition| match definition {
                Definition::OperationDefinition(operation) => Some(operation),
                _ => None,
            })
            .map(|operation| PreparedOperation::of(operation, &valid, &lowering, limits))
            .collect::<Result<Vec<_>, _>>()?;
        let bytes = 2 * source.len() + scan.tokens * BYTES_PER_TOKEN * operations.len().max(1);
        Ok(Self {
            operations,
            bytes: u64::try_from(bytes).unwrap_or(u64::MAX),
        })
    }

    /// The operation of that name, or the only one.
    pub(super) fn operation(&self, name: Option<&str>) -> Result<&PreparedOperation, Refusal> {
        match (name, self.operations.as_slice()) {
            (None, [only]) => Ok(only),
            (None, []) => Err(Refusal::validation("The document has no operation.")),
            (None, _) => Err(Refusal::validation(
                "The document has several operations: name one in `operationName`.",
            )),
            (Some(wanted), operations) => operations
                .iter()
                .find(|operation| operation.name.is(wanted))
                .ok_or_else(|| {
                    Refusal::validation("The document has no operation named by `operationName`.")
                }),
        }
    }
}

/// The scan has bounded nesting and tokens in its own terms; the parser's limits, which also count white space, are a
/// second fence and never the first to be met.
pub(super) fn parse(
    source: &str,
    lines: &LineIndex,
    limits: &Limits,
) -> Result<ast::Document, Refusal> {
    let document = Parser::new()
        .recursion_limit(4 * limits.nesting)
        .token_limit(limits.document_bytes + 2)
        .parse_ast(syntax::without_commas(source), "document.graphql")
        .map_err(|invalid| diagnostics::syntax(&invalid.errors, lines))?;
    syntax::check_nothing_skipped(source, &document, lines)?;
    Ok(document)
}

impl PreparedOperation {
    fn of(
        operation: &Node<ast::OperationDefinition>,
        document: &Valid<ValidDocument>,
        lowering: &Lowering<'_>,
        limits: &Limits,
    ) -> Result<Self, Refusal> {
        let valid = document
            .operations
            .get(operation.name.as_deref())
            .map_err(|_| Refusal::validation("The document names an operation twice."))?;
        let mut roots = Vec::new();
        collect_roots(&valid.selection_set, document, &mut roots);
        let lowered = lowering.operation(operation);
        Ok(Self {
            kind: valid.operation_type,
            name: Arc::new(OperationName::new(valid.name.clone())),
            roots: roots.into(),
            cost: cost::of(valid, document, limits)?,
            declared: Operation {
                selection_set: SelectionSet::new(valid.selection_set.ty.clone()),
                ..Operation::clone(valid)
            },
            execution: if conditions::ask_variables(&lowered) {
                Execution::ByVariables(lowered)
            } else {
                Execution::Fixed(Runnable::of(&lowered, &JsonMap::new()))
            },
        })
    }

    /// What runs with these values of its variables.
    pub(super) fn runnable(&self, variables: &JsonMap) -> Runnable {
        match &self.execution {
            Execution::Fixed(runnable) => runnable.clone(),
            Execution::ByVariables(lowered) => Runnable::of(lowered, variables),
        }
    }
}

/// Notes each root field once, through fragments and whatever `@skip` and `@include` say: access must not depend on them.
fn collect_roots(set: &SelectionSet, document: &ValidDocument, roots: &mut Vec<RootField>) {
    for selection in &set.selections {
        match selection {
            Selection::Field(field) => {
                if roots.iter().all(|known| field.name != *known.name) {
                    roots.push(RootField {
                        name: field.name.to_string(),
                        policy: FieldPolicy::of(&field.definition),
                    });
                }
            }
            Selection::InlineFragment(inline) => {
                collect_roots(&inline.selection_set, document, roots);
            }
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = document.fragments.get(&spread.fragment_name) {
                    collect_roots(&fragment.selection_set, document, roots);
                }
            }
        }
    }
}
