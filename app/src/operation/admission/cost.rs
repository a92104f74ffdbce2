//! What an operation may cost to execute: one per field and per entry of a batch, and what lies below a page once per item
//! asked for.
//!
//! Runs after `expansion`, which has bounded the expansion, so that walking it is cheap. What depends on variables is kept as a
//! small sum and worked out per request.

use apollo_compiler::Name;
use apollo_compiler::ast::{FieldDefinition, Value};
use apollo_compiler::executable::{ExecutableDocument, Field, Operation, Selection, SelectionSet};
use apollo_compiler::response::JsonValue;
use taskhive_domain::listing::Take;

use super::limits::Limits;
use super::refusal::Refusal;

/// What a list of types, fields or arguments is taken to hold.
const INTROSPECTION_LIST: u64 = 10;

/// The cost of a selection: `fixed`, and every page's items times what one item costs.
#[derive(Debug, Default)]
pub(super) struct Cost {
    fixed: u64,
    pages: Vec<PageCost>,
    batches: Vec<Batch>,
}

/// The fields of an input in which a batch names its tasks.
const BATCHES: [&str; 2] = ["tasks", "ids"];

/// Entries of a batch, each of which counts as a field.
#[derive(Debug)]
enum Batch {
    /// The whole input is this variable.
    Input(Name),
    /// The list is this variable.
    List(Name),
}

impl Batch {
    fn entries<'v>(&self, variable: &impl Fn(&str) -> Option<&'v JsonValue>) -> u64 {
        let entries = |list: Option<&JsonValue>| {
            let list = list.and_then(JsonValue::as_array);
            list.map_or(0, |list| list.len() as u64)
        };
        match self {
            Self::List(name) => entries(variable(name)),
            Self::Input(name) => {
                let input = variable(name).and_then(JsonValue::as_object);
                let fields = BATCHES
                    .iter()
                    .map(|field| input.and_then(|input| input.get(*field)));
                fields.map(entries).sum()
            }
        }
    }
}

#[derive(Debug)]
struct PageCost {
    sizes: [Option<Size>; 2],
    /// How many items there are if nobody says how many.
    unsaid: u32,
    item: Cost,
}

/// The value of `first` or `last`.
#[derive(Debug)]
enum Size {
    Given(i64),
    Variable(Name),
}

impl Cost {
    /// Works out the cost, looking up the variables that set page sizes.
    pub(super) fn with<'v>(&self, variable: &impl Fn(&str) -> Option<&'v JsonValue>) -> u64 {
        let batches = self.batches.iter().map(|batch| batch.entries(variable));
        let fixed = batches.fold(self.fixed, u64::saturating_add);
        self.pages.iter().fold(fixed, |sum, page| {
            let below = page.item.with(variable);
            sum.saturating_add(page.items(variable).saturating_mul(below))
        })
    }
}

impl PageCost {
    fn items<'v>(&self, variable: &impl Fn(&str) -> Option<&'v JsonValue>) -> u64 {
        let given = self.sizes.iter().flatten().filter_map(|size| match size {
            Size::Given(size) => Some(*size),
            Size::Variable(name) => variable(name).and_then(JsonValue::as_i64),
        });
        // Both together are refused by the resolver; until then the larger one counts. Who asks for more than the largest
        // page gets an error from the resolver, not more work done.
        given
            .max()
            .map_or(self.unsaid.into(), |size| u64::try_from(size).unwrap_or(0))
            .min(Take::MAX.into())
    }
}

/// The cost of an operation, or a refusal if it looks too far into the schema.
pub(super) fn of(
    operation: &Operation,
    document: &ExecutableDocument,
    limits: &Limits,
) -> Result<Cost, Refusal> {
    let mut walk = CostWalk {
        document,
        limits,
        introspection: 0,
    };
    let mut cost = Cost::default();
    walk.selections(&operation.selection_set, 0, &mut cost)?;
    if walk.introspection > limits.introspection_cost {
        return Err(Refusal::too_complex(
            "The operation asks for too much of the schema at once.",
        ));
    }
    Ok(cost)
}

struct CostWalk<'doc> {
    document: &'doc ExecutableDocument,
    limits: &'doc Limits,
    introspection: u64,
}

impl CostWalk<'_> {
    fn selections(
        &mut self,
        set: &SelectionSet,
        lists: usize,
        cost: &mut Cost,
    ) -> Result<(), Refusal> {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => self.field(field, &set.ty, lists, cost)?,
                Selection::InlineFragment(inline) => {
                    self.selections(&inline.selection_set, lists, cost)?;
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.document.fragments.get(&spread.fragment_name) {
                        self.selections(&fragment.selection_set, lists, cost)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn field(
        &mut self,
        field: &Field,
        parent: &Name,
        lists: usize,
        cost: &mut Cost,
    ) -> Result<(), Refusal> {
        cost.fixed = cost.fixed.saturating_add(1);
        if let Some(input) = field.specified_argument_by_name("input") {
            note_batches(input, cost);
        }
        let introspects = parent.starts_with("__");
        if introspects {
            let weight =
                (0..lists).fold(1_u64, |weight, _| weight.saturating_mul(INTROSPECTION_LIST));
            self.introspection = self.introspection.saturating_add(weight);
        }
        if field.selection_set.is_empty() {
            return Ok(());
        }
        let lists = lists + usize::from(introspects && field.definition.ty.is_list());
        if lists > self.limits.introspection_lists {
            return Err(Refusal::too_complex(format!(
                "More than {} lists of the schema lie inside one another.",
                self.limits.introspection_lists
            )));
        }
        if !is_page(&field.definition) {
            return self.selections(&field.selection_set, lists, cost);
        }
        let mut item = Cost::default();
        self.selections(&field.selection_set, lists, &mut item)?;
        let sizes = ["first", "last"].map(|name| size(field, name));
        // What is taken from the start only, is taken to be read to its end: as much at once as can be.
        let unsaid = if takes(&field.definition, "last") {
            Take::DEFAULT
        } else {
            Take::MAX
        };
        cost.pages.push(PageCost {
            sizes,
            unsaid,
            item,
        });
        Ok(())
    }
}

/// Counts the entries of batches, or notes which variables to count.
fn note_batches(input: &Value, cost: &mut Cost) {
    let fields = match input {
        Value::Variable(name) => return cost.batches.push(Batch::Input(name.clone())),
        Value::Object(fields) => fields,
        _ => return,
    };
    for (_, list) in fields
        .iter()
        .filter(|(name, _)| BATCHES.contains(&name.as_str()))
    {
        match list.as_ref() {
            Value::Variable(name) => cost.batches.push(Batch::List(name.clone())),
            Value::List(items) => cost.fixed = cost.fixed.saturating_add(items.len() as u64),
            // A single value is a list of one.
            _ => cost.fixed = cost.fixed.saturating_add(1),
        }
    }
}

/// A page is what takes `first`.
fn is_page(definition: &FieldDefinition) -> bool {
    takes(definition, "first")
}

fn takes(definition: &FieldDefinition, argument: &str) -> bool {
    definition.argument_by_name(argument).is_some()
}

fn size(field: &Field, argument: &str) -> Option<Size> {
    match field.specified_argument_by_name(argument)?.as_ref() {
        // What no machine word holds fits no `Int` either, and was refused.
        Value::Int(size) => Some(Size::Given(size.as_str().parse().unwrap_or(i64::MAX))),
        Value::Variable(name) => Some(Size::Variable(name.clone())),
        _ => None,
    }
}
