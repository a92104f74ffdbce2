//! The objects of a connection by the library's own derives: what a plan is held against.

use async_graphql::{ComplexObject, ID, Interface, SimpleObject};
use taskhive_domain::listing::{Page, TaskPosition};
use taskhive_domain::task::Task as DomainTask;

use super::{ORDER, owner};
use crate::graphql::types::cursor;
use crate::graphql::types::filter::{TaskFilter, TaskOrder};
use crate::graphql::types::scalars::{Date, DateTime};
use crate::graphql::types::task::TaskPriority;

#[derive(SimpleObject)]
#[graphql(complex)]
pub(super) struct Task {
    id: ID,
    title: String,
    description: String,
    completed: bool,
    created_at: DateTime,
    updated_at: DateTime,
    completed_at: Option<DateTime>,
    version: i32,
    due_on: Option<Date>,
    priority: TaskPriority,
    tags: Vec<String>,
    #[graphql(skip)]
    inner: DomainTask,
}

#[ComplexObject]
impl Task {
    async fn place(
        &self,
        filter: Option<TaskFilter>,
        #[graphql(default_with = "Some(TaskOrder::OpenFirst)")] order_by: Option<TaskOrder>,
    ) -> Option<String> {
        let filter = filter.unwrap_or_default().parse().unwrap();
        let order = order_by.map_or(ORDER, Into::into);
        let position = TaskPosition::of(&self.inner, order);
        filter
            .matches(&self.inner)
            .then(|| cursor::encode(owner(), order, &position))
    }
}

#[derive(SimpleObject)]
struct TaskEdge {
    cursor: String,
    node: Task,
}

#[derive(SimpleObject)]
struct PageInfo {
    has_next_page: bool,
    has_previous_page: bool,
    start_cursor: Option<String>,
    end_cursor: Option<String>,
}

#[derive(SimpleObject)]
pub(super) struct TaskConnection {
    edges: Vec<TaskEdge>,
    nodes: Vec<Task>,
    page_info: PageInfo,
    total_count: i32,
}

/// Registered by its type alone.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "&ID"))]
pub(super) enum Node {
    Task(Task),
}

impl From<&DomainTask> for Task {
    fn from(task: &DomainTask) -> Self {
        Self {
            id: task.id.into(),
            title: task.title.as_str().to_owned(),
            description: task.description.as_str().to_owned(),
            completed: task.completed_at.is_some(),
            created_at: DateTime(task.created_at),
            updated_at: DateTime(task.updated_at),
            completed_at: task.completed_at.map(DateTime),
            version: task.version,
            inner: task.clone(),
            due_on: task.due_on.map(Date::from),
            priority: task.priority.into(),
            tags: task
                .tags
                .as_slice()
                .iter()
                .map(|tag| tag.as_str().to_owned())
                .collect(),
        }
    }
}

fn cursor_of(task: &DomainTask) -> String {
    cursor::encode(owner(), ORDER, &TaskPosition::of(task, ORDER))
}

impl From<Page> for TaskConnection {
    fn from(page: Page) -> Self {
        let edge = |task| TaskEdge {
            cursor: cursor_of(task),
            node: task.into(),
        };
        Self {
            edges: page.tasks.iter().map(edge).collect(),
            nodes: page.tasks.iter().map(Task::from).collect(),
            page_info: PageInfo {
                has_next_page: page.has_next,
                has_previous_page: page.has_previous,
                start_cursor: page.tasks.first().map(cursor_of),
                end_cursor: page.tasks.last().map(cursor_of),
            },
            total_count: 7,
        }
    }
}
