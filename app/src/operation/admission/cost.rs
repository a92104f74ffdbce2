//! What an operation may cost to execute: one per field and per item of a list in its arguments, and what lies below a page
//! once per item asked for.
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

/// What the query of all labels costs: it looks at all tasks, and answers with as many labels as there are.
const ALL_TAGS: u64 = 150;

/// The cost of a selection: `fixed`, and every page's items times what one item costs.
#[derive(Debug, Default)]
pub(super) struct Cost {
    fixed: u64,
    pages: Vec<PageCost>,
    /// The variables that stand in arguments, once for each use: the executor copies them each time, before anybody looks at
    /// what is in them. Of a selection below others, none.
    uses: Vec<Name>,
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
        let given = self.uses.iter().filter_map(|name| variable(name));
        let fixed = given.map(items_in).fold(self.fixed, u64::saturating_add);
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
        items: 0,
        uses: Vec::new(),
    };
    let mut cost = Cost::default();
    walk.selections(&operation.selection_set, 0, &mut cost)?;
    cost.fixed = cost.fixed.saturating_add(walk.items);
    cost.uses = std::mem::take(&mut walk.uses);
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
    /// The items of lists that are written in arguments.
    items: u64,
    /// The variables in arguments.
    uses: Vec<Name>,
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
        if parent == "Query" && field.name == "tags" {
            cost.fixed = cost.fixed.saturating_add(ALL_TAGS);
        }
        for argument in &field.arguments {
            self.note_items(&argument.value);
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

    /// Counts the items of lists, or notes which variables to count them in. Below a page they count once: arguments are read
    /// once for all its items.
    fn note_items(&mut self, value: &Value) {
        match value {
            Value::Variable(name) => self.uses.push(name.clone()),
            Value::List(items) => {
                self.items = self.items.saturating_add(items.len() as u64);
                for item in items {
                    self.note_items(item);
                }
            }
            Value::Object(fields) => {
                for (_, value) in fields {
                    self.note_items(value);
                }
            }
            _ => {}
        }
    }
}

/// How many items all lists in a value have.
fn items_in(value: &JsonValue) -> u64 {
    match value {
        JsonValue::Array(items) => {
            let below = items.iter().map(items_in);
            below.fold(items.len() as u64, u64::saturating_add)
        }
        JsonValue::Object(fields) => fields
            .iter()
            .map(|(_, value)| items_in(value))
            .fold(0, u64::saturating_add),
        _ => 0,
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
