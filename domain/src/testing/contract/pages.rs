//! Promises about lists: what is on a page, and that paging through loses nothing and repeats nothing.

use super::fixtures::{START, scattered_id, start_plus, task, title};
use super::varied::{filters, varied_tasks};
use super::{Outcome, Repositories};
use crate::change::ChangeNumber;
use crate::id::{TaskId, UserId};
use crate::listing::{PageRequest, Take, TaskFilter, TaskOrder, TaskPosition};
use crate::ports::InfraError;
use crate::task::{Completion, Task, TaskEdit};
use crate::testing::memory::page_of;

const ORDERS: [TaskOrder; 7] = TaskOrder::ALL;

fn from_the_start(order: TaskOrder, take: Take) -> PageRequest {
    PageRequest {
        filter: TaskFilter::default(),
        order,
        take,
        after: None,
        before: None,
        as_of: false,
    }
}

/// All orders, filters, directions and page sizes, with one end of the range given, both or none; ends may lie at a task,
/// where there is none any more, and in the wrong order.
pub async fn a_page_is_what_the_reference_says(repositories: &Repositories) -> Outcome {
    let owner = repositories.owner().await?;
    let mut tasks = Vec::new();
    for task in varied_tasks(12) {
        tasks.push(repositories.store(owner, &task).await?);
    }
    let gone = Task {
        id: scattered_id(77),
        change: ChangeNumber::new(5),
        ..task("gone", start_plus(2))
    };
    // Their number and that of the filters have no factor in common: cycling through both, every filter meets every take.
    let takes = [0, 1, 5, Take::MAX].map(|n| [Take::First(n), Take::Last(n)]);
    let mut takes = takes.iter().flatten().cycle();
    for order in ORDERS {
        let inner = [tasks.get(3), tasks.get(8), Some(&gone)];
        let ends = [None]
            .into_iter()
            .chain(inner.map(|task| task.map(|task| TaskPosition::of(task, order))));
        for (after, before) in ends.clone().flat_map(|a| ends.clone().map(move |b| (a, b))) {
            for (filter, take) in filters().into_iter().zip(&mut takes) {
                let request = PageRequest {
                    filter,
                    take: *take,
                    after,
                    before,
                    order,
                    as_of: false,
                };
                let page = repositories.tasks.page(owner, &request).await?;
                assert_eq!(page, page_of(tasks.clone(), &request), "{request:?}");
            }
        }
    }
    Ok(())
}

/// It holds nothing, but looks whether there is something.
pub async fn a_page_of_none_says_whether_there_are_more(repositories: &Repositories) -> Outcome {
    let owner = repositories.owner().await?;
    for exist in [false, true] {
        if exist {
            repositories.store(owner, &task("here", START)).await?;
        }
        for order in ORDERS {
            let ahead = repositories
                .tasks
                .page(owner, &from_the_start(order, Take::First(0)))
                .await?;
            assert!(ahead.tasks.is_empty());
            assert_eq!((ahead.has_next, ahead.has_previous), (exist, false));
            let back = repositories
                .tasks
                .page(owner, &from_the_start(order, Take::Last(0)))
                .await?;
            assert!(back.tasks.is_empty());
            assert_eq!((back.has_next, back.has_previous), (false, exist));
        }
    }
    Ok(())
}

/// From the first page to the last, in all orders, while tasks move, vanish and appear around the cursor.
pub async fn forward_pages_visit_untouched_tasks_once_while_others_change(
    repositories: &Repositories,
) -> Outcome {
    for order in ORDERS {
        for size in [1, 2, 5] {
            walk_past_changes(repositories, order, Take::First(size)).await?;
        }
    }
    Ok(())
}

/// From the last page to the first, under the same conditions.
pub async fn backward_pages_visit_untouched_tasks_once_while_others_change(
    repositories: &Repositories,
) -> Outcome {
    for order in ORDERS {
        for size in [1, 2, 5] {
            walk_past_changes(repositories, order, Take::Last(size)).await?;
        }
    }
    Ok(())
}

async fn walk_past_changes(repositories: &Repositories, order: TaskOrder, take: Take) -> Outcome {
    let owner = repositories.owner().await?;
    let (mut untouched, mut restless) = (Vec::new(), Vec::new());
    for (n, task) in (0..).zip(varied_tasks(16)) {
        repositories.store(owner, &task).await?;
        if n % 2 == 0 {
            untouched.push(task.id);
        } else {
            restless.push(task.id);
        }
    }
    let seen = walk(repositories, owner, &from_the_start(order, take), &restless).await?;
    for id in untouched {
        let times = seen.iter().filter(|other| **other == id).count();
        assert_eq!(times, 1, "{order:?} {take:?}");
    }
    Ok(())
}

