//! A page of tasks in the form of the Relay cursor connections specification.

use async_graphql::SimpleObject;
use taskhive_domain::UserId;
use taskhive_domain::listing::{Page, TaskOrder, TaskPosition};

use super::cursor;
use super::task::Task;

/// One page of tasks.
#[derive(Debug, SimpleObject)]
pub(crate) struct TaskConnection {
    /// The tasks on this page, each with its cursor.
    pub(crate) edges: Vec<TaskEdge>,
    /// The tasks on this page, for clients that need no cursors.
    pub(crate) nodes: Vec<Task>,
    /// Where this page lies in the whole list.
    pub(crate) page_info: PageInfo,
    /// How many tasks match the filter on all pages together. Counted only when asked
    /// for.
    pub(crate) total_count: i32,
}

/// A task and its place in a list.
#[derive(Debug, SimpleObject)]
pub(crate) struct TaskEdge {
    /// Pass it as `after` or `before` to continue from here.
    pub(crate) cursor: String,
    /// The task.
    pub(crate) node: Task,
}

/// Where a page lies in the whole list.
#[derive(Debug, SimpleObject)]
pub(crate) struct PageInfo {
    /// Whether there are more items after this page.
    pub(crate) has_next_page: bool,
    /// Whether there are items before this page.
    pub(crate) has_previous_page: bool,
    /// The cursor of the first item, or null if the page is empty.
    pub(crate) start_cursor: Option<String>,
    /// The cursor of the last item, or null if the page is empty.
    pub(crate) end_cursor: Option<String>,
}

/// Which parts of a connection are worth making: the others were not asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted {
    pub(crate) edges: bool,
    pub(crate) nodes: bool,
    pub(crate) total_count: bool,
}

impl TaskConnection {
    /// `total_count` is ignored by the executor unless it was asked for, and so are `edges` and `nodes`.
    pub(crate) fn new(
        owner: UserId,
        order: TaskOrder,
        page: &Page,
        wanted: Wanted,
        total_count: i32,
    ) -> Self {
        let cursor_of = |task| cursor::encode(owner, order, &TaskPosition::of(task, order));
        let edge = |task| TaskEdge {
            cursor: cursor_of(task),
            node: task.into(),
        };
        let edges = if wanted.edges {
            page.tasks.iter().map(edge).collect()
        } else {
            Vec::new()
        };
        let nodes = if wanted.nodes {
            page.tasks.iter().map(Task::from).collect()
        } else {
            Vec::new()
        };
        let page_info = PageInfo {
            has_next_page: page.has_next,
            has_previous_page: page.has_previous,
            start_cursor: page.tasks.first().map(cursor_of),
            end_cursor: page.tasks.last().map(cursor_of),
        };
        Self {
            edges,
            nodes,
            page_info,
            total_count,
        }
    }
}
