//! What a document comes to once its fragments are expanded, counted before anything walks the expansion.
//!
//! Each fragment is summed up once and looked up from then on, so the count is linear in the document. Sums saturate, and a
//! fragment that contains itself adds nothing where it closes the circle: validation refuses it later, in its own words.

use std::collections::HashMap;

use apollo_compiler::ast::{
    Definition, Directive, Document, Field, FragmentDefinition, OperationDefinition, OperationType,
    Selection,
};
use apollo_compiler::{Name, Node};

use super::limits::Limits;
use super::refusal::Refusal;

/// The mutations that check or hand out credentials. Each stands alone in its operation, so that neither aliases nor
/// fragments multiply tries.
pub(super) const CREDENTIAL_MUTATIONS: [&str; 4] =
    ["register", "login", "refreshToken", "changePassword"];

/// Refuses a document of which any operation or fragment is over a limit, whichever operation was asked for.
pub(super) fn check(document: &Document, limits: &Limits) -> Result<(), Refusal> {
    check_directives(document, limits)?;
    let mut totals = ExpansionTotals::of(document);
    let mut total = Totals::default();
    for definition in &document.definitions {
        match definition {
            Definition::OperationDefinition(operation) => {
                let totals = totals.selections(&operation.selection_set);
                check_roots(operation, totals, limits)?;
                total.add(totals);
            }
            // Also the ones nobody spreads: they are validated as well.
            Definition::FragmentDefinition(fragment) => {
                check_totals(totals.fragment(&fragment.name), limits)?;
            }
            _ => {}
        }
        check_totals(total, limits)?;
    }
    Ok(())
}

fn check_totals(totals: Totals, limits: &Limits) -> Result<(), Refusal> {
    over(
        totals.fields,
        limits.expanded_fields,
        "fields, fragments expanded",
    )?;
    over(
        totals.aliases,
        limits.aliases,
        "aliases, fragments expanded",
    )?;
    over(totals.depth, limits.depth, "levels of fields")?;
    over(
        totals.nesting,
        limits.nesting,
        "levels of selection sets, fragments expanded",
    )
}

fn check_roots(
    operation: &OperationDefinition,
    totals: Totals,
    limits: &Limits,
) -> Result<(), Refusal> {
    over(
        totals.roots,
        limits.root_fields,
        "root fields in one operation",
    )?;
    if operation.operation_type != OperationType::Mutation {
        return Ok(());
    }
    over(totals.roots, limits.mutations, "mutations in one operation")?;
    if totals.credential_roots > 0 && totals.roots > 1 {
        return Err(Refusal::too_complex(format!(
            "Each of {} must be the only field of its operation.",
            CREDENTIAL_MUTATIONS.join(", ")
        )));
    }
    Ok(())
}

fn over(count: usize, limit: usize, what: &str) -> Result<(), Refusal> {
    if count > limit {
        return Err(Refusal::too_complex(format!(
            "The document has more than {limit} {what}."
        )));
    }
    Ok(())
}

/// What a selection set comes to.
#[derive(Debug, Clone, Copy, Default)]
struct Totals {
    fields: usize,
    aliases: usize,
    depth: usize,
    nesting: usize,
    /// Fields of the set itself, those inside fragments included.
    roots: usize,
    credential_roots: usize,
}

impl Totals {
    /// Side by side.
    fn add(&mut self, other: Self) {
        self.fields = self.fields.saturating_add(other.fields);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.depth = self.depth.max(other.depth);
        self.nesting = self.nesting.max(other.nesting);
        self.roots = self.roots.saturating_add(other.roots);
        self.credential_roots = self.credential_roots.saturating_add(other.credential_roots);
    }
}

#[derive(Clone, Copy)]
enum Progress {
    Underway,
    Done(Totals),
}

struct ExpansionTotals<'doc> {
    definitions: HashMap<&'doc Name, &'doc Node<FragmentDefinition>>,
    known: HashMap<&'doc Name, Progress>,
}

impl<'doc> ExpansionTotals<'doc> {
    /// Of two fragments with one name the first counts; validation refuses the document anyway.
    fn of(document: &'doc Document) -> Self {
        let mut definitions = HashMap::new();
        for definition in &document.definitions {
            if let Definition::FragmentDefinition(fragment) = definition {
                definitions.entry(&fragment.name).or_insert(fragment);
            }
        }
        Self {
            definitions,
            known: HashMap::new(),
        }
    }

    fn selections(&mut self, selections: &'doc [Selection]) -> Totals {
        let mut totals = Totals::default();
        for selection in selections {
            totals.add(match selection {
                Selection::Field(field) => self.field(field),
                Selection::InlineFragment(inline) => self.selections(&inline.selection_set),
                Selection::FragmentSpread(spread) => self.fragment(&spread.fragment_name),
            });
        }
        totals.nesting += usize::from(!selections.is_empty());
        totals
    }

    fn field(&mut self, field: &'doc Field) -> Totals {
        let below = self.selections(&field.selection_set);
        Totals {
            fields: below.fields.saturating_add(1),
            aliases: below
                .aliases
                .saturating_add(usize::from(field.alias.is_some())),
            depth: below.depth + 1,
            nesting: below.nesting,
            roots: 1,
            credential_roots: usize::from(CREDENTIAL_MUTATIONS.contains(&field.name.as_str())),
        }
    }

    fn fragment(&mut self, name: &Name) -> Totals {
        match self.known.get(name) {
            Some(Progress::Done(totals)) => return *totals,
            Some(Progress::Underway) => return Totals::default(),
            None => {}
        }
        let Some((name, fragment)) = self.definitions.get_key_value(name) else {
            return Totals::default();
        };
        let (name, fragment) = (*name, *fragment);
        self.known.insert(name, Progress::Underway);
        let totals = self.selections(&fragment.selection_set);
        self.known.insert(name, Progress::Done(totals));
        totals
    }
}

fn check_directives(document: &Document, limits: &Limits) -> Result<(), Refusal> {
    let mut written = Directives { all: 0, most: 0 };
    for definition in &document.definitions {
        match definition {
            Definition::OperationDefinition(operation) => {
                written.note(&operation.directives);
                for variable in &operation.variables {
                    written.note(&variable.directives);
                }
                written.below(&operation.selection_set);
            }
            Definition::FragmentDefinition(fragment) => {
                written.note(&fragment.directives);
                written.below(&fragment.selection_set);
            }
            _ => {}
        }
    }
    over(written.all, limits.directives, "directives")?;
    over(
        written.most,
        limits.directives_per_field,
        "directives in one place",
    )
}

struct Directives {
    all: usize,
    most: usize,
}

impl Directives {
    fn note(&mut self, directives: &[Node<Directive>]) {
        self.all += directives.len();
        self.most = self.most.max(directives.len());
    }

    fn below(&mut self, selections: &[Selection]) {
        for selection in selections {
            match selection {
                Selection::Field(field) => {
                    self.note(&field.directives);
                    self.below(&field.selection_set);
                }
                Selection::InlineFragment(inline) => {
                    self.note(&inline.directives);
                    self.below(&inline.selection_set);
                }
                Selection::FragmentSpread(spread) => self.note(&spread.directives),
            }
        }
    }
}
