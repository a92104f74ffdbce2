//! Which tasks to list, and in what order.

use async_graphql::registry::{Deprecation, MetaInputValue, Registry};
use async_graphql::{Enum, InputObject, InputType, Pos, ServerError, ServerResult, Value};
use taskhive_domain::UserId;
use taskhive_domain::listing::{
    DayRange, Search, TaskFilter as DomainFilter, TaskOrder as DomainOrder, TaskPosition,
};
use taskhive_domain::task::{Priority, Tags, Task as DomainTask};
use taskhive_domain::violation::Violations;

use super::cursor;
use super::scalars::Date;
use super::task::TaskPriority;
use crate::graphql::errors::ApiError;
use crate::graphql::object::Arguments;

/// Which tasks to list. All conditions must hold; an empty filter matches every task.
#[derive(Debug, Default, InputObject)]
pub(crate) struct TaskFilter {
    /// Only completed tasks, or only open ones.
    pub(crate) completed: Option<bool>,
    /// Only tasks in which every one of these words occurs, in the title or in the
    /// description, regardless of case. Up to 100 characters.
    pub(crate) search: Option<String>,
    /// Only tasks due within these days.
    pub(crate) due_on: Option<DateRange>,
    /// Only tasks with, or only tasks without, a day they are due.
    pub(crate) has_due_day: Option<bool>,
    /// Only tasks with one of these priorities. An empty list matches no task.
    pub(crate) priorities: Option<Vec<TaskPriority>>,
    /// Only tasks that have all of these labels. Case does not matter.
    pub(crate) tags: Option<Vec<String>>,
}

impl TaskFilter {
    /// Reports everything wrong with all conditions at once.
    pub(crate) fn parse(self) -> Result<DomainFilter, Violations> {
        let mut violations = Violations::default();
        let search = Search::parse(self.search.as_deref().unwrap_or_default());
        let search = violations.collect("search", search).unwrap_or_default();
        let days = self.due_on.map(|range| range.parse());
        let due_on = days.and_then(|days| violations.collect("due_on", days));
        let tags = self.tags.unwrap_or_default();
        let tags = Tags::parse(tags.iter().map(String::as_str));
        let tags = violations.collect("tags", tags).unwrap_or_default();
        let priorities = self.priorities;
        violations.or(DomainFilter {
            completed: self.completed,
            search,
            due_on,
            has_due_day: self.has_due_day,
            priorities: priorities.map(|each| each.into_iter().map(Priority::from).collect()),
            tags,
        })
    }
}

/// A range of days. Leave out an end to leave it open.
#[derive(Debug, InputObject)]
pub(crate) struct DateRange {
    /// The first day that counts.
    from: Option<Date>,
    /// The last day that counts.
    to: Option<Date>,
}

impl DateRange {
    fn parse(&self) -> Result<DayRange, Violations> {
        let [from, to] = [&self.from, &self.to].map(|end| end.as_ref().map(Date::as_str));
        DayRange::parse(from, to)
    }
}

/// In what order to list tasks. Ties are broken by ID, so the order is always total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum TaskOrder {
    /// Open tasks before completed ones, each group with the newest first.
    OpenFirst,
    /// The most recently created first.
    Newest,
    /// The longest existing first.
    Oldest,
    /// The most recently changed first.
    RecentlyUpdated,
    /// As you arranged them with `moveTask`; new tasks come first.
    Manual,
    /// Open tasks before completed ones; among them the soonest due first, those without a day
    /// last.
    DueFirst,
    /// Open tasks before completed ones; among them the most urgent first, then the newest.
    PriorityFirst,
}

impl From<TaskOrder> for DomainOrder {
    fn from(order: TaskOrder) -> Self {
        match order {
            TaskOrder::OpenFirst => Self::OpenFirst,
            TaskOrder::Newest => Self::Newest,
            TaskOrder::Oldest => Self::Oldest,
            TaskOrder::RecentlyUpdated => Self::RecentlyUpdated,
            TaskOrder::Manual => Self::Manual,
            TaskOrder::DueFirst => Self::DueFirst,
            TaskOrder::PriorityFirst => Self::PriorityFirst,
        }
    }
}

/// Which list of somebody's tasks: the arguments of a field of a task.
pub(crate) struct ListArguments {
    filter: DomainFilter,
    order: DomainOrder,
}

impl ListArguments {
    /// Where a task stands in the list, as a cursor of it; `None` if it is not in it.
    pub(crate) fn place_of(&self, owner: UserId, task: &DomainTask) -> Option<String> {
        let position = TaskPosition::of(task, self.order);
        let listed = self.filter.matches(task);
        listed.then(|| cursor::encode(owner, self.order, &position))
    }
}

/// What is given, as the library reads it.
#[derive(InputObject)]
struct GivenList {
    filter: Option<TaskFilter>,
    #[graphql(default_with = "Some(TaskOrder::OpenFirst)")]
    order_by: Option<TaskOrder>,
}

/// A plan does not know where its document says something.
fn nowhere(error: ServerError) -> ServerError {
    ServerError {
        locations: Vec::new(),
        ..error
    }
}

impl Arguments for ListArguments {
    fn register(registry: &mut Registry) -> Vec<MetaInputValue> {
        let argument = |name: &str, description: &str, ty, default: Option<&str>| MetaInputValue {
            name: name.to_owned(),
            description: Some(description.to_owned()),
            ty,
            deprecation: Deprecation::NoDeprecated,
            default_value: default.map(ToOwned::to_owned),
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            is_secret: false,
            directive_invocations: Vec::new(),
        };
        let filter = <Option<TaskFilter> as InputType>::create_type_info(registry);
        let order = <Option<TaskOrder> as InputType>::create_type_info(registry);
        vec![
            argument("filter", "Which list.", filter, None),
            argument("orderBy", "In what order.", order, Some("OPEN_FIRST")),
        ]
    }

    fn parse(given: Value) -> ServerResult<Self> {
        let given = <GivenList as InputType>::parse(Some(given));
        // Admission has seen to the types.
        let given = given.map_err(|error| nowhere(error.into_server_error(Pos::default())))?;
        let filter = given.filter.unwrap_or_default().parse();
        let filter = filter.map_err(|violations| {
            let violations = violations.at("filter").at("place");
            let error = async_graphql::Error::from(ApiError::from(violations));
            nowhere(error.into_server_error(Pos::default()))
        })?;
        let order = given
            .order_by
            .map_or(DomainOrder::default(), DomainOrder::from);
        Ok(Self { filter, order })
    }
}