/// Ids of all tasks met on the way through all pages.
async fn walk(
    repositories: &Repositories,
    owner: UserId,
    first: &PageRequest,
    restless: &[TaskId],
) -> Result<Vec<TaskId>, InfraError> {
    let mut seen = Vec::new();
    let mut request = first.clone();
    for step in 0..200 {
        let page = repositories.tasks.page(owner, &request).await?;
        assert!(page.tasks.len() <= request.take.limit() as usize);
        seen.extend(page.tasks.iter().map(|task| task.id));
        let (edge, more) = match request.take {
            Take::First(_) => (page.tasks.last(), page.has_next),
            Take::Last(_) => (page.tasks.first(), page.has_previous),
        };
        let Some(edge) = edge.filter(|_| more) else {
            return Ok(seen);
        };
        let cursor = Some(TaskPosition::of(edge, request.order));
        match request.take {
            Take::First(_) => request.after = cursor,
            Take::Last(_) => request.before = cursor,
        }
        // A walk towards the new tasks would never end if they never ceased to come.
        if step < 12 {
            disturb(repositories, owner, step, restless, edge.id).await?;
        }
    }
    panic!("paging does not come to an end: {request:?}")
}

/// Toggles or renames one of the restless tasks, creates one in the middle of the list, and now and then deletes the one
/// that the cursor points at.
async fn disturb(
    repositories: &Repositories,
    owner: UserId,
    step: u64,
    restless: &[TaskId],
    cursor: TaskId,
) -> Outcome {
    let now = start_plus(2000 + i64::try_from(step).unwrap_or(0));
    let edit = if step.is_multiple_of(2) {
        TaskEdit::completion(Completion::Toggle)
    } else {
        TaskEdit {
            title: Some(title(&format!("renamed {step}"))),
            ..TaskEdit::default()
        }
    };
    if let Some(id) = restless
        .iter()
        .cycle()
        .nth(usize::try_from(step * 3).unwrap_or(0))
    {
        repositories.updated(owner, *id, &edit, now).await?;
    }
    let newcomer = Task {
        id: scattered_id(1000 + step),
        ..task("newcomer", start_plus(2))
    };
    repositories.store(owner, &newcomer).await?;
    if restless.contains(&cursor) {
        repositories.deleted(owner, cursor).await?;
    }
    Ok(())
}

/// Ids compare as their bytes do, without a sign and on every database. Changes have no ties but those that were made
/// together, and ranks have none.
pub async fn ties_are_broken_by_id_in_every_order(repositories: &Repositories) -> Outcome {
    let owner = repositories.owner().await?;
    let mut ids: Vec<TaskId> = (0..12).map(scattered_id).collect();
    for id in &ids {
        let tied = Task {
            id: *id,
            ..task("tied", START)
        };
        repositories.store(owner, &tied).await?;
    }
    ids.sort_by_key(|id| id.uuid().into_bytes());
    for order in ORDERS {
        if order == TaskOrder::Manual {
            continue;
        }
        if order == TaskOrder::RecentlyUpdated {
            for id in &ids {
                assert!(repositories.deleted(owner, *id).await?);
            }
            repositories.tasks.restore(owner, &ids, START).await?;
        }
        let page = repositories
            .tasks
            .page(owner, &from_the_start(order, Take::First(12)))
            .await?;
        let mut listed: Vec<TaskId> = page.tasks.iter().map(|task| task.id).collect();
        if order.is_descending() {
            listed.reverse();
        }
        assert_eq!(listed, ids, "{order:?}");
    }
    Ok(())
}

/// For every filter, before and after tasks come and go.
pub async fn a_count_equals_the_length_of_the_list(repositories: &Repositories) -> Outcome {
    let owner = repositories.owner().await?;
    let mut tasks = varied_tasks(15);
    for task in &tasks {
        repositories.store(owner, task).await?;
    }
    for deletions in [0, 4] {
        for task in tasks.split_off(tasks.len() - deletions) {
            assert!(repositories.deleted(owner, task.id).await?);
        }
        for filter in filters() {
            let expected = tasks.iter().filter(|task| filter.matches(task)).count();
            let count = repositories.tasks.count(owner, &filter).await?;
            assert_eq!(count, expected as u64, "{filter:?}");
        }
    }
    Ok(())
}
