//! A page of tasks in the form of the Relay cursor connections specification.

use async_graphql::Error;
use taskhive_domain::UserId;
use taskhive_domain::change::Position;
use taskhive_domain::listing::{Page, TaskOrder, TaskPosition};

use super::change_cursor;
use super::cursor;
use super::task::Task;
use crate::graphql::object::object;

/// The tasks of a page, and what cursors are made from.
pub(crate) struct TaskPage {
    tasks: Vec<Task>,
    has_next: bool,
    has_previous: bool,
    /// Known only if it was asked for.
    as_of: Option<Position>,
    owner: UserId,
    order: TaskOrder,
}

impl TaskPage {
    pub(crate) fn new(page: Page, owner: UserId, order: TaskOrder) -> Self {
        Self {
            tasks: page
                .tasks
                .into_iter()
                .map(|task| Task::new(owner, task))
                .collect(),
            has_next: page.has_next,
            has_previous: page.has_previous,
            as_of: page.as_of,
            owner,
            order,
        }
    }

    fn cursor_of(&self, task: &Task) -> String {
        let position = TaskPosition::of(&task.task, self.order);
        cursor::encode(self.owner, self.order, &position)
    }
}

object! {
    /// One page of tasks.
    pub(crate) struct TaskConnection {
        pub(crate) page: TaskPage,
        /// Known only if it was asked for.
        pub(crate) total: Option<i32>,
    } => {
        /// The tasks on this page, each with its cursor.
        edges: Vec<TaskEdge<'_>> => page.tasks.iter().map(|task| TaskEdge { page, task }).collect(),
        /// The tasks on this page, for clients that need no cursors.
        nodes: &[Task] => &page.tasks,
        /// Where this page lies in the whole list.
        pageInfo: PageInfo<'_> => PageInfo { page },
        /// How many tasks match the filter on all pages together. Counted only when asked
        /// for.
        totalCount: Result<i32, Error> => total.ok_or_else(|| Error::new("the tasks were not counted")),
        /// The moment this page shows. Pass it as `after` to `taskEvents` or `taskChanges` to learn
        /// what happened since; of several pages, that of the first.
        asOf: Result<String, Error> => page.as_of.as_ref().map(|as_of| change_cursor::encode(page.owner, as_of)).ok_or_else(|| Error::new("the moment was not read")),
    }
}

object! {
    /// A task and its place in a list.
    pub(crate) struct TaskEdge<'a> { page: &'a TaskPage, task: &'a Task } => {
        /// Pass it as `after` or `before` to continue from here.
        cursor: String => page.cursor_of(task),
        /// The task.
        node: &Task => task,
    }
}

object! {
    /// Where a page lies in the whole list.
    pub(crate) struct PageInfo<'a> { page: &'a TaskPage } => {
        /// Whether there are more items after this page.
        hasNextPage: bool => page.has_next,
        /// Whether there are items before this page.
        hasPreviousPage: bool => page.has_previous,
        /// The cursor of the first item, or null if the page is empty.
        startCursor: Option<String> => page.tasks.first().map(|task| page.cursor_of(task)),
        /// The cursor of the last item, or null if the page is empty.
        endCursor: Option<String> => page.tasks.last().map(|task| page.cursor_of(task)),
    }
}
